"""An instruction and what is to be answered: Alpaca's and Dolly's keys."""

from __future__ import annotations

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import PAIRS, TEXT
from ftlint.dialects.turns import Field, Form


def _asked(key: str, *, needed: bool = False) -> Field:
    return Field(key, (TEXT,), "user", needed=needed)


_ALPACA = Form(
    (
        Field("system", (TEXT,), "system", needed=False),
        Field("history", (PAIRS,), needed=False),
        _asked("instruction", needed=True),
        _asked("input"),
        Field("output", (TEXT,), "assistant"),
    ),
    optional=("images", "videos", "audios", "tools"),
)
_DOLLY = Form(
    (_asked("instruction", needed=True), _asked("context"), Field("response", (TEXT,), "assistant")), optional=("category",)
)

DIALECTS = (
    ConversationDialect(
        "instruction",
        _ALPACA,
        capabilities="texts labels",
        answers="output",
        example='{"instruction": "Translate.", "input": "Haus", "output": "house"}',
    ),
    ConversationDialect(
        "dolly",
        _DOLLY,
        capabilities="texts labels",
        answers="response",
        example='{"instruction": "Capital of Peru?", "context": "", "response": "Lima", "category": "open_qa"}',
    ),
)
