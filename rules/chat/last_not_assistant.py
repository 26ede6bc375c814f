"""CHT003."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.conversation import conversation_of
from ftlint.dialects.turns import is_empty, last_answer
from ftlint.records.edits import remove_members
from ftlint.rule import bad, chats, good
from ftlint.rule.fixes import Fix

from ._messages import ChatRule, last_message, wants_assistant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.dialects.conversation import ConversationDialect
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Location, Violations
    from ftlint.rule.fixes import FixContext


class LastNotAssistant(ChatRule):
    """The last message is not from the assistant.

    ## Why it matters

    Nothing after the assistant's last message is learned, and services refuse the file.

    ## How to fix

    Add the missing answer, or remove the messages after the last one; `--fix --unsafe-fixes` removes them.
    """

    code = "CHT003"
    level = "error"
    reveals = True
    message = "the last message has the role {role!r}, not 'assistant'"
    headline = "conversations do not end with the assistant"
    most = (
        "{count:,} of {whole} do not end with the assistant: the data seems to be prompts for reinforcement learning, "
        "which --target reinforcement accepts"
    )
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")])),
        bad(
            chats([("user", "How are you?"), ("assistant", "Fine."), ("user", "And now?")]),
            at=[1],
            fixed=chats([("user", "How are you?"), ("assistant", "Fine.")]),
            fix="unsafe",
        ),
        bad(
            chats(
                [("user", "How are you?"), ("assistant", "Fine.")],
                [("user", "How?"), ("assistant", ""), ("user", "And you?")],
            ),
            at=[2],
        ),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target wants another last message."""
        return super().applies(context) and wants_assistant(context)

    def violates(self, context: Context) -> pl.Expr:
        """Return where the assistant speaks, but not last."""
        return pl.col("answered") & (pl.col("last_role") != "assistant")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the last message."""
        return last_message(row, context, fixable=_tail(row["value"], conversation_of(context)) is not None)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Cut what comes after the assistant's last message, unless that says nothing: then nothing whole is left."""
        return Fix.edit_line(partial(_cut, dialect=conversation_of(fix_context.dataset)))


def _tail(value: Mapping[str, Any], dialect: ConversationDialect) -> tuple[str, int] | None:
    """Return the list that ends with what comes after the last answer, and the place in it; None where nothing whole is left."""
    turns = [turn for turn in dialect.turns(value) if not turn.field.thread]
    last = last_answer([turn.role for turn in turns])
    if last is None or is_empty(turns[last]):
        return None
    at, _, index = turns[last].at.rpartition("/")
    alike = all(turn.at.rpartition("/")[0] == at for turn in turns[last:])
    return (at, int(index)) if alike and index.isdecimal() else None


def _cut(line: Line, dialect: ConversationDialect) -> list[Edit]:
    result = _tail(line.value, dialect)
    if result is None:
        return []
    at, last = result
    spans = [(start, end) for _, start, end in line.members(at).values()]
    return remove_members(line, spans, set(range(last + 1, len(spans))))
