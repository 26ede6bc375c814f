"""LRN002."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER
from ftlint.rule import Location, bad, chats, good

from ._family import TOY, LearningRule, rendering_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_LONG = chats([("user", "Tell me."), ("assistant", "It is very long. " * 20)])
_SHORT = chats([("user", "Tell me."), ("assistant", "It is long.")])


class AnswerCut(LearningRule):
    """The trainer cuts off a part of what is learned.

    ## Why it matters

    The end of the answer is lost, and with it the end token: the model learns to stop in the middle of a sentence, or not to stop
    at all. Trainers cut without an error.

    ## How to fix

    Shorten the record, split it, or raise the limit of the trainer. The rule requires `--tokenizer DIR`, `--limit N`, or both.
    """

    code = "LRN002"
    level = "error"
    message = "{total:,} tokens, of which {target} keeps {limit:,}: {lost:,} of {learned:,} learned tokens are lost"
    headline = "records lose a part of what is learned"
    detail = "{lost:,} of {learned:,} learned tokens are lost ({total:,} tokens, limit {limit:,})"
    examples = (
        good(_SHORT, options={"limit": 40, "learns": "assistant"}),
        bad(_LONG, at=[1], options={"limit": 40, "learns": "assistant"}),
        bad(_LONG, at=[1], options={"tokenizer": TOY, "limit": 200, "learns": "assistant"}),
    )

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether some of the learned tokens are cut off, and some are not."""
        rendering = rendering_of(row, context)
        return rendering.cut is not None and 0 < rendering.count < sum(rendering.wanted)

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Give the numbers."""
        rendering = rendering_of(row, context)
        args = {
            "total": len(rendering.ids),
            "limit": rendering.limit,
            "lost": sum(rendering.wanted) - rendering.count,
            "learned": sum(rendering.wanted),
            "target": rendering.by,
        }
        return Location(named(context.dialect).pointer(ANSWER, row), args=args)
