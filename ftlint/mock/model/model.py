"""A trained model: the language model, the head over it, and what reads a text with them.

p(v | context) = p_language(v) · exp(s_v) / Z, over the whole vocabulary of the base model's encoding. s_v is the head's: linear
in the features of the context, and 0 for tokens that no answer of the training data had.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from ftlint import InputError
from ftlint.mock.model.bases import Base, base_named
from ftlint.mock.model.distribution import Background, Distribution
from ftlint.mock.model.features import CROSSED, Features, crossed_keys, ending_keys, last_keys, token_keys
from ftlint.mock.model.grams import ORDERS, Order, backing, prior
from ftlint.text.tokens import encode
from ftlint.text.tokens.openai import encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

    from ftlint.mock.model.arrays import Arrays, Floats, Integers, Weights

FORMAT = 2
"""Version of the files of models."""
_MOST_WEIGHTS = 1 << 30
"""Weights of a head that are read; none that is trained here has a hundredth of them."""
_BOTH = 2
"""Tokens of an ending; the one that starts every text counts."""
_LEARNED = ("keys", "count", "seen")


@dataclass(frozen=True)
class Head:
    """Weights of features for the tokens of answers.

    Attributes:
        tokens: Those tokens, sorted.
        features: The rows of `weights`, whose columns are the tokens.
    """

    tokens: Integers
    features: Features
    weights: Weights

    @classmethod
    def empty(cls) -> Head:
        """Return the head of a model that was never trained."""
        none = np.zeros(0, np.int64)
        return cls(none, Features(none, 0, none), np.zeros((0, 0), np.float32))


@dataclass(frozen=True)
class Model:
    """A model that completes text.

    Attributes:
        base: What it was made from.
        orders: Its language model.
        training: What it was trained with, for people.
    """

    base: Base
    orders: Sequence[Order]
    head: Head
    training: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def untrained(cls, base: Base) -> Model:
        """Return a model that has seen nothing: every text is as likely as its tokens are common."""
        nothing = np.zeros(0, np.int64)
        return cls(base, [Order(nothing, base.size + 1) for _ in range(ORDERS)], Head.empty())

    @cached_property
    def background(self) -> Background:
        """What is expected without a context."""
        order = self.orders[0]
        shares = prior(self.base.size, self.base.unused)
        if len(order.keys):
            back = backing(order.weight, order.times, order.types)
            shares = back * shares
            shares[order.tokens] += order.count
            shares /= order.weight + back
        return Background(shares)

    @cached_property
    def column(self) -> Integers:
        """The column of each token of the vocabulary in the head; -1 for tokens that it has not."""
        columns = np.full(self.base.size, -1, np.int64)
        columns[self.head.tokens] = np.arange(len(self.head.tokens))
        return columns

    def read(self, tokens: Sequence[int]) -> Reading:
        """Return what has read these tokens, after the token that starts every text."""
        return Reading(self, tokens)

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text."""
        return encode(text, self.base.encoding)

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text of tokens; U+FFFD where they are not whole characters."""
        return encoding(self.base.encoding).decode(list(tokens))

    def log_probability(self, prompt: str, completion: str) -> float:
        """Return the natural logarithm of the probability that a completion follows a prompt."""
        return self.log_probability_of(self.encode(prompt), self.encode(completion))

    def log_probability_of(self, prompt: Sequence[int], completion: Sequence[int]) -> float:
        """Return the same for tokens."""
        reading = self.read(prompt)
        total = 0.0
        for token in completion:
            total += reading.next().logarithm(token)
            reading.push(token)
        return total

    def save(self, file: str | PathLike[str] | IO[bytes]) -> None:
        """Write the model as arrays of numpy (.npz): numbers and one text in JSON, no code."""
        about = {"format": FORMAT, "base": self.base.name, "rows": self.head.features.size, "training": self.training}

        arrays: Arrays = {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)}
        for number, order in enumerate(self.orders):
            arrays |= {f"{name}{number}": getattr(order, name)[order.seen > 0] for name in _LEARNED}
        used = np.flatnonzero(self.head.weights.any(axis=1))  # of hashed features many are not
        arrays |= {
            "endings": self.head.features.endings,
            "tokens": self.head.tokens,
            "known": self.head.features.known,
            "used": used,
        }
        arrays["weights"] = self.head.weights[used]
        np.savez(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, file: str | PathLike[str] | IO[bytes]) -> Model:
        """Read a model; nothing in the file is run. Raises InputError for a file that is none."""
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return cls._of(arrays)
        except OSError as error:
            raise InputError(f"{getattr(file, 'name', file)}: {error.strerror or error}") from error
        except (ValueError, LookupError, EOFError, TypeError, AttributeError, BadZipFile) as error:
            reason = "" if "pickle" in str(error) else f": {error}"
            raise InputError(f"{getattr(file, 'name', file)} holds no model of ftlint mock{reason}") from error

    @classmethod
    def _of(cls, arrays: Any) -> Model:
        about = json.loads(arrays["about"].tobytes())
        if about["format"] != FORMAT:
            raise ValueError(f"format {about['format']}, not {FORMAT}")
        base = base_named(about["base"])
        if base is None:
            raise ValueError(f"unknown base model {about['base']}")
        orders = []
        for number in range(ORDERS):
            arrays_of = {name: arrays[f"{name}{number}"] for name in _LEARNED}
            orders.append(Order.restored(base=base.size + 1, **arrays_of))
        tokens = arrays["tokens"]
        if about["rows"] * len(tokens) > _MOST_WEIGHTS or (len(tokens) and not 0 <= tokens.min() <= tokens.max() < base.size):
            raise ValueError("its numbers do not fit")
        weights = np.zeros((about["rows"], len(tokens)), np.float32)
        weights[arrays["used"]] = arrays["weights"]
        features = Features(arrays["known"], about["rows"], arrays["endings"])
        return cls(base, orders, Head(tokens, features, weights), about["training"])


class Reading:
    """A text as a model has read it so far."""

    def __init__(self, model: Model, tokens: Sequence[int]) -> None:
        self.model = model
        self._size = model.base.size
        read = np.array([model.base.end, *tokens], np.int64)
        self._earlier = int(read[-2]) if len(read) > 1 else self._size
        self._last = int(read[-1])
        self._number = len(read)
        self._sum = self._weights(token_keys(read, np.concatenate([[self._size], read[:-1]]), self._size))
        self._near = deque(read.tolist(), CROSSED)

    def _crossed(self) -> Weights | float:
        """Return the sum of the weights of the tokens together with the last two, where these are an ending of prompts."""
        features = self.model.head.features
        ending = ending_keys(np.array([self._last]), np.array([self._earlier]), self._size)
        if self._number < _BOTH or not np.isin(ending, features.endings).item():
            return 0.0
        near = np.array(self._near, np.int64)
        return self._weights(crossed_keys(near, np.full_like(near, self._last), np.full_like(near, self._earlier), self._size))

    def _weights(self, keys: Integers) -> Weights:
        """Return the sum of the weights of features."""
        head = self.model.head
        rows = head.features.rows(keys.ravel())
        total: Weights = head.weights[rows[rows >= 0]].sum(axis=0)
        return total

    def push(self, token: int) -> None:
        """Read one more token."""
        if len(self.model.head.tokens):
            self._sum = self._sum + self._weights(token_keys(np.array([token]), np.array([self._last]), self._size))
        self._earlier, self._last = self._last, token
        self._number += 1
        self._near.append(token)

    def next(self) -> Distribution:
        """Return the distribution of the next token."""
        background, orders, head = self.model.background, self.model.orders, self.model.head
        base = self._size + 1
        scale = 1.0
        ids = head.tokens
        followers: list[tuple[Integers, Floats, float]] = []
        for order, key in zip(orders[1:], (self._last, self._earlier * base + self._last), strict=True):
            index = order.context(key)
            if index is not None:
                grams = slice(order.starts[index], order.starts[index + 1])
                here = slice(index, index + 1)
                [back] = backing(order.weight[here], order.times[here], order.types[here])
                total = order.weight[index] + back
                followers.append((order.tokens[grams], order.count[grams] / total, back / total))
                scale *= back / total
        if followers:
            tokens = followers[0][0]
            ids = np.concatenate([ids, tokens[self.model.column[tokens] < 0]])
        values = background.shares[ids]
        for tokens, added, lower in followers:
            values *= lower
            columns = self.model.column[tokens]
            within = columns >= 0
            values[columns[within]] += added[within]
            outside = np.searchsorted(ids[len(head.tokens) :], tokens[~within])
            values[len(head.tokens) + outside] += added[~within]
        if len(head.tokens):
            values[: len(head.tokens)] *= np.exp(self._scores())
        return Distribution(background, scale, ids, values).normalised()

    def _scores(self) -> Weights:
        """Return what the head adds to the logits of its tokens."""
        last = self._weights(last_keys(np.array([self._last]), np.array([self._earlier]), self._size))
        total: Weights = (self._sum + last + self._crossed()) / np.float32(np.sqrt(2 * self._number))
        return total
