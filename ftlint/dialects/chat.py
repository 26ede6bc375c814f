"""Conversations as OpenAI's chat models have them, and the same under another key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import LIST, MESSAGES, TEXT
from ftlint.dialects.turns import Field, Form

if TYPE_CHECKING:
    from ftlint.dialects.kinds import Signature

_BESIDES = ("tools", "functions", "parallel_tool_calls")
_MEDIA = ("images", "videos", "audios")


class Chat(ConversationDialect):
    """Conversations that OpenAI's service trains on."""

    called = "chat"

    def knows(self, signature: Signature) -> tuple[int, bool]:
        """Return how many keys of an object are a conversation's; one with messages of another make is one all the same."""
        result = super().knows(signature)
        kind = dict(signature).get("messages", "")
        return result if result[0] or not kind.startswith(LIST) else (1, False)


DIALECTS = (
    Chat(
        "chat",
        Form((Field("messages", (MESSAGES,)),), optional=_BESIDES),
        assumed="gpt-4o-mini",
        example='{"messages": [{"role": "user", "content": "Capital of Peru?"}, {"role": "assistant", "content": "Lima"}]}',
    ),
    ConversationDialect(
        "conversations",
        Form(
            (Field("system", (TEXT, LIST), "system", needed=False), Field("conversations", (MESSAGES,))),
            optional=(*_BESIDES, *_MEDIA),
        ),
        example='{"conversations": [{"role": "user", "content": "Capital of Peru?"}, {"role": "assistant", "content": "Lima"}]}',
    ),
)
