"""Records in memory as lines, and back: what no repair changed comes back as it was, value by value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
from msgspec import Struct

from ftlint.errors import InputError
from ftlint.sources.frames import Column, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ftlint.sources.frames import Frame

_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


class Split(Struct, frozen=True):
    """Records that come one by one, and what findings call them."""

    name: str
    records: Iterable[Any]


def as_line(record: Any, number: int, default: Callable[[Any], Any] | None = None) -> bytes:
    """Return a record as a line. default: what makes JSON of other values; without it InputError is raised for them."""
    try:
        return orjson.dumps(record, option=_PLAIN, default=default) + b"\n"
    except (TypeError, ValueError):
        pass
    if not _has_text_keys(record):
        raise InputError(f"record {number} has a key that is not text")
    try:
        # What orjson refuses and the standard library writes (half a character, a large integer) is a finding, not an exception.
        return json.dumps(record, default=default).encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"record {number} cannot be written as JSON: {error}") from error


def _has_text_keys(value: Any) -> bool:
    """Whether all keys of a value, at any depth, are texts: JSON has no others."""
    left, seen = [value], set[int]()
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, Mapping):
            if not all(isinstance(key, str) for key in one):
                return False
            left += one.values()
        elif isinstance(one, (list, tuple)):
            left += one
    return True


def as_object(value: Any) -> dict[str, str]:
    """Return what stands for a value that JSON does not have: no text, so that nobody takes it for one."""
    return {type(value).__name__: str(value)}


class Repair(Struct, frozen=True):
    """What a repair made of records. before: their lines. after: each line afterwards, with the place of the one it was.

    Attributes:
        names: Keys that were given others, with these.
    """

    before: Sequence[bytes]
    after: Sequence[tuple[int, bytes]]
    names: Mapping[str, str]

    def of_records(self, records: Sequence[Any]) -> list[Any]:
        """Return the records after their repair; those that are as they were are the same objects."""
        return [
            records[origin] if line == self.before[origin] else self._patched(records[origin], self.before[origin], line)
            for origin, line in self.after
        ]

    def of_frame(self, frame: Frame) -> Any:
        """Return the frame after the repair of its rows."""
        rows = rows_of(frame)
        repaired = self.of_records(rows)
        origins = [origin for origin, _ in self.after]
        changed = [index for index, row in enumerate(repaired) if row is not rows[origins[index]]]
        return frame.rebuilt(origins, list(self._columns(frame, rows, repaired, origins, changed)))

    def _columns(
        self, frame: Frame, rows: Sequence[Any], repaired: Sequence[Any], origins: Sequence[int], changed: Sequence[int]
    ) -> Iterator[Column]:
        """Yield the columns, those that were there in their order."""
        there = {name for row in repaired for name in row}
        renamed = {new for old, new in self.names.items() if old in frame.names}
        for name in frame.names:
            new = self.names.get(name, name)
            had = any(name in row for row in rows)
            # A column of nothing that has the name already gives way, and one of nothing any more goes.
            if (had and new not in there) or (not had and (name in renamed or name in self.names)):
                continue
            values = frame.values(name)
            values = [values[origin] for origin in origins]
            differing = [index for index in changed if repaired[index].get(new) is not rows[origins[index]].get(name)]
            for index in differing:
                values[index] = repaired[index].get(new)
            yield Column(new, name, values if differing else None)
        known = {self.names.get(name, name) for name in frame.names}
        for name in dict.fromkeys(name for index in changed for name in repaired[index] if name not in known):
            yield Column(name, None, [row.get(name) for row in repaired])

    def _patched(self, record: Any, before: bytes, after: bytes) -> Any:
        was, new = json.loads(before), json.loads(after)
        if not isinstance(record, Mapping) or not isinstance(was, dict) or not isinstance(new, dict):
            return new
        old: dict[str, str] = {given: name for name, given in self.names.items() if name in was}
        return {key: _patched(record, was, key if key in was else old.get(key, ""), value) for key, value in new.items()}


def _patched(record: Any, was: Mapping[str, Any], key: str, new: Any) -> Any:
    """Return a member of a record after its repair; `was` is what JSON had of the record."""
    return patched(record[key], was[key], new) if key in was else new


def patched(value: Any, was: Any, new: Any) -> Any:
    """Return a value with what a repair changed in it, and all else as it was.

    Args:
        was, new: What JSON had of the value before the repair, and has after it.
    """
    if json.dumps(was) == json.dumps(new):
        return value
    if isinstance(value, Mapping) and isinstance(was, dict) and isinstance(new, dict):
        kept = {key: inner for key, inner in value.items() if key not in was}
        return {**{key: _patched(value, was, key, inner) for key, inner in new.items()}, **kept}
    if isinstance(value, (list, tuple)) and isinstance(was, list) and isinstance(new, list):
        made = list(_items(value, was, new))
        return tuple(made) if isinstance(value, tuple) else made
    return new


def _items(values: Sequence[Any], was: Sequence[Any], new: Sequence[Any]) -> Iterator[Any]:
    """Yield the items of a list; where some went or came, those that are as they were are found by what they are."""
    if len(was) == len(new):
        yield from map(patched, values, was, new)
        return
    at = 0
    for item in new:
        index = next((index for index in range(at, len(was)) if was[index] == item), None)
        if index is None:
            yield item
        else:
            yield values[index]
            at = index + 1
