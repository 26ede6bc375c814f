"""What the rules about duplicates share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.metrics.duplicates import what_duplicates_need
from ftlint.rule import DatasetRule, Hits
from ftlint.rule.fixes import Drop

if TYPE_CHECKING:
    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.metrics import Metric
    from ftlint.rule import Level
    from ftlint.rule.fixes import Fix, Situation


class DuplicateRule(DatasetRule):
    """A rule about records that repeat earlier ones; where it is fixable, the later one goes."""

    detail = "as line {first}"

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Ask for what equal records are found by."""
        return what_duplicates_need(context)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Drop the records."""
        return Drop() if self.fixable else None


def later(level: Level, found: pl.DataFrame) -> Hits:
    """Return the hits of a table of `line` and `first`, the line that each repeats."""
    return Hits(level, found.get_column("line"), related=found.get_column("first"))
