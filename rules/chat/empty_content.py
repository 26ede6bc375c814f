"""CHT004."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.rule import bad, chats, good
from ftlint.rule.fixes import Fix

from ._messages import MessageRule, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Location, Violations
    from ftlint.rule.fixes import FixContext


_SPEAKERS = ("system", "developer", "user", "assistant")


class EmptyContent(MessageRule):
    """A system, user or assistant message is empty.

    An empty message has no text, image, sound, file, tool call or refusal. A tool result may be empty.

    ## Why it matters

    Services refuse empty messages, and an empty answer teaches the model to say nothing.

    ## How to fix

    Fill in the text or drop the whole conversation; without one turn it would be a different conversation. `--fix
    --unsafe-fixes` drops it.
    """

    code = "CHT004"
    level = "error"
    message = "message {number}, the {role}'s, has no content"
    headline = "conversations have a message without content"
    most = "{count:,} of {whole} have a message without content: check whether the text is under another key"
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")])),
        bad(
            chats([("user", "How are you?"), ("assistant", "Fine.")], [("user", " "), ("assistant", "Fine.")]),
            at=[2],
            fixed=chats([("user", "How are you?"), ("assistant", "Fine.")]),
            fix="unsafe",
        ),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where a message that has something to say is empty."""
        return pl.col("empty") & ~pl.col("bare") & pl.col("role").is_in(_SPEAKERS)

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the message."""
        return message(row, context, role=row["role"])

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Drop the conversations."""
        return Fix.drop()
