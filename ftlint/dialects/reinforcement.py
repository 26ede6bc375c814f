"""Prompts beside what a grader reads: the model writes the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import BOOLEAN, LIST, NUMBER, OBJECT, TEXT
from ftlint.dialects.turns import Field, Form

if TYPE_CHECKING:
    from ftlint.dialects.kinds import Signature

_GRADED = (
    "solution",
    "solutions",
    "reference_answer",
    "ground_truth",
    "reward_model",
    "rubric",
    "test_cases",
    "verification_info",
)
"""What a grader reads beside a prompt."""

_ANY = (TEXT, LIST, OBJECT, NUMBER, BOOLEAN)
_PROMPT = Field("prompt", (TEXT, LIST), "user")


class PromptsDialect(ConversationDialect):
    """Prompts, beside which trainers pass any key on to the grader."""

    graded = True

    def knows(self, signature: Signature) -> tuple[int, bool]:
        """Return how many keys of an object are this dialect's; a prompt alone may be anything."""
        result = super().knows(signature)
        return result if any(key in _GRADED for key, _ in signature) else (0, False)


DIALECTS = (
    PromptsDialect(
        "reinforcement",
        *(Form((_PROMPT,), {key: _ANY}, (*_GRADED, "data_source", "ability", "extra_info")) for key in _GRADED),
        Form((_PROMPT,)),
        capabilities="texts messages",
        answers="",
        assumed="reinforcement",
        example='{"prompt": "2 + 2 * 3?", "ground_truth": "8"}',
    ),
)
