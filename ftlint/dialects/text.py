"""Texts that are learned as they are, and texts with a label."""

from __future__ import annotations

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import BOOLEAN, JUDGEMENT, NUMBER, TEXT
from ftlint.dialects.turns import Field, Form

DIALECTS = (
    ConversationDialect(
        "text-label",
        Form((Field("text", (TEXT,), "user"), Field("label", (TEXT, NUMBER, BOOLEAN, JUDGEMENT), "assistant"))),
        capabilities="texts labels",
        answers="label",
        example='{"text": "A great film.", "label": "positive"}',
    ),
    ConversationDialect(
        "text",
        Form((Field("text", (TEXT,), "text"),)),
        capabilities="texts",
        answers="text",
        weak=True,
        example='{"text": "The capital of Peru is Lima."}',
    ),
)
