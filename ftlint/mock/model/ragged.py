"""Ranges of different lengths, end to end: what numpy lacks for rows of unequal size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ftlint.mock.model.arrays import Floats, Integers


def ranges(starts: Integers, ends: Integers) -> Integers:
    """Return the numbers of each range [start, end), one range after the other."""
    lengths = ends - starts
    offsets = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(lengths.sum()) + np.repeat(starts - offsets, lengths), np.int64)


def owners(starts: Integers, ends: Integers) -> Integers:
    """Return, for each number that `ranges` gives, the place of the range that it belongs to."""
    return np.repeat(np.arange(len(starts)), ends - starts)


def largest(values: Floats, owner: Integers, least: Floats) -> Floats:
    """Return the largest value of each owner, and no less than `least`."""
    result = least.copy()
    np.maximum.at(result, owner, values)
    return result
