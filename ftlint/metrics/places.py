"""Which JSON types are where in records, besides their texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from ftlint.metrics.base import Block, Metric

if TYPE_CHECKING:
    from ftlint.dialects.context import Context

_MOST = 1000
"""Places and types that are kept; where there are more, keys are data."""


@dataclass
class Found:
    """How many records have a type at a place, the first line that does, and how many bytes are before that line."""

    count: int
    line: int
    offset: int


@dataclass
class Places(Metric):
    """The types at each place (a JSON Pointer, with `*` for the places of arrays), by place and type."""

    needs_texts: ClassVar[bool] = False
    lines: int = 0
    size: int = 0
    found: dict[tuple[str, str], Found] = field(default_factory=dict)

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        self.lines, self.size = block.decoded.lines, len(block.data)
        for key, kind in block.decoded.kinds.items():
            self.found[key] = Found(kind.count, kind.first, block.offset(kind.first))

    def merge(self, other: Places) -> None:
        """Take in what comes after."""
        for key, theirs in other.found.items():
            if key in self.found:
                self.found[key].count += theirs.count
            elif len(self.found) < _MOST:
                self.found[key] = Found(theirs.count, theirs.line + self.lines, theirs.offset + self.size)
        self.lines += other.lines
        self.size += other.size

    def by_place(self) -> dict[str, dict[str, Found]]:
        """Return what was found, by place."""
        places: dict[str, dict[str, Found]] = {}
        for (place, kind), found in self.found.items():
            places.setdefault(place, {})[kind] = found
        return places
