"""Calls of tools, their answers, and the tools that a record defines: where a format has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from ftlint.dialects.call import Call
from ftlint.dialects.places import keys_at, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ftlint.dialects.places import Place
    from ftlint.dialects.turns import Turn


class Tool(NamedTuple):
    """A tool that a record defines. at: JSON Pointer of its parameters; of tools that are one text, that of the text."""

    name: str
    parameters: Any
    at: str


class Calling:
    """How OpenAI's format has tools: `tool_calls`, the legacy `function_call`, `tool_call_id`, and `tools` with a `function`."""

    roles: frozenset[str] = frozenset()
    """Roles, as they are written, whose content is nothing but calls."""

    def calls(self, turn: Turn) -> Iterator[Call]:
        """Yield the calls of a turn."""
        calls = turn.message.get("tool_calls")
        for index, call in enumerate(calls if type(calls) is list else ()):
            if type(call) is dict:
                at = f"{turn.at}/tool_calls/{index}"
                custom, inner = call.get("custom"), call.get("function")
                if type(custom) is dict:  # a tool of free text
                    yield called(custom, f"{at}/custom", at=at, id_holder=call, form="free")._replace(arguments={})
                    continue
                holder, where = (inner, f"{at}/function") if type(inner) is dict else (call, at)
                yield called(holder, where, at=at, id_holder=call)
        legacy = turn.message.get("function_call")
        if type(legacy) is dict:
            yield called(legacy, f"{turn.at}/function_call", identity="")

    def answers(self, turn: Turn) -> Iterator[tuple[str | None, str]]:
        """Yield the ids of the calls that a turn answers, each with its JSON Pointer."""
        if turn.message.get("tool_call_id") is not None:
            yield id_of(turn.message["tool_call_id"]), f"{turn.at}/tool_call_id"

    def tools(self, listed: list[Any], at: str) -> Iterator[Tool]:
        """Yield the tools of a list at a JSON Pointer."""
        for index, one in enumerate(listed):
            key = next((key for key in ("function", "custom") if key in one), "") if type(one) is dict else ""
            inner = one[key] if key else one
            if type(inner) is dict and type(inner.get("name")) is str:
                yield Tool(inner["name"], inner.get("parameters"), f"{at}/{index}{key and '/'}{key}/parameters")


def called(
    holder: Mapping[str, Any],
    where: str,
    *,
    at: str = "",
    arguments: str = "arguments",
    identity: str = "id",
    id_holder: Mapping[str, Any] | None = None,
    form: str = "",
) -> Call:
    """Return a call.

    Args:
        holder: The object that has its name and arguments.
        where: The JSON Pointer of that.
        at: That of the call, where it is another one.
        arguments, identity: Keys of arguments and id; nothing where the format has no ids.
        id_holder: The object that has the id, at `at`, where it is another one.
        form: See `Call`.
    """
    at, owner = at or where, holder if id_holder is None else id_holder
    name, given, own_id = holder.get("name"), holder.get(arguments), owner.get(identity)
    parts = {}
    if name is not None:
        parts["name"] = f"{where}/name"
    if given is not None:
        parts["arguments"] = f"{where}/{arguments}"
    if own_id is not None:
        parts["id"] = f"{at}/{identity}"
    return Call(name if type(name) is str else None, given, id_of(own_id), at, parts, form, bool(identity))


def parts_with(turn: Turn, content: str, key: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield what parts of a turn's content have under a key, objects alone, each with its JSON Pointer.

    Args:
        content: The key of contents.
        key: Of a part.
    """
    for index, part in enumerate(turn.content if type(turn.content) is list else ()):
        if type(part) is dict and type(part.get(key)) is dict:
            yield part[key], f"{turn.at}/{content}/{index}/{key}"


def id_of(value: Any) -> str | None:
    """Return the id of a call; of what is not text its JSON."""
    return value if value is None or type(value) is str else orjson.dumps(value).decode()


def properties_in(tools: Iterable[Tool]) -> Iterator[Place]:
    """Yield what the properties of the parameters of tools are called."""
    for tool in tools:
        properties = tool.parameters.get("properties") if type(tool.parameters) is dict else None
        if type(properties) is dict:
            at = f"{tool.at}/properties"
            yield place_of(at, properties)
            yield keys_at(at, properties)
