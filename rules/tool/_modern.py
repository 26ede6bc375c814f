"""Converts calls in OpenAI's legacy format to the current format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.records.edits import edits_of
from ftlint.records.reader import repeats_key
from ftlint.records.spans import inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.records.edits import Edit
    from ftlint.records.line import Line

_TODAY = ("tool_calls", "tool_call_id")

_Change = tuple[int, int, str]


def modernised(line: Line) -> list[Edit]:
    """Return the edits that write functions as tools, and each call and its answer with an id, where the record can be so."""
    try:
        value = line.value
    except ValueError:
        return []
    if not can_be_modern(value) or repeats_key(line.raw, value):
        return []
    return edits_of(line, sorted([*_of_messages(line, value["messages"]), *_of_functions(line, value)]))


def can_be_modern(value: Any) -> bool:
    """Whether a record can be written in the format of today, and says the same then.

    Each call but the last message is answered by the message after it, each answer follows its call, and nothing is in another
    format or in that of today.
    """
    if type(value) is not dict or not value.keys().isdisjoint(("tools", "tool_choice", "function_call")):
        return False
    functions, messages = value.get("functions", [{"name": ""}]), value.get("messages")
    if type(functions) is not list or not functions or not all(map(_is_function, functions)) or type(messages) is not list:
        return False
    called: str | None = None
    for message in messages:
        if type(message) is not dict or message.get("role") == "tool" or not message.keys().isdisjoint(_TODAY):
            return False
        answers = message.get("name") if message.get("role") == "function" else None
        if called != answers or (answers is None and message.get("role") == "function"):
            return False
        call = message.get("function_call", {"name": None})
        if type(call) is not dict or ("function_call" in message and type(call.get("name")) is not str):
            return False
        called = call["name"]
    return True


def _is_function(function: Any) -> bool:
    return type(function) is dict and type(function.get("name")) is str and "function" not in function


def _of_messages(line: Line, messages: Sequence[Mapping[str, Any]]) -> Iterator[_Change]:
    """Yield the changes of messages, as start, end and new text; ids are counted in the record."""
    count = 0
    for index, message in enumerate(messages):
        members = _members(line, f"/messages/{index}")
        if "function_call" in message:
            count += 1
            first, start, end = members["function_call"]
            call = line.text[start:end]
            yield first, end, f'"tool_calls": [{{"id": "call_{count}", "type": "function", "function": {call}}}]'
        elif message.get("role") == "function":
            yield *members["role"][1:], '"tool"'
            # The name of the function is that of the call.
            first, _, end = members["name"]
            yield first, end, f'"tool_call_id": "call_{count}"'


def _of_functions(line: Line, value: Mapping[str, Any]) -> Iterator[_Change]:
    """Yield the changes of the list of functions."""
    functions = value.get("functions")
    if type(functions) is not list:
        return
    first, start, _ = _members(line, "")["functions"]
    yield first, start, '"tools": '
    for index in range(len(functions)):
        span = line.span(f"/functions/{index}")
        if span:
            yield span[0], span[0], '{"type": "function", "function": '
            yield span[1], span[1], "}"


def _members(line: Line, pointer: str) -> dict[str, tuple[int, int, int]]:
    """Return the members of an object: where each begins, where its value does, and where it ends."""
    span = line.span(pointer)
    return {key: (first, start, end) for key, first, start, end in inside(line.text, span[0])} if span else {}
