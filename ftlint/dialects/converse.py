"""Bedrock's Converse: messages whose parts have no type, with a version of the schema."""

from __future__ import annotations

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import LIST, TEXT, UNTYPED
from ftlint.dialects.turns import Field, Form

_SYSTEM = Field("system", (LIST, TEXT), "system", needed=False)
_BESIDES = ("inferenceConfig", "toolConfig", "schemaVersion")

DIALECTS = (
    ConversationDialect(
        "converse",
        Form((_SYSTEM, Field("messages", (LIST,))), {"schemaVersion": (TEXT,)}, _BESIDES),
        Form((_SYSTEM, Field("messages", (UNTYPED,))), {}, _BESIDES),
        typed=False,
        example=(
            '{"schemaVersion": "bedrock-conversation-2024", "messages": '
            '[{"role": "user", "content": [{"text": "Capital of Peru?"}]}, '
            '{"role": "assistant", "content": [{"text": "Lima"}]}]}'
        ),
    ),
)
