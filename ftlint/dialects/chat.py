"""Conversations as OpenAI's chat models have them, and the same under another key."""

from __future__ import annotations

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import LIST, MESSAGES, TEXT
from ftlint.dialects.turns import Field, Form

_BESIDES = ("tools", "functions", "parallel_tool_calls")
_MEDIA = ("images", "videos", "audios")


class Chat(ConversationDialect):
    """Conversations that OpenAI's service trains on."""

    called = "chat"


DIALECTS = (
    Chat("chat", Form((Field("messages", (MESSAGES,)),), optional=_BESIDES), assumed="gpt-4o-mini"),
    ConversationDialect(
        "conversations",
        Form(
            (Field("system", (TEXT, LIST), "system", needed=False), Field("conversations", (MESSAGES,))),
            optional=(*_BESIDES, *_MEDIA),
        ),
    ),
)
