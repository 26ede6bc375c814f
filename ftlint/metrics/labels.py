"""Labels."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ftlint.metrics.base import Block, Metric
from ftlint.metrics.parts import counts, first_lines
from ftlint.text.labels import merged, variants

if TYPE_CHECKING:
    from collections import Counter

    from ftlint.dialects.context import Context


class Labels(Metric):
    """Labels with their number of records and their first line."""

    counts: Counter[str] = counts()
    first: dict[str, int] = first_lines()

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        labels = block.frame.get_column("answer")
        first = block.frame[labels.arg_unique().sort()].select("answer", "line")
        counts = dict(labels.value_counts().iter_rows())
        for label, line in first.iter_rows():
            if label:
                self.counts[label], self.first[label] = counts[label], line

    @cached_property
    def merged(self) -> dict[str, int]:
        """The counts with each variant counted as its commoner form; to be asked for when all is gathered."""
        return merged(self.counts)

    @cached_property
    def variants(self) -> dict[str, str]:
        """The commoner form of each label that is a variant of one; to be asked for when all is gathered."""
        return variants(self.counts)
