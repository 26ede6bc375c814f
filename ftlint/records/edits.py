"""Edits: the one form of a repair. What they do not name keeps every byte.

Functions take a raw line as text (see `text_of_line`) and return what is to be done to it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from ftlint.records.spans import items_at, raw_offsets, skip_space, value_end, value_span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Edit(NamedTuple):
    """Other bytes for a part of a line.

    start, end: in bytes of the line, end exclusive; an end behind the line takes its line end with it. text: what stands there
    instead; a line feed in it makes two lines of one.
    """

    start: int
    end: int
    text: bytes = b""


def text_of_line(line: bytes) -> str:
    """Return a raw line as text, in which every byte that is no UTF-8 is a character too."""
    return line.decode("utf-8", "surrogateescape")


def edited(line: bytes, edits: Iterable[Edit]) -> list[bytes]:
    """Return the lines that edits make of a line: mostly one, none where all of it goes."""
    at, parts = 0, []
    for edit in sorted(edits):
        parts += [line[at : edit.start], edit.text]
        at = edit.end
    return b"".join([*parts, line[at:]]).split(b"\n") if at <= len(line) else []


def whole_line(line: str) -> list[Edit]:
    """Return the edit that takes a line away."""
    return [Edit(0, len(_bytes(line)) + 1)]


def retexted(line: str, old: Mapping[str, str], new: Mapping[str, str]) -> list[Edit]:
    """Return the edits that give texts, by JSON Pointer, new values: what differs is written, in the style of the line."""
    changes = []
    for pointer, text in new.items():
        span = value_span(line, pointer) if text != old[pointer] else None
        if span:
            start, end, middle = _difference(old[pointer], text)
            first, last = raw_offsets(line, span, start, end)
            changes.append((first, last, _escaped(middle, line)))
    return edits_of(line, changes)


def replaced(line: str, pointer: str, value: str) -> list[Edit]:
    """Return the edit that puts another raw value at a JSON Pointer."""
    span = value_span(line, pointer)
    return edits_of(line, [(*span, value)]) if span else []


def edits_of(line: str, changes: Iterable[tuple[int, int, str]]) -> list[Edit]:
    """Return changes, given as start and end in characters and the new raw text, as edits: in bytes."""
    if line.isascii():
        return [Edit(start, end, _bytes(text)) for start, end, text in changes]
    edits = []
    characters = size = 0
    for start, end, text in sorted(changes):
        first = size + len(_bytes(line[characters:start]))
        characters, size = end, first + len(_bytes(line[start:end]))
        edits.append(Edit(first, size, _bytes(text)))
    return edits


def renamed_key(line: str, old: str, new: str) -> list[Edit]:
    """Return the edit that gives a key of the line's object another name; none where it has a key of that name already."""
    found = members(line)
    for key, start, _ in found:
        if key == old and new not in (name for name, _, _ in found):
            return edits_of(line, [(start, value_end(line, start), json.dumps(new))])
    return []


def without_members(line: str, places: set[int]) -> list[Edit]:
    """Return the edits that take members of the line's object away by their places; none where it would be empty."""
    return _without(line, [(start, end) for _, start, end in members(line)], places)


def without_items(line: str, pointer: str, places: set[int]) -> list[Edit]:
    """Return the edits that take items of the array at a JSON Pointer away; none where it would be empty."""
    return _without(line, items_at(line, pointer), places)


def escaped(text: str, line: str) -> str:
    """Return a text as a JSON string in the style of a line: with escapes where it has nothing but ASCII."""
    return f'"{_escaped(text, line)}"'


def members(line: str) -> list[tuple[str, int, int]]:
    """Return key, start of the key and end of the value of each member of an object, repeated ones too."""
    at = line.index("{") + 1
    found: list[tuple[str, int, int]] = []
    while True:
        at = skip_space(line, at)
        if line[at] == "}":
            return found
        end = value_end(line, at)
        key = json.loads(line[at:end])
        end = value_end(line, skip_space(line, line.index(":", end) + 1))
        found.append((key, at, end))
        at = skip_space(line, end)
        if line[at] == ",":
            at += 1


def _without(line: str, spans: Sequence[tuple[int, int]], places: set[int]) -> list[Edit]:
    """Return the edits that take spans away; what stands between two goes with the one after it."""
    kept = [place for place in range(len(spans)) if place not in places]
    if not kept or len(kept) == len(spans):
        return []
    first = [(spans[0][0], spans[kept[0]][0], "")] if kept[0] else []
    gone = [place for place in range(kept[0], len(spans)) if place in places]
    return edits_of(line, first + [(spans[place - 1][1], spans[place][1], "") for place in gone])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _escaped(text: str, line: str) -> str:
    return json.dumps(text, ensure_ascii=line.isascii())[1:-1]


def _difference(old: str, new: str) -> tuple[int, int, str]:
    """Return where in the old text the two differ (start, end), and what stands there in the new one."""
    start = _shared(old, new)
    tail = _shared(old[start:][::-1], new[start:][::-1])
    return start, len(old) - tail, new[start : len(new) - tail]


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts share at their start, by halving: texts are long, and comparing them is fast."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low
