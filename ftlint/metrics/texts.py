"""What texts share, and how often some occur."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ftlint.metrics.base import Block, Metric
from ftlint.metrics.parts import counts, first_lines, merged_by, total

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from ftlint.dialects.context import Context


Bounds = dict[str, tuple[str, str]]


def _widened(mine: Bounds, theirs: Bounds, _: int) -> Bounds:
    for column, (least, greatest) in theirs.items():
        own = mine.get(column, (least, greatest))
        mine[column] = (min(own[0], least), max(own[1], greatest))
    return mine


class Extremes(Metric):
    """The least and the greatest of all bodies and of all labels; what these two start with, all start with."""

    records: int = total()
    bounds: Bounds = merged_by(_widened, dict)

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        self.records = len(block.frame)
        for column in ("input", "answer") if self.records else ():
            texts = block.frame.get_column(column)
            self.bounds[column] = (str(texts.min()), str(texts.max()))

    def prefix(self, column: str) -> str:
        """Return the text that all start with; no text where all are equal."""
        least, greatest = self.bounds.get(column, ("", ""))
        return os.path.commonprefix([least, greatest]) if least != greatest else ""


class Occurrences(Metric):
    """How many records hold each of some texts, and where first."""

    counts: Counter[str] = counts()
    first: dict[str, int] = first_lines()

    def note(self, text: str, lines: Iterable[int]) -> None:
        """Count the lines (in rising order) that hold a text."""
        at = list(lines)
        if at:
            self.counts[text] += len(at)
            self.first.setdefault(text, at[0])
