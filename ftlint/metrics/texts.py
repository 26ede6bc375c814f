"""What texts share, and how often some occur."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from ftlint.metrics.base import Block, Metric

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ftlint.dialects.context import Context


@dataclass
class Extremes(Metric):
    """The least and the greatest of all bodies and of all labels; what these two start with, all start with."""

    lines: int = 0
    records: int = 0
    bounds: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        self.lines, self.records = block.decoded.lines, len(block.frame)
        for column in ("input", "answer") if self.records else ():
            texts = block.frame.get_column(column)
            self.bounds[column] = (str(texts.min()), str(texts.max()))

    def merge(self, other: Extremes) -> None:
        """Take in what comes after."""
        for column, (least, greatest) in other.bounds.items():
            mine = self.bounds.get(column, (least, greatest))
            self.bounds[column] = (min(mine[0], least), max(mine[1], greatest))
        self.lines += other.lines
        self.records += other.records

    def prefix(self, column: str) -> str:
        """Return the text that all start with; no text where all are equal."""
        least, greatest = self.bounds.get(column, ("", ""))
        return os.path.commonprefix([least, greatest]) if least != greatest else ""


@dataclass
class Occurrences(Metric):
    """How many records hold each of some texts, and where first."""

    lines: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)

    def note(self, text: str, lines: Iterable[int]) -> None:
        """Count the lines (in rising order) that hold a text."""
        at = list(lines)
        if at:
            self.counts[text] += len(at)
            self.first.setdefault(text, at[0])

    def merge(self, other: Self) -> None:
        """Take in what comes after."""
        self.counts.update(other.counts)
        for text, line in other.first.items():
            self.first.setdefault(text, line + self.lines)
        self.lines += other.lines
