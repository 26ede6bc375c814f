"""Bedrock's Converse: messages whose parts have no type, with a version of the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects.calls import Calling, Tool, called, id_of, parts_with
from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import LIST, TEXT, UNTYPED
from ftlint.dialects.turns import Field, Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.call import Call
    from ftlint.dialects.turns import Turn

_SYSTEM = Field("system", (LIST, TEXT), "system", needed=False)
_BESIDES = ("inferenceConfig", "toolConfig", "schemaVersion")


class _Parts(Calling):
    """Calls are parts of contents, and so are their answers, in messages of the user."""

    def calls(self, turn: Turn) -> Iterator[Call]:
        """Yield the calls of a turn."""
        for call, at in parts_with(turn, "content", "toolUse"):
            yield called(call, at, arguments="input", identity="toolUseId", form="object")

    def answers(self, turn: Turn) -> Iterator[tuple[str | None, str]]:
        """Yield the ids of the calls that a turn answers, each with its JSON Pointer."""
        for answer, at in parts_with(turn, "content", "toolResult"):
            yield id_of(answer.get("toolUseId")), f"{at}/toolUseId"

    def tools(self, listed: list[Any], at: str) -> Iterator[Tool]:
        """Yield the tools of a list."""
        for index, one in enumerate(listed):
            tool = one.get("toolSpec") if type(one) is dict else None
            if type(tool) is dict and type(tool.get("name")) is str:
                schema = tool.get("inputSchema")
                parameters = schema.get("json") if type(schema) is dict else None
                yield Tool(tool["name"], parameters, f"{at}/{index}/toolSpec/inputSchema/json")


DIALECTS = (
    ConversationDialect(
        "converse",
        Form((_SYSTEM, Field("messages", (LIST,))), {"schemaVersion": (TEXT,)}, _BESIDES),
        Form((_SYSTEM, Field("messages", (UNTYPED,))), {}, _BESIDES),
        typed=False,
        calling=_Parts(),
        example=(
            '{"schemaVersion": "bedrock-conversation-2024", "messages": '
            '[{"role": "user", "content": [{"text": "Capital of Peru?"}]}, '
            '{"role": "assistant", "content": [{"text": "Lima"}]}]}'
        ),
    ),
)
