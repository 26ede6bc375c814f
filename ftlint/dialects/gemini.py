"""Gemini's contents: turns whose parts have no type, of which the model's are learned."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from ftlint.dialects.calls import Calling, Tool, called, parts_with
from ftlint.dialects.conversation import conversation
from ftlint.dialects.kinds import LIST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.call import Call
    from ftlint.dialects.turns import Turn

ROLES = {"user": "user", "model": "assistant", "system": "system", "function": "tool"}
"""What the roles mean (Vertex AI, supervised tuning of text models, 2026-11)."""

_CALLS = ("functionCall", "function_call")
_SIZES = ("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties")
_DECLARATIONS = ("functionDeclarations", "function_declarations")


class _Parts(Calling):
    """Calls are parts of contents, and tools are lists of declarations."""

    def calls(self, turn: Turn) -> Iterator[Call]:
        """Yield the calls of a turn."""
        for call, at in chain.from_iterable(parts_with(turn, "parts", key) for key in _CALLS):
            whole = call if "args" in call else {**call, "args": {}}  # optional where there are no parameters
            yield called(whole, at, arguments="args", identity="", form="object")

    def tools(self, listed: list[Any], at: str) -> Iterator[Tool]:
        """Yield the tools of a list; types of their schemas are in capitals, and mean those of JSON Schema."""
        for index, one in enumerate(listed):
            for key in _DECLARATIONS:
                declared = one.get(key) if type(one) is dict else None
                for number, tool in enumerate(declared if type(declared) is list else ()):
                    if type(tool) is dict and type(tool.get("name")) is str:
                        yield Tool(tool["name"], _json_schema(tool.get("parameters")), f"{at}/{index}/{key}/{number}/parameters")


def _json_schema(schema: Any) -> Any:
    """Return a schema of Gemini's (OpenAPI 3.0) as JSON Schema: types in lower case, null where allowed, sizes as numbers."""
    if type(schema) is list:
        return [_json_schema(one) for one in schema]
    if type(schema) is not dict:
        return schema
    made = {
        key: _json_schema(value) for key, value in schema.items() if key not in {"nullable", "properties", "enum", "required"}
    }
    made |= {key: schema[key] for key in ("enum", "required") if key in schema}
    properties = schema.get("properties")
    if properties is not None:
        made["properties"] = (
            {key: _json_schema(one) for key, one in properties.items()} if type(properties) is dict else properties
        )
    if type(made.get("type")) is str:
        made["type"] = made["type"].lower()
    made |= {key: int(made[key]) for key in _SIZES if type(made.get(key)) is str and made[key].isdecimal()}
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") is True else made


DIALECTS = (
    conversation(
        "gemini",
        "contents",
        kind=LIST,
        content="parts",
        roles=ROLES,
        typed=False,
        strict=True,
        calling=_Parts(),
        example=(
            '{"contents": [{"role": "user", "parts": [{"text": "Capital of Peru?"}]}, '
            '{"role": "model", "parts": [{"text": "Lima"}]}]}'
        ),
        system="systemInstruction",
        optional="tools toolConfig generationConfig safetySettings",
    ),
)
