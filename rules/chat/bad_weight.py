"""CHT006."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from ftlint.rule import bad, chats, good

from ._messages import MessageRule, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Location


class BadWeight(MessageRule):
    """A weight is not 0 or 1, is not on an assistant message, or all answers have weight 0.

    ## Why it matters

    Services refuse an invalid weight. If all assistant messages have weight 0, the model learns nothing from the conversation.

    ## How to fix

    Set weights on assistant messages only: 1 for messages to learn, 0 for context.
    """

    code = "CHT006"
    level = "error"
    message = "{problem}"
    headline = "conversations have an invalid weight"
    detail = "{problem}"
    symptoms: ClassVar[Mapping[str, str]] = {
        "All labels in your dataset are -100": "unsloth",
    }
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")])),
        bad(
            ['{"messages": [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Yes?", "weight": 2}]}'], at=[1]
        ),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target reads no weights."""
        return super().applies(context) and context.target.weights != "none"

    def violates(self, context: Context) -> pl.Expr:
        """Return where a weight is wrong, and the last answer where all are 0."""
        wrong = pl.col("misweighed") | pl.col("unlearned")
        return wrong | pl.col("misplaced") if context.target.weights == "assistant" else wrong

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Say which of these it is."""
        problem = "every message of the assistant has the weight 0: nothing is learned"
        if row["misweighed"]:
            problem = "a weight is neither 0 nor 1"
        elif row["misplaced"]:
            problem = f"a message of the {row['role']} has a weight; {context.target.name} accepts them for the assistant only"
        return message(row, context, "weight", problem=problem)
