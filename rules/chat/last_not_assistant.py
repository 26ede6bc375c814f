"""CHT003."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.chat import is_empty, last_answer
from ftlint.records.edits import without
from ftlint.rule import bad, chats, good
from ftlint.rule.fixes import Respell

from ._messages import ChatRule, last_message, wants_assistant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Hits, Place
    from ftlint.rule.fixes import Fix, Situation


class LastNotAssistant(ChatRule):
    """The last message is not the assistant's.

    ## Why it matters

    What comes after the assistant's last message is not learned from, and services refuse it.

    ## How to fix

    Add the answer that is missing, or cut the tail; `--fix --unsafe-fixes` cuts it.
    """

    code = "CHT003"
    level = "error"
    fixable = "unsafe"
    depends = True
    reveals = True
    message = "the last message is of the role {role!r}, not the assistant's"
    headline = "conversations do not end with the assistant"
    most = (
        "{count:,} of {whole} do not end with the assistant: the data seems to be prompts for reinforcement learning, "
        "which --target reinforcement takes"
    )
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")])),
        bad(
            chats([("user", "How are you?"), ("assistant", "Fine."), ("user", "And now?")]),
            at=[1],
            fixed=chats([("user", "How are you?"), ("assistant", "Fine.")]),
        ),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target wants another last message."""
        return super().applies(context) and wants_assistant(context)

    def violates(self, context: Context) -> pl.Expr:
        """Return where the assistant speaks, but not last."""
        return pl.col("answered") & (pl.col("last_role") != "assistant")

    def explain(self, row: Mapping[str, Any], context: Context) -> Place:
        """Point at the last message."""
        return last_message(row, fixable=row["answer"].strip() != "")

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Cut what comes after the assistant's last message, unless that says nothing: then nothing whole is left."""
        return Respell(_cut)


def _cut(line: Line) -> list[Edit]:
    messages = line.value["messages"]
    last = last_answer([one["role"] for one in messages])
    if last is None or is_empty(messages[last]):
        return []
    spans = [(start, end) for _, start, end in line.members("/messages").values()]
    return without(line, spans, set(range(last + 1, len(messages))))
