"""What the rules about tools share: the calls of a message, and the tools of a record."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import orjson

from ftlint.dialects.conversation import conversation_of
from ftlint.dialects.turn_tables import MESSAGES
from ftlint.dialects.turns import number_of
from ftlint.rule import Location, RecordRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.dialects.turns import Turn
    from ftlint.rule.fixes import Row


class Call(NamedTuple):
    """A call of a tool. at: its JSON Pointer; holder: that of the object with its name and arguments."""

    name: str | None
    arguments: Any
    id: str | None
    at: str
    holder: str

    @property
    def value(self) -> Any:
        """What the arguments are: of a text what it holds as JSON, None where that is nothing."""
        if type(self.arguments) is not str:
            return self.arguments
        try:
            return orjson.loads(self.arguments)
        except ValueError:
            return None


class Tool(NamedTuple):
    """A tool that a record defines. at: JSON Pointer of its parameters; of tools that are one text, that of the text."""

    name: str
    parameters: Any
    at: str


class ToolRule(RecordRule):
    """A rule about messages that call tools, or answer calls."""

    requires: ClassVar[tuple[str, ...]] = ("messages",)
    table: ClassVar[str] = MESSAGES


def turns_of(row: Row) -> list[Turn]:
    """Return the turns of the record that a row is of."""
    turns: list[Turn] = row["talk"]
    return turns


def calls_of(turn: Turn) -> list[Call]:
    """Return the calls of a message, those of the legacy format too."""
    message = turn.message
    calls = message.get("tool_calls")
    results = []
    for index, call in enumerate(calls if type(calls) is list else ()):
        if type(call) is dict:
            at = f"{turn.at}/tool_calls/{index}"
            inner = call.get("function")
            holder, where = (inner, f"{at}/function") if type(inner) is dict else (call, at)
            results.append(Call(_text(holder.get("name")), holder.get("arguments"), id_of(call.get("id")), at, where))
    legacy = message.get("function_call")
    if type(legacy) is dict:
        at = f"{turn.at}/function_call"
        results.append(Call(_text(legacy.get("name")), legacy.get("arguments"), None, at, at))
    return results


def _text(name: Any) -> str | None:
    return name if type(name) is str else None


def id_of(value: Any) -> str | None:
    """Return the id of a call; of what is not text its JSON."""
    return value if value is None or type(value) is str else orjson.dumps(value).decode()


def own_calls(row: Row) -> list[Call]:
    """Return the calls of the message that a row is of."""
    return calls_of(turns_of(row)[row["position"]])


@lru_cache(maxsize=1024)
def parsed(text: str) -> Any:
    """Return the value of a JSON text; None for what is none."""
    try:
        return orjson.loads(text)
    except ValueError:
        return None


def tools_of(value: Mapping[str, Any], context: Context) -> list[Tool]:
    """Return the tools that a record defines and that have a name."""
    dialect = conversation_of(context)
    result, at = dialect.tools_of(value), dialect.tools_at(value)
    listed = parsed(result) if type(result) is str else result
    tools = []
    for index, one in enumerate(listed if type(listed) is list else ()):
        inner = one.get("function", one) if type(one) is dict else None
        if type(inner) is dict and type(inner.get("name")) is str:
            function = "/function" * (inner is not one)
            where = at if type(result) is str else f"{at}/{index}{function}/parameters"
            tools.append(Tool(inner["name"], inner.get("parameters"), where))
    return tools


def at_call(call: Call, row: Row, part: str = "", **more: Any) -> Location:
    """Return the place of a call, or of a part of it, with the number of its message."""
    number = number_of(row)
    pointer = f"{call.at}/id" if part == "id" else f"{call.holder}/{part}"
    there = {"id": call.id, "name": call.name, "arguments": call.arguments}.get(part) is not None
    args = {"number": number, "name": call.name or "nothing", **more.pop("args", {})}
    return Location(pointer if there else call.at, args=args, **more)
