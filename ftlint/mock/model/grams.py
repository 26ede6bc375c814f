"""The language model under the head: interpolated counts of single tokens, pairs and triples.

p_k(v | context) = (count(context, v) + a · p_{k-1}(v)) / (weight(context) + a), for contexts of no, one and two tokens;
under them lies a fixed prior, p(v) ~ 1 / (v + 2.7): byte pair encodings number their tokens by how common they are.
a = 1 + types · weight / times is Witten and Bell's choice (1991, method C), for counts that are fractions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

import numpy as np

if TYPE_CHECKING:
    from ftlint.mock.model.arrays import Floats, Integers

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDERS = 3


def prior(size: int, unused: Sequence[int]) -> Floats:
    """Return the probability of each token of a vocabulary before anything was learned; numbers that no token has get none."""
    shares = 1.0 / (np.arange(size) + 2.7)
    shares[list(unused)] = 0.0
    return np.asarray(shares / shares.sum())


def gram_keys(tokens: Integers, starts: Integers, size: int) -> list[Integers]:
    """Return a number for the gram of each order that ends at each token; it sorts by context, then by token.

    Args:
        tokens: Texts, one after the other.
        starts: Where each begins. Before a text is a token that no vocabulary has.
    """
    base = size + 1
    before = np.roll(tokens, 1)
    before[starts] = size
    earlier = np.roll(before, 1)
    earlier[starts] = size
    return [tokens, before * base + tokens, (earlier * base + before) * base + tokens]


class Learned(TypedDict):
    """What an order has learned, as `Order.put` takes it."""

    keys: Integers
    count: Floats
    seen: Integers


@dataclass
class Order:
    """The grams of one length.

    Attributes:
        keys: Sorted numbers of grams, as from `gram_keys`.
        base: Vocabulary size + 1.
        count: What was learned of each, and seen: how often. The rest is by context: the first gram of each, and the sums of
            its grams.
    """

    keys: Integers
    base: int
    count: Floats = field(init=False)
    seen: Integers = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.keys % self.base
        contexts = self.keys // self.base
        self.contexts, first = np.unique(contexts, return_index=True)
        self.starts = np.append(first, len(self.keys))
        self.owner = np.repeat(np.arange(len(self.contexts)), np.diff(self.starts))
        self.count = np.zeros(len(self.keys))
        self.seen = np.zeros(len(self.keys), np.int64)
        self._sum_up()

    def _sum_up(self) -> None:
        size = len(self.contexts)
        self.weight: Floats = np.bincount(self.owner, self.count, size).astype(np.float64)
        self.times = np.bincount(self.owner, self.seen, size).astype(np.int64)
        self.types = np.bincount(self.owner, self.seen > 0, size).astype(np.int64)

    @classmethod
    def restored(cls, base: int, keys: Integers, count: Floats, seen: Integers) -> Order:
        """Return the order that has learned just this."""
        order = cls(keys, base)
        order.put(keys, count, seen)
        return order

    def put(self, keys: Integers, count: Floats, seen: Integers) -> None:
        """Set what was learned of some grams before; all of them are among `keys`."""
        indexes = np.searchsorted(self.keys, keys)
        self.count[indexes] = count
        self.seen[indexes] = seen
        self._sum_up()

    def learn(self, grams: Integers, weights: Floats) -> None:
        """Count grams (places in `keys`), each with its weight."""
        fresh = np.unique(grams[self.seen[grams] == 0])
        np.add.at(self.types, self.owner[fresh], 1)
        np.add.at(self.count, grams, weights)
        np.add.at(self.seen, grams, 1)
        np.add.at(self.weight, self.owner[grams], weights)
        np.add.at(self.times, self.owner[grams], 1)

    def context(self, key: int) -> int | None:
        """Return the place of a context, or None for one that never was."""
        index = int(np.searchsorted(self.contexts, key))
        return index if index < len(self.contexts) and self.contexts[index] == key else None

    def learned(self) -> Learned:
        """Return the grams that were seen."""
        chosen = self.seen > 0
        return {"keys": self.keys[chosen], "count": self.count[chosen], "seen": self.seen[chosen]}


def backing(weight: Floats, times: Integers, types: Integers) -> Floats:
    """Return how much the next lower order counts in each context."""
    return 1.0 + types * weight / np.maximum(times, 1)
