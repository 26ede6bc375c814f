"""The language model in training: what its counts say at many places at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ftlint.mock.model.grams import Order, backing, prior
from ftlint.mock.model.ragged import largest, owners, ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.mock.model.arrays import Booleans, Floats, Integers
    from ftlint.mock.model.bases import Base
    from ftlint.mock.model.corpus import Corpus


@dataclass(frozen=True)
class Positions:
    """Places of a corpus.

    Attributes:
        at: Where.
        weight: How much each counts.
        example: Which of a batch's examples it is in.
        times: How often it was counted in epochs before, which is taken back before it is judged.
        taught: With what weight in all.
    """

    at: Integers
    weight: Floats
    example: Integers
    times: Integers
    taught: Floats

    def only(self, chosen: Integers) -> Positions:
        """Return some of the places, by their numbers."""
        return Positions(self.at[chosen], self.weight[chosen], self.example[chosen], self.times[chosen], self.taught[chosen])


@dataclass(frozen=True)
class Shares:
    """Probabilities at places: of the head's tokens (places × tokens), of the token that is there, of the likeliest other."""

    head: Floats
    own: Floats
    other: Floats


@dataclass(frozen=True)
class _Sums:
    """What divides the counts of one order at each place, how much the order below counts, and where the place's context is."""

    total: Floats
    back: Floats
    context: Integers


class _Part:
    """Some of the grams of an order, by context."""

    def __init__(self, order: Order, chosen: Booleans) -> None:
        [self._grams] = np.nonzero(chosen)
        self._starts = np.searchsorted(self._grams, order.starts)

    def of(self, contexts: Integers) -> tuple[Integers, Integers]:
        """Return the grams of contexts, and for each the place of its context in `contexts`."""
        starts, ends = self._starts[contexts], self._starts[contexts + 1]
        return self._grams[ranges(starts, ends)], owners(starts, ends)


class Language:
    """The counts of a training: all grams of its texts, of which the head knows some tokens."""

    def __init__(self, orders: Sequence[Order], head: Integers, base: Base) -> None:
        self.orders = orders
        self._head = head
        self._column = np.full(base.size, -1, np.int64)
        self._column[head] = np.arange(len(head))
        self._prior = prior(base.size, base.unused)
        others = np.delete(self._prior, head)
        self._rarest = float(others.max()) if len(others) else 0.0
        of_head = [self._column[order.tokens] >= 0 for order in orders]
        self._heads = [_Part(order, chosen) for order, chosen in zip(orders, of_head, strict=True)]
        self._others = [_Part(order, ~chosen) for order, chosen in zip(orders, of_head, strict=True)]
        self._lower = [_below(order, lower) for order, lower in zip(orders[1:], orders, strict=False)]

    def columns(self, tokens: Integers) -> tuple[Integers, Integers]:
        """Return which of the tokens are the head's, and their columns in it."""
        columns = self._column[tokens]
        [known] = np.nonzero(columns >= 0)
        return known, columns[known]

    def learn(self, corpus: Corpus, at: Integers, weights: Floats) -> None:
        """Count the tokens at these places."""
        for order, keys in zip(self.orders, corpus.grams, strict=True):
            order.learn(np.searchsorted(order.keys, keys[at]), weights)

    def shares(self, corpus: Corpus, positions: Positions) -> Shares:
        """Return what the counts say at places."""
        tokens = corpus.tokens[positions.at]
        known, columns = self.columns(tokens)
        head = np.broadcast_to(self._prior[self._head], (len(tokens), len(self._head)))
        own = self._prior[tokens]
        other = np.full(len(tokens), self._rarest)
        sums: list[_Sums] = []
        for number, order in enumerate(self.orders):
            gram = np.searchsorted(order.keys, corpus.grams[number][positions.at])
            here = _sums(order, gram, positions)
            sums.append(here)
            count = np.where(order.seen[gram] == positions.times, 0.0, order.count[gram] - positions.taught)
            lower = here.back / here.total
            head = head * lower[:, None] + self._counted(number, here)
            # What the place itself taught is not known to it.
            head[known, columns] += ((count - order.count[gram]) / here.total)[known]
            own = own * lower + count / here.total
            other = self._likeliest(number, gram, sums, other * lower)
        return Shares(head, own, other)

    def _counted(self, number: int, sums: _Sums) -> Floats:
        """Return the part that an order's counts have in the probabilities of the head's tokens."""
        order, part = self.orders[number], self._heads[number]
        counted = np.zeros((len(sums.context), len(self._head)))
        if number == 0:  # one context, so that one row is enough
            grams, _ = part.of(np.zeros(1, np.int64))
            counted[0, self._column[order.tokens[grams]]] = order.count[grams]
            return np.asarray(counted[0] / sums.total[:, None])
        grams, row = part.of(sums.context)
        counted[row, self._column[order.tokens[grams]]] = order.count[grams] / sums.total[row]
        return counted

    def _likeliest(self, number: int, own: Integers, sums: Sequence[_Sums], least: Floats) -> Floats:
        """Return the probability of the likeliest token that is neither the head's nor the one that is at the place."""
        part = self._others[number]
        if number == 0:  # one context, whose likeliest token is nearly always the same
            grams, _ = part.of(np.zeros(1, np.int64))
            if not len(grams):
                return least
            typical = self._share(0, grams, np.zeros(len(grams), np.int64), sums)
            row = np.arange(len(least))
            grams = np.full(len(least), grams[np.argmax(typical)])
        else:
            grams, row = part.of(sums[number].context)
        foreign = grams != own[row]
        grams, row = grams[foreign], row[foreign]
        return largest(self._share(number, grams, row, sums), row, least)

    def _share(self, number: int, grams: Integers, row: Integers, sums: Sequence[_Sums]) -> Floats:
        """Return the probability of grams at places (rows)."""
        order, here = self.orders[number], sums[number]
        lower = self._share(number - 1, self._lower[number - 1][grams], row, sums) if number else self._prior[order.tokens[grams]]
        return np.asarray((order.count[grams] + here.back[row] * lower) / here.total[row])


def _sums(order: Order, gram: Integers, positions: Positions) -> _Sums:
    context = order.owner[gram]
    forgotten = (order.seen[gram] == positions.times) & (positions.times > 0)
    weight = np.maximum(order.weight[context] - positions.taught, 0.0)
    back = backing(weight, order.times[context] - positions.times, order.types[context] - forgotten)
    return _Sums(weight + back, back, context)


def _below(order: Order, lower: Order) -> Integers:
    """Return, for each gram, the gram of the order below: without its first token."""
    widest = order.base ** (1 if lower.keys.max(initial=0) < order.base else 2)
    return np.searchsorted(lower.keys, order.keys % widest)
