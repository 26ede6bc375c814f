"""Edits: the one form of a repair. What they do not name keeps every byte."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ftlint.records.spans import inside, raw_offsets, value_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ftlint.records.line import Line


class Edit(NamedTuple):
    """Other bytes for a part of a line.

    Attributes:
        start, end: In bytes of the line, end exclusive; an end behind the line takes its line end with it.
        text: What is there instead; a line feed in it makes two lines of one.
    """

    start: int
    end: int
    text: bytes = b""


def edited(line: bytes, edits: Iterable[Edit]) -> list[bytes]:
    """Return the lines that edits make of a line: mostly one, none where all of it goes."""
    at, parts = 0, []
    for edit in sorted(edits):
        parts += [line[at : edit.start], edit.text]
        at = edit.end
    return b"".join([*parts, line[at:]]).split(b"\n") if at <= len(line) else []


def overlap(edits: Iterable[Edit]) -> bool:
    """Whether two edits are about the same bytes, or put something at the same place."""
    return any(one.end > other.start or one[:2] == other[:2] for one, other in pairwise(sorted(edits)))


def malformed(edits: Sequence[Edit], size: int) -> str:
    """Return what is wrong with edits of a line of so many bytes; an empty text where nothing is."""
    for edit in edits:
        if not isinstance(edit, Edit) or type(edit.start) is not int or type(edit.end) is not int or type(edit.text) is not bytes:
            return f"{edit!r} is not an edit"
        if not 0 <= edit.start <= edit.end <= size + 1:
            return f"an edit of bytes {edit.start} to {edit.end} is outside of the line, which has {size}"
    return "two of its edits overlap" if overlap(edits) else ""


def whole_line(line: Line) -> list[Edit]:
    """Return the edit that takes a line away."""
    return [Edit(0, len(line.raw) + 1)]


def retexted(line: Line, old: Mapping[str, str], new: Mapping[str, str]) -> list[Edit]:
    """Return the edits that give texts, by JSON Pointer, new values: what differs is written, in the style of the line."""
    changes = []
    for pointer, text in new.items():
        span = line.span(pointer) if text != old[pointer] else None
        if span:
            start, end, middle = _difference(old[pointer], text)
            first, last = raw_offsets(line.text, span, start, end)
            changes.append((first, last, _escaped(middle, line)))
    return edits_of(line, changes)


def replaced(line: Line, pointer: str, value: str) -> list[Edit]:
    """Return the edit that puts another raw value at a JSON Pointer."""
    span = line.span(pointer)
    return edits_of(line, [(*span, value)]) if span else []


def edits_of(line: Line, changes: Iterable[tuple[int, int, str]]) -> list[Edit]:
    """Return changes, given as start and end in characters and the new raw text, as edits: in bytes."""
    return [Edit(line.offset(start), line.offset(end), text.encode("utf-8", "surrogateescape")) for start, end, text in changes]


def renamed_key(line: Line, old: str, new: str) -> list[Edit]:
    """Return the edit that gives a key of the line's object another name; none where it has a key of that name already."""
    members = line.members()
    if old not in members or new in members:
        return []
    start = members[old][0]
    return edits_of(line, [(start, value_end(line.text, start), json.dumps(new))])


def remove_named_members(line: Line, pointer: str, gone: set[str]) -> list[Edit]:
    """Return the edits that take members of the object at a JSON Pointer away; none where it would be empty."""
    span = line.span(pointer)
    members = list(inside(line.text, span[0])) if span else []  # a repeated key each time
    indexes = {index for index, (key, _, _, _) in enumerate(members) if key in gone}
    return remove_members(line, [(first, end) for _, first, _, end in members], indexes)


def escaped(text: str, line: Line) -> str:
    """Return a text as a JSON string in the style of a line: with escapes where it has nothing but ASCII."""
    return f'"{_escaped(text, line)}"'


def remove_members(line: Line, spans: Sequence[tuple[int, int]], indexes: set[int]) -> list[Edit]:
    """Return the edits that take spans away; what is between two goes with the one after it. None where none is left."""
    kept = [index for index in range(len(spans)) if index not in indexes]
    if not kept or len(kept) == len(spans):
        return []
    first = [(spans[0][0], spans[kept[0]][0], "")] if kept[0] else []
    gone = [index for index in range(kept[0], len(spans)) if index in indexes]
    return edits_of(line, first + [(spans[index - 1][1], spans[index][1], "") for index in gone])


def _escaped(text: str, line: Line) -> str:
    return json.dumps(text, ensure_ascii=line.text.isascii())[1:-1]


def _difference(old: str, new: str) -> tuple[int, int, str]:
    """Return where in the old text the two differ (start, end), and what is there in the new one."""
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
