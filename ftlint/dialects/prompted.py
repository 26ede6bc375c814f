"""Prompt and completion that are messages, as TRL has them."""

from __future__ import annotations

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import MESSAGES
from ftlint.dialects.turns import Field, Form

_FIELDS = (Field("prompt", (MESSAGES,)), Field("completion", (MESSAGES,)))

DIALECTS = (
    ConversationDialect(
        "prompt-completion-messages",
        Form(_FIELDS, optional=("tools", "chat_template_kwargs")),
        example=(
            '{"prompt": [{"role": "user", "content": "Capital of Peru?"}], '
            '"completion": [{"role": "assistant", "content": "Lima"}]}'
        ),
    ),
)
