"""A fault that most records share shows that the data is of another kind; it is reported once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftlint.metrics import Gathered
    from ftlint.rule import Violations

FEW = 3
"""Minimum number of records to conclude that most of a file is of another kind."""


def faulty_majority(violations: Violations, gathered: Gathered) -> int:
    """Return how many records have a fault where these are over half of all; else 0."""
    count = violations.records
    return count if count >= FEW and 2 * count > gathered.conforming else 0
