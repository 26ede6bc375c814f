"""Shared code of the rules about tools: the calls of a message, and the tools of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.dialects.conversation import conversation_of
from ftlint.dialects.turn_tables import MESSAGES
from ftlint.dialects.turns import number_of
from ftlint.rule import Location, RecordRule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.dialects.call import Call
    from ftlint.dialects.calls import Tool
    from ftlint.dialects.context import Context
    from ftlint.dialects.turns import Turn
    from ftlint.rule.fixes import Row


class ToolRule(RecordRule):
    """A rule about messages that call tools, or answer calls."""

    requires: ClassVar[tuple[str, ...]] = ("messages",)
    table: ClassVar[str] = MESSAGES


def turns_of(row: Row) -> list[Turn]:
    """Return the turns of the record that a row is of."""
    turns: list[Turn] = row["talk"]
    return turns


def own_calls(row: Row) -> Sequence[Call]:
    """Return the calls of the message that a row is of."""
    return turns_of(row)[row["position"]].calls


def tools_of(value: Mapping[str, Any], context: Context) -> Sequence[Tool]:
    """Return the tools that a record defines and that have a name."""
    return conversation_of(context).defined(value)


def at_call(call: Call, row: Row, part: str = "", **more: Any) -> Location:
    """Return the place of a call, or of a part of it, with the number of its message."""
    number = number_of(row)
    args = {"number": number, "name": call.name or "nothing", **more.pop("args", {})}
    return Location(call.parts.get(part, call.at), args=args, **more)
