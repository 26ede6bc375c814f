"""Shared code of the rules about duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects import named
from ftlint.rule import DatasetRule, Violations
from ftlint.rule.fixes import Fix

from .._duplicates import what_duplicates_need

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.metrics import Metric
    from ftlint.rule import Level, Location
    from ftlint.rule.fixes import FixContext


class DuplicateRule(DatasetRule):
    """A rule about records that repeat earlier ones; the repair drops the later record."""

    detail = "as line {first}"

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the rule's text; else nowhere in particular."""
        return super().locate(row, args, context) if self.column else None

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Ask for what equal records are found by."""
        return what_duplicates_need(context)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Drop the records."""
        return Fix.drop() if self.fixable else None


def later(level: Level, result: pl.DataFrame, context: Context) -> Violations:
    """Return the violations of a table of `line` and `first`, the line that each repeats."""
    dialect = named(context.dialect)
    words = {"asked": dialect.asked, "answered": dialect.answered, "whole": dialect.whole}
    return Violations(level, result.get_column("line"), words, related=result.get_column("first"))
