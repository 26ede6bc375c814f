"""Which JSON types are where in records, besides their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from ftlint.dialects.places import KEYS
from ftlint.metrics.base import Block, Metric
from ftlint.metrics.parts import kept, total

if TYPE_CHECKING:
    from ftlint.dialects.context import Context

_MOST = 1000
"""Paths and types that are kept; where there are more, keys are data."""


class Seen(Struct):
    """How many records have a type at a path, the first line that does, and how many bytes are before that line."""

    count: int
    line: int
    offset: int


class KeyPaths(Metric):
    """The types at each path (a JSON Pointer, with `*` for the indexes of arrays), by path and type."""

    needs_texts: ClassVar[bool] = False
    size: int = total()
    seen: dict[tuple[str, str], Seen] = kept(dict)

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        self.size = len(block.data)
        for key, kind in block.decoded.kinds.items():
            self.seen[key] = Seen(kind.count, kind.first, block.offset(kind.first))

    def merge(self, other: KeyPaths) -> None:
        """Take in what comes after."""
        for key, theirs in other.seen.items():
            if key in self.seen:
                self.seen[key].count += theirs.count
            elif len(self.seen) < _MOST:
                self.seen[key] = Seen(theirs.count, theirs.line + self.lines, theirs.offset + self.size)
        super().merge(other)

    def by_path(self) -> dict[str, dict[str, Seen]]:
        """Return what was seen, by path and type."""
        paths: dict[str, dict[str, Seen]] = {}
        for (path, kind), seen in self.seen.items():
            if not kind.startswith(KEYS):
                paths.setdefault(path, {})[kind] = seen
        return paths

    def key_sets(self) -> dict[str, dict[tuple[str, ...], int]]:
        """Return the sets of keys of objects that each tool fills in its own way, each with its first line, by path."""
        paths: dict[str, dict[tuple[str, ...], int]] = {}
        for (path, kind), seen in self.seen.items():
            if kind.startswith(KEYS):
                names = tuple(sorted(filter(None, kind.removeprefix(KEYS).split("\0"))))
                sets = paths.setdefault(path, {})
                sets[names] = min(seen.line, sets.get(names, seen.line))
        return paths
