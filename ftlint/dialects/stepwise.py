"""Steps of an answer, each with a judgement, as process reward models learn them."""

from __future__ import annotations

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import LIST, TEXT, TEXTS
from ftlint.dialects.turns import Field, Form

DIALECTS = (
    ConversationDialect(
        "stepwise",
        Form((Field("prompt", (TEXT,), "user"), Field("completions", (TEXTS,), "assistant")), {"labels": (LIST,)}),
        capabilities="texts",
        answers="completions",
        example='{"prompt": "2 + 2 * 3?", "completions": ["2 * 3 = 6", "2 + 6 = 9"], "labels": [true, false]}',
    ),
)
