"""Training examples as arrays: all tokens, one example after the other, with what a model needs to know of each place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ftlint.mock.model.features import CROSSED, crossed_keys, ending_keys, last_keys, token_keys
from ftlint.mock.model.grams import gram_keys
from ftlint.mock.model.ragged import owners, ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.mock.model.arrays import Booleans, Integers


_TASKS = 50
_RECORDS_OF_A_TASK = 5
"""Prompts tell tasks apart where they have so few endings, and two of them so often at least."""


@dataclass(frozen=True)
class TrainingExample:
    """A text to be learned. tokens: begin with the token that starts every text; answer: which of them are the answer."""

    tokens: Sequence[int]
    answer: Sequence[bool]


@dataclass(frozen=True)
class Corpus:
    """Examples, one after the other.

    Attributes:
        tokens, answer: By place.
        starts, ends: By example.
        grams: The key of each order's gram that ends at a place.
        around: The features of the token at a place.
        behind: The features of the two tokens before it.
        size: Of the vocabulary.
    """

    tokens: Integers
    answer: Booleans
    starts: Integers
    ends: Integers
    grams: Sequence[Integers]
    around: Integers
    behind: Integers
    size: int

    @classmethod
    def of(cls, examples: Sequence[TrainingExample], size: int) -> Corpus:
        """Return examples as arrays; size: of the vocabulary."""
        lengths = np.array([len(example.tokens) for example in examples], np.int64)
        ends = np.cumsum(lengths)
        starts = ends - lengths
        tokens = np.fromiter((token for example in examples for token in example.tokens), np.int64, int(lengths.sum()))
        answer = np.fromiter((learned for example in examples for learned in example.answer), np.bool_, len(tokens))
        before = np.roll(tokens, 1)
        before[starts] = size
        earlier = np.roll(before, 1)
        earlier[starts] = size
        around, behind = token_keys(tokens, before, size), last_keys(before, earlier, size)
        return cls(tokens, answer, starts, ends, gram_keys(tokens, starts, size), around, behind, size)

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def begins(self) -> Booleans:
        """Whether an answer begins at a place."""
        before = np.roll(self.answer, 1)
        before[self.starts] = False
        begins: Booleans = self.answer & ~before
        return begins

    @cached_property
    def endings(self) -> Integers:
        """What the two tokens before each place are, as one number; -1 where there are none."""
        endings = ending_keys(np.roll(self.tokens, 1), np.roll(self.tokens, 2), self.size)
        endings[self.starts] = -1
        endings[np.minimum(self.starts + 1, len(self.tokens) - 1)] = -1
        return endings

    @cached_property
    def tasks(self) -> Integers:
        """The endings of prompts, sorted, where they tell a few tasks apart; none where they do not."""
        result, counts = np.unique(self.endings[self.begins], return_counts=True)
        result, counts = result[result >= 0], counts[result >= 0]
        several = 1 < len(result) <= _TASKS and bool(np.sort(counts)[-2] >= _RECORDS_OF_A_TASK)
        return result if several else result[:0]

    def crossed(self, at: Integers) -> tuple[Integers, Integers]:
        """Return, for places after two tokens, the features of tokens together with these: number of place, key."""
        first = np.maximum(self.starts[np.searchsorted(self.starts, at, side="right") - 1], at - CROSSED)
        owner = owners(first, at)
        last, earlier = self.tokens[at - 1], self.tokens[at - 2]
        return owner, crossed_keys(self.tokens[ranges(first, at)], last[owner], earlier[owner], self.size)
