"""CHT002."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from ftlint.dialects.conversation import conversation_of
from ftlint.rule import Location, bad, chats, good

from ._messages import ChatRule, wants_assistant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context


class MissingAssistant(ChatRule):
    """A conversation has no message from the assistant.

    ## Why it matters

    The model has nothing to learn from it, and services refuse the file.

    ## How to fix

    Add the answer, or drop the record.
    """

    code = "CHT002"
    level = "error"
    message = "no message from the assistant"
    headline = "conversations have no message from the assistant"
    most = (
        "{count:,} of {whole} have no message from the assistant: the data seems to be prompts for reinforcement learning, "
        "which --target reinforcement accepts"
    )
    symptoms: ClassVar[Mapping[str, str]] = {
        "All labels in your dataset are -100": "unsloth",
    }
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")])),
        bad(chats([("user", "How are you?"), ("assistant", "Fine.")], [("user", "And you?")]), at=[2]),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where no role is the assistant's; where the target wants another last message, where there is none at all."""
        return ~pl.col("answered") if wants_assistant(context) else pl.col("messages") == 0

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the messages."""
        return Location(conversation_of(context).home_of(row["value"]))
