"""A fault that most records share is no fault of theirs: the data is of another kind, and it is reported once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftlint.metrics import Gathered
    from ftlint.rule import Violations

FEW = 3
"""Records from which on most of a file can be of another kind."""


def faulty_majority(violations: Violations, gathered: Gathered) -> int:
    """Return how many records have a fault where these are over half of all; else 0."""
    count = violations.records
    return count if count >= FEW and 2 * count > gathered.conforming else 0
