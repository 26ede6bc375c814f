"""Which JSON types are where in records, besides their texts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_DEEP, _MOST = 6, 1000
"""Levels of nesting, and places, of which the types are noted."""

_EXACT = 2**53
_BIG = "integer beyond 2^53"
"""Integers that many readers keep as a number of 53 bits."""

KINDS = {
    str: "a string",
    dict: "an object",
    list: "an array",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}
"""What values are called, by their type."""

KEYS = "keys "
"""With this before it, what is noted of an object is which keys it has."""

Place = tuple[str, str]
"""A path (a JSON Pointer, with `*` for the indexes of arrays), and a JSON type or the keys of an object."""

_INDEX = re.compile(r"/\d+(?=/|$)")


class Kind(Struct):
    """How many records have a type at a path, and the first line of them."""

    count: int
    first: int


class Places(dict[Place, Kind]):
    """How many records have which type at which path."""

    def note(self, seen: Iterable[Place], line: int, count: int = 1) -> None:
        """Note what so many records have, of which the first is on a line."""
        for place in seen:
            known = self.get(place)
            if known is not None:
                known.count += count
                known.first = min(known.first, line)
            elif len(self) < _MOST:
                self[place] = Kind(count, line)

    def note_column(self, key: str, values: Sequence[Any], lines: Sequence[int]) -> None:
        """Note what records on these lines have under a key."""
        types = list(map(type, values))
        for kind in dict.fromkeys(types):
            if kind in {dict, list, int}:
                for value, line in zip(values, lines, strict=True):
                    if type(value) is kind:
                        self.note(places_in({key: value}), line)
            else:
                self.note([(f"/{step_of(key)}", _called(kind))], lines[types.index(kind)], types.count(kind))


def _called(kind: type) -> str:
    return KINDS[kind].rpartition(" ")[2]


def places_in(value: Any) -> dict[Place, None]:
    """Return which types are where in a value, in its order, so that a report is the same each time."""
    seen: dict[Place, None] = {}
    left = [("", value)]
    while left:
        at, one = left.pop()
        if at.count("/") > _DEEP or len(seen) > _MOST:
            continue
        if at:
            seen[at, _BIG if type(one) is int and abs(one) > _EXACT else _called(type(one))] = None
        if type(one) is dict:
            left += [(f"{at}/{step_of(key)}", inner) for key, inner in reversed(one.items())]
        elif type(one) is list:
            left += [(f"{at}/*", inner) for inner in one[:_MOST][::-1]]
    return seen


def place_of(pointer: str, value: Any) -> Place:
    """Return the type of what is at a JSON Pointer."""
    return path_of(pointer), _called(type(value))


def keys_at(pointer: str, value: Mapping[str, Any]) -> Place:
    """Return the keys of the object at a JSON Pointer."""
    return path_of(pointer), KEYS + "\0".join(sorted(value))


@lru_cache(maxsize=4096)
def path_of(pointer: str) -> str:
    """Return a JSON Pointer with `*` for the indexes of arrays."""
    return _INDEX.sub("/*", pointer)


def step_of(key: str) -> str:
    """Return a key as a step of a JSON Pointer (RFC 6901)."""
    return key if "/" not in key and "~" not in key else key.replace("~", "~0").replace("/", "~1")
