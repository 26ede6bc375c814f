"""A fault that most records share is no fault of theirs: the data is of another kind, and it is reported once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from ftlint.metrics import Gathered
    from ftlint.rule import Violations

FEW = 3
"""Records from which on most of a file can be of another kind."""


def faulty_majority(violations: Violations, gathered: Gathered) -> pl.Series | None:
    """Return the lines of the records with a fault, each once, where these are over half of all; else None."""
    lines = violations.line_numbers.unique().sort()
    return lines if len(lines) >= FEW and 2 * len(lines) > gathered.conforming else None
