"""Where in a raw line of JSON a value is, and where in its raw string a character of it."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined] # typeshed leaves it out
from typing import TYPE_CHECKING

import orjson

from ftlint.dialects.base import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")


# Possessive: to be able to go back would take memory for each character of a string that does not end.
_STRING = r'"(?:[^"\\]++|\\.)*+"'
_TOKEN = re.compile(_STRING + r"|[\[\]{}]", re.DOTALL)
_SCALAR = re.compile(_STRING + r"|[^\s,:\[\]{}\"]+", re.DOTALL)


def is_json(text: str | bytes) -> bool:
    """Whether a text is one JSON value, for the strict parser."""
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


def value_end(text: str, start: int) -> int:
    """Return where the JSON value ends that starts here, however deeply it is nested.

    Brackets are counted and strings skipped: what is inside is not judged.

    Raises:
        ValueError: Where no value starts, or it does not end.
    """
    if text[start : start + 1] not in {"{", "["}:
        scalar = _SCALAR.match(text, start)
        if scalar is None:
            raise ValueError(f"no JSON value at character {start}")
        return scalar.end()
    depth = 0
    for token in _TOKEN.finditer(text, start):
        token_text = token.group()
        depth += (token_text in {"{", "["}) - (token_text in {"}", "]"})
        if depth == 0:
            return token.end()
    raise ValueError(f"the JSON value at character {start} does not end")


def repeated_keys(line: str) -> list[tuple[str, int, int]]:
    """Return key, start and end of each key that its object has had before, at any depth of a line that parses."""
    results: list[tuple[str, int, int]] = []
    objects: list[set[str]] = []
    for token in _TOKEN.finditer(line):
        token_text = token.group()
        if token_text in {"{", "["}:
            objects.append(set())
        elif token_text in {"}", "]"}:
            objects.pop()
        elif line.startswith(":", skip_space(line, token.end())):
            key = json.loads(token_text)
            if key in objects[-1]:
                results.append((key, token.start(), token.end()))
            objects[-1].add(key)
    return results


def value_span(line: str, pointer: str) -> tuple[int, int] | None:
    """Return start and end of the raw value at a JSON Pointer (of a repeated key the last), or None."""
    at = skip_space(line, 0)
    span: tuple[int, int] | None = (at, value_end(line, at))
    for part in pointer.split("/")[1:]:
        if span is None:
            return None
        key = key_of(part)
        span = {name: (first, end) for name, _, first, end in inside(line, span[0])}.get(key)
    return span


def inside(line: str, start: int) -> Iterator[tuple[str, int, int, int]]:
    """Yield the members of the object or array that starts here, repeated keys too; nothing of another value.

    Each is its key or index, where its key is (in an array its value), and where its value starts and ends.
    """
    is_object = line[start] == "{"
    if not is_object and line[start] != "[":
        return
    at = skip_space(line, start + 1)
    index = 0
    while line[at] not in "]}":
        key, first = str(index), at
        if is_object:
            key, at = scanstring(line, at + 1)
            at = skip_space(line, skip_space(line, at) + 1)
        end = value_end(line, at)
        yield key, first, at, end
        at = skip_space(line, end)
        if line[at] == ",":
            at = skip_space(line, at + 1)
        index += 1


def skip_space(line: str, at: int) -> int:
    """Return where the white space ends that JSON allows here."""
    return _SPACE.match(line, at).end()  # type: ignore[union-attr] # it matches everywhere


def raw_offsets(line: str, span: tuple[int, int], start: int, end: int | None) -> tuple[int, int]:
    """Return where the characters start to end of a string are in the raw line; span is that of the string's literal."""
    last = span[1] - 1
    indexes = []
    for wanted in (start, end):
        if wanted is None:
            indexes.append(last)
            continue
        # Each escape is one character, whatever its length in the raw line.
        raw = span[0] + 1 + wanted
        for escape in _ESCAPE.finditer(line, span[0] + 1, last):
            if escape.start() >= raw:
                break
            raw += escape.end() - escape.start() - 1
        indexes.append(min(raw, last))
    return indexes[0], indexes[1]
