"""CHT004."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.chat import is_empty
from ftlint.rule import bad, chats, good
from ftlint.rule.fixes import Respell

from ._messages import MessageRule, message, without_messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Hits, Place
    from ftlint.rule.fixes import Fix, Situation


class EmptyContent(MessageRule):
    """A message has neither content nor calls of tools.

    ## Why it matters

    Services refuse it, and an empty answer teaches the model to say nothing.

    ## How to fix

    Fill in the text, or drop the message; `--fix --unsafe-fixes` drops it.
    """

    code = "CHT004"
    level = "error"
    fixable = "unsafe"
    depends = True
    message = "message {number}, the {role}'s, has no content"
    headline = "conversations have a message without content"
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")])),
        bad(
            chats([("system", " "), ("user", "How are you?"), ("assistant", "Fine.")]),
            at=[1],
            fixed=chats([("user", "How are you?"), ("assistant", "Fine.")]),
        ),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where a message is empty."""
        return pl.col("empty")

    def explain(self, row: Mapping[str, Any], context: Context) -> Place:
        """Point at the message."""
        messages = row["value"]["messages"]
        return message(row, fixable=len(_empty(messages)) < len(messages), role=row["role"])

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Drop the empty messages."""
        return Respell(partial(without_messages, places=_empty))


def _empty(messages: list[dict[str, Any]]) -> set[int]:
    return {place for place, one in enumerate(messages) if is_empty(one)}
