"""What the head looks at: the tokens and pairs of tokens before a place, and the last two tokens by themselves.

Where prompts end in the names of several tasks, an answer depends on what is asked and on the task together. Then the head also
looks at each token before an answer together with the two last ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ftlint.mock.model.arrays import Integers

_PAIR, _LAST, _BEFORE_LAST, _CROSSED = range(1, 5)
CROSSED = 64
"""Tokens before an answer that are looked at together with the last two."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: spreads numbers (Knuth, TAOCP 3, 6.4)


def token_keys(tokens: Integers, before: Integers, size: int) -> Integers:
    """Return two features for each token: the token, and the pair with the one before it. Shape: (tokens, 2)."""
    base = size + 1
    keys = np.empty((len(tokens), 2), np.int64)
    keys[:, 0] = tokens  # their kind is 0
    keys[:, 1] = (_PAIR * base + before) * base + tokens
    return keys


def last_keys(before: Integers, earlier: Integers, size: int) -> Integers:
    """Return two features for each place: the last token before it, and the one before that. Shape: (places, 2)."""
    kind = (size + 1) ** 2
    keys = np.empty((len(before), 2), np.int64)
    keys[:, 0] = _LAST * kind + before
    keys[:, 1] = _BEFORE_LAST * kind + earlier
    return keys


def ending_keys(last: Integers, earlier: Integers, size: int) -> Integers:
    """Return two tokens as one number."""
    keys: Integers = last * (size + 1) + earlier
    return keys


def crossed_keys(tokens: Integers, last: Integers, earlier: Integers, size: int) -> Integers:
    """Return a feature for each token together with the last two before an answer. All have the same shape."""
    base = size + 1
    keys: Integers = _CROSSED * base**2 + (tokens * base + last) * base + earlier
    return keys


@dataclass(frozen=True)
class Features:
    """Where the weights of a feature are.

    Attributes:
        known: Sorted numbers of all features, each with a row of its own; or empty, where rows are shared by hashing.
        size: Number of rows.
        endings: After which two tokens (see `ending_keys`; sorted) all are looked at together with them.
    """

    known: Integers
    size: int
    endings: Integers

    @classmethod
    def of(cls, keys: Integers, most: int, endings: Integers) -> Features:
        """Return the features for these numbers, hashed where they are more than `most`."""
        known = np.unique(keys)
        return cls(known, len(known), endings) if len(known) <= most else cls(known[:0], most, endings)

    def rows(self, keys: Integers) -> Integers:
        """Return the row of each feature; -1 for one that is not known."""
        if not self.size:
            return np.full(keys.shape, -1, np.int64)
        if not len(self.known):
            mixed = keys.astype(np.uint64) * _MULTIPLIER >> np.uint64(32)
            return (mixed % np.uint64(self.size)).astype(np.int64)
        indexes = np.minimum(np.searchsorted(self.known, keys), self.size - 1)
        return np.where(self.known[indexes] == keys, indexes, -1)
