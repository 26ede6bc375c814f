"""Shared code of the rules about completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import polars as pl

from ftlint.rule import RecordRule

if TYPE_CHECKING:
    from ftlint.dialects.context import Context


class CompletionRule(RecordRule):
    """A rule about the form of a completion: one space, the answer and the stop."""

    requires: ClassVar[tuple[str, ...]] = ("endings",)
    column: ClassVar[str | None] = "completion"

    def suspects(self, context: Context) -> pl.Expr:
        """Return where the completion is not one space, the label and the stop."""
        return ~pl.col("tidy")
