"""Training examples as arrays: all tokens, one example after the other, with what a model needs to know of each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ftlint.mock.features import last_keys, token_keys
from ftlint.mock.grams import gram_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.mock.arrays import Booleans, Integers


@dataclass(frozen=True)
class Example:
    """A text to be learned. tokens: begin with the token that starts every text; answer: which of them are the answer."""

    tokens: Sequence[int]
    answer: Sequence[bool]


@dataclass(frozen=True)
class Corpus:
    """Examples, one after the other.

    tokens, answer: by place; starts, ends: by example; grams: the key of each order's gram that ends at a place; around: the
    features of the token at a place; behind: the features of the two tokens before it.
    """

    tokens: Integers
    answer: Booleans
    starts: Integers
    ends: Integers
    grams: Sequence[Integers]
    around: Integers
    behind: Integers

    @classmethod
    def of(cls, examples: Sequence[Example], size: int) -> Corpus:
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
        return cls(tokens, answer, starts, ends, gram_keys(tokens, starts, size), around, behind)

    def __len__(self) -> int:
        return len(self.starts)
