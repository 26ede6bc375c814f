"""Calls of the legacy format of OpenAI, written as those of today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.records.edits import edits_of
from ftlint.records.spans import inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.records.edits import Edit
    from ftlint.records.line import Line

_Change = tuple[int, int, str]


def modernised(line: Line) -> list[Edit]:
    """Return the edits that write functions as tools, and each call and its answer with an id.

    None where that would say something else: an answer does not follow its call, or a record has both formats.
    """
    value = line.value
    messages = value.get("messages")
    if "tools" in value or type(messages) is not list or not _is_paired(messages):
        return []
    return edits_of(line, sorted([*_of_messages(line, messages), *_of_functions(line, value)]))


def _is_paired(messages: Sequence[Any]) -> bool:
    """Whether each answer of a function follows the call of it, and no message has the format of today."""
    last: Mapping[str, Any] = {}
    for message in messages:
        if type(message) is not dict or message.get("tool_calls") or message.get("role") == "tool":
            return False
        if message.get("role") == "function" and message.get("name") != _call(last).get("name"):
            return False
        last = message
    return True


def _call(message: Mapping[str, Any]) -> Mapping[str, Any]:
    call = message.get("function_call")
    return call if type(call) is dict else {}


def _of_messages(line: Line, messages: Sequence[Mapping[str, Any]]) -> Iterator[_Change]:
    """Yield the changes of messages, as start, end and new text; ids are counted in the record."""
    count = 0
    for index, message in enumerate(messages):
        members = _members(line, f"/messages/{index}")
        if _call(message):
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
