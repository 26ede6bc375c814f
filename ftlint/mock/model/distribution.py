"""A probability for every token of a vocabulary, of which only a few differ from the common background."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from ftlint.mock.model.arrays import Floats, Integers


_TEMPERED = 4
"""Temperatures for which a background is kept."""


class Background:
    """What a model expects where it knows no context: a probability for each token of the vocabulary."""

    def __init__(self, shares: Floats) -> None:
        self.shares = shares
        self._tempered: dict[tuple[float, float], Background] = {}

    @cached_property
    def total(self) -> float:
        """The sum of all shares."""
        return float(self.shares.sum())

    @cached_property
    def order(self) -> Integers:
        """All tokens, the likeliest first, and the lower number first where two are alike."""
        return np.argsort(-self.shares, kind="stable")

    def tempered(self, power: float, most: float) -> Background:
        """Return the shares as parts of `most`, to this power; no part is larger than 1. Its sum is no longer 1."""
        if (power, most) not in self._tempered:
            if len(self._tempered) >= _TEMPERED:
                self._tempered.clear()
            self._tempered[power, most] = Background(np.minimum(self.shares / most, 1.0) ** power)
        return self._tempered[power, most]


@dataclass(frozen=True)
class Distribution:
    """The probability of the next token: `values` for the tokens `ids`, `scale` times the background for all others."""

    background: Background
    scale: float
    ids: Integers
    values: Floats

    def normalised(self) -> Distribution:
        """Return the distribution with a sum of 1."""
        rest = self.background.total - float(self.background.shares[self.ids].sum())
        total = self.scale * max(rest, 0.0) + float(self.values.sum())
        return Distribution(self.background, self.scale / total, self.ids, self.values / total)

    def probability(self, token: int) -> float:
        """Return the probability of one token."""
        [indexes] = np.nonzero(self.ids == token)
        return float(self.values[indexes[0]] if len(indexes) else self.scale * self.background.shares[token])

    def logarithm(self, token: int) -> float:
        """Return the natural logarithm of the probability of one token; a token that cannot come has -9999, as in the service."""
        probability = self.probability(token)
        return float(np.log(probability)) if probability > 0 else -9999.0

    def biased(self, bias: Mapping[int, float]) -> Distribution:
        """Return the distribution with these numbers added to the logits of some tokens."""
        if not bias:
            return self
        tokens = np.fromiter(bias, np.int64, len(bias))
        added = tokens[~np.isin(tokens, self.ids)]
        ids = np.concatenate([self.ids, added])
        values = np.concatenate([self.values, self.scale * self.background.shares[added]])
        logits = np.zeros(len(ids))
        index = {int(token): number for number, token in enumerate(ids)}
        for token, number in bias.items():
            logits[index[token]] += number
        # From the largest down, so that no exponential overflows.
        largest = max(float(logits.max()), 0.0)
        return Distribution(self.background, self.scale * np.exp(-largest), ids, values * np.exp(logits - largest)).normalised()

    def tempered(self, temperature: float) -> Distribution:
        """Return the distribution at this temperature (more than 0)."""
        if temperature == 1:
            return self
        power = 1.0 / temperature
        # As parts of the largest, or a low temperature would leave nothing but zeros.
        top = self.probability(self.likeliest())
        most = self._most_common()
        background = self.background.tempered(power, most)
        scale = (min(self.scale * most / top, 1.0)) ** power
        return Distribution(background, scale, self.ids, np.minimum(self.values / top, 1.0) ** power).normalised()

    def _most_common(self) -> float:
        """Return the largest share of the background that a token has which is not among `ids`."""
        common = self.background.order[: len(self.ids) + 1]
        others = common[~np.isin(common, self.ids)]
        return float(self.background.shares[others[0]]) if len(others) else 1.0

    def likeliest(self) -> int:
        """Return the likeliest token, of several alike the one with the lowest number."""
        if len(self.ids):
            most = self.values.max()
            if most > self.scale * self.background.shares[self.background.order[0]]:
                return int(self.ids[self.values == most].min())
        return self.top(1)[0]

    def top(self, number: int) -> list[int]:
        """Return the likeliest tokens, the likeliest first, the lower number first where two are alike."""
        return [int(token) for token in self._ranked(number)[0]]

    def _ranked(self, number: int) -> tuple[Integers, Floats]:
        """Return the likeliest tokens and their probabilities."""
        common = self.background.order[: number + len(self.ids)]
        common = common[~np.isin(common, self.ids)][:number]
        tokens = np.concatenate([self.ids, common])
        values = np.concatenate([self.values, self.scale * self.background.shares[common]])
        order = np.lexsort((tokens, -values))[:number]
        return tokens[order], values[order]

    def dense(self) -> Floats:
        """Return the probability of every token of the vocabulary."""
        shares = self.scale * self.background.shares
        shares[self.ids] = self.values
        return shares

    def nucleus(self, share: float) -> Distribution:
        """Return the likeliest tokens that together have this share, and no others."""
        if share >= 1:
            return self
        number = 64
        while True:
            tokens, values = self._ranked(number)
            reached = np.cumsum(values) >= share
            if reached.any() or number >= len(self.background.shares):
                kept = int(np.argmax(reached)) + 1 if reached.any() else len(tokens)
                return Distribution(self.background, 0.0, tokens[:kept], values[:kept]).normalised()
            number *= 8

    def sample(self, random: Random) -> int:
        """Return a token, drawn."""
        index = random.random()
        sums = np.cumsum(self.values)
        if len(sums) and index < sums[-1]:
            return int(self.ids[np.searchsorted(sums, index, side="right")])
        others = self.scale * self.background.shares
        others[self.ids] = 0.0
        sums = np.cumsum(others)
        if sums[-1] == 0:  # all that can come is among `ids`, and rounding has left a gap
            return int(self.ids[np.argmax(self.values)])
        return int(np.searchsorted(sums, random.random() * sums[-1], side="right"))
