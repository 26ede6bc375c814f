"""Gemini's contents: turns whose parts have no type, of which the model's are learned."""

from __future__ import annotations

from ftlint.dialects.conversation import conversation
from ftlint.dialects.kinds import LIST

ROLES = {"user": "user", "model": "assistant", "system": "system", "function": "tool"}
"""What the roles mean (Vertex AI, supervised tuning of text models, 2026-11)."""

DIALECTS = (
    conversation(
        "gemini",
        "contents",
        kind=LIST,
        content="parts",
        roles=ROLES,
        typed=False,
        strict=True,
        example=(
            '{"contents": [{"role": "user", "parts": [{"text": "Capital of Peru?"}]}, '
            '{"role": "model", "parts": [{"text": "Lima"}]}]}'
        ),
        system="systemInstruction",
        optional="tools toolConfig generationConfig safetySettings",
    ),
)
