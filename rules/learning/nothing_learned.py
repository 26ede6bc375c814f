"""LRN001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, INPUT
from ftlint.rule import Location, bad, chats, good

from ._family import FATES, TOY, LearningRule, asks, rendering_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row
    from ftlint.training.rendering import Rendering

_LONG = chats([("user", "Tell me of the river. " * 20), ("assistant", "It is long.")])
_SHORT = chats([("user", "Tell me."), ("assistant", "It is long.")])


class NothingLearned(LearningRule):
    """The model learns no token of the record.

    ## Why it matters

    The record costs time and money, and changes nothing. Most trainers drop such records without an error; in others the loss
    of a batch is not a number.

    ## How to fix

    Shorten the prompt, or raise the limit of the trainer (`max_length`, `sequence_len`, `cutoff_len`). If all weights are 0, give
    one answer the weight 1. The rule requires `--tokenizer DIR`, `--limit N`, or both.
    """

    code = "LRN001"
    level = "error"
    message = "no token is learned: {why}; {fate}"
    headline = "records have no token that is learned"
    detail = "{why}"
    symptoms: ClassVar[Mapping[str, str]] = {
        "All labels in your dataset are -100": "unsloth",
    }
    examples = (
        good(_SHORT, options={"limit": 40, "learns": "assistant"}),
        bad(_LONG, at=[1], options={"limit": 40, "learns": "assistant"}),
        bad(_LONG, at=[1], options={"tokenizer": TOY, "limit": 200, "learns": "assistant"}),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the model writes the answers in training."""
        return super().applies(context) and not asks(context)

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether nothing is learned of a record that the template takes."""
        rendering = rendering_of(row, context)
        return rendering.error is None and not rendering.count

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Say why, and what the trainer does."""
        rendering = rendering_of(row, context)
        target = rendering.by
        fate = FATES.get(rendering.outcome, FATES["kept"])
        dialect = named(context.dialect)
        at = dialect.pointer(ANSWER, row) or dialect.pointer(INPUT, row)
        return Location(at, args={"why": _why(rendering, target), "fate": fate})


def _why(rendering: Rendering, target: str) -> str:
    total, limit = len(rendering.ids), rendering.limit
    first = next((index for index, wanted in enumerate(rendering.wanted) if wanted), None)
    if first is None:
        if any(unweighed for _, unweighed, _ in rendering.spoken):
            return "all answers have the weight 0"
        return "the record has no answer" if not _answers(rendering) else "the answer is empty, or not in the text"
    if rendering.cut and rendering.cut.side == "drop":
        return f"it has {total:,} tokens, and {target} takes at most {limit:,}"
    if rendering.cut and rendering.cut.side == "left":
        return f"it has {total:,} tokens, and {target} keeps the last {limit:,}"
    return f"{first:,} tokens come before the answer, and {target} cuts after {limit:,}"


def _answers(rendering: Rendering) -> bool:
    return any(role in {"assistant", "text"} for role, _, _ in rendering.spoken)
