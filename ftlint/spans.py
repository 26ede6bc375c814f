"""Where in a raw line of JSON a value stands, and where in its raw string a character of it."""

from __future__ import annotations

import json
import re
from functools import cache
from json.decoder import scanstring  # type: ignore[attr-defined] # typeshed leaves it out

_SPACE = re.compile(r"[ \t\n\r]*")
_CHARACTER = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)


@cache
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_int=str)


def value_span(line: str, pointer: str) -> tuple[int, int] | None:
    """Return start and end of the raw value at a JSON Pointer (of a repeated key the last), or None."""
    at = _SPACE.match(line).end()  # type: ignore[union-attr] # it matches everywhere
    span: tuple[int, int] | None = (at, _decoder().raw_decode(line, at)[1])
    for part in pointer.split("/")[1:]:
        if span is None:
            return None
        key = part.replace("~1", "/").replace("~0", "~")
        span = _members(line, span[0]).get(key)
    return span


def _members(line: str, start: int) -> dict[str, tuple[int, int]]:
    """Return the spans of the members of the object or array that starts here, by key or index."""
    found: dict[str, tuple[int, int]] = {}
    is_object = line[start] == "{"
    if not is_object and line[start] != "[":
        return found
    at = _skip(line, start + 1)
    index = 0
    while line[at] not in "]}":
        key = str(index)
        if is_object:
            key, at = scanstring(line, at + 1)
            at = _skip(line, _skip(line, at) + 1)
        _, end = _decoder().raw_decode(line, at)
        found[key] = (at, end)
        at = _skip(line, end)
        if line[at] == ",":
            at = _skip(line, at + 1)
        index += 1
    return found


def _skip(line: str, at: int) -> int:
    return _SPACE.match(line, at).end()  # type: ignore[union-attr] # it matches everywhere


def raw_offsets(line: str, span: tuple[int, int], start: int, end: int | None) -> tuple[int, int]:
    """Return where the characters start to end of a string stand in the raw line; span is that of the string's literal."""
    inner = span[0] + 1
    offsets = [inner]
    wanted = end if end is not None else -1
    for index, found in enumerate(_CHARACTER.finditer(line, inner, span[1] - 1), 1):
        offsets.append(found.end())
        if index == wanted:
            break
    last = len(offsets) - 1
    return offsets[min(start, last)], offsets[last if end is None else min(end, last)]
