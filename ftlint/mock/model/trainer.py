"""Training: real gradients of the real loss, step by step, and the same bit for bit with the same seed.

The loss of a step is sum(w · nll) / sum(w) over the tokens of its examples: w is 1 for tokens of answers, and prompt_loss_weight
for those of prompts, of which a few are drawn for each example and stand for all. The counts of the language model grow by
w · rate after each step; the head follows AdaGrad (Duchi, Hazan, Singer 2011). A place that is trained is judged without what it
taught the counts in earlier epochs: otherwise the head would have nothing left to learn from the second epoch on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs
from scipy import sparse

from ftlint.mock.model.corpus import Corpus
from ftlint.mock.model.features import Features
from ftlint.mock.model.grams import ORDERS, Order
from ftlint.mock.model.language import Language, Positions
from ftlint.mock.model.model import Head, Model
from ftlint.mock.model.ragged import owners, ranges

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.mock.model.arrays import Booleans, Floats, Integers, Weights
    from ftlint.mock.model.bases import Base
    from ftlint.mock.model.corpus import TrainingExample
    from ftlint.targets import Hyperparameters

HEAD_TOKENS = 512
"""The commonest tokens of answers, which the head learns; the rest is left to the counts."""
HEAD_WEIGHTS = 8_000_000
"""Features × tokens of the head at most; more features share rows."""
FIRST_SQUARE = 3e-4
"""What AdaGrad's sums of squares start with. From 0 the size of gradients would not matter, nor that of batches; with this a
large batch learns less an epoch, and more epochs or a higher rate make up for it, as the guide describes."""
PROMPT_PLACES = 4
"""Places in each prompt that are drawn in each epoch."""


@dataclass(frozen=True)
class Score:
    """How well the tokens of answers were predicted; those of prompts do not count.

    Attributes:
        loss: Natural logarithm, a token.
        sequence_accuracy: Share of the examples whose answer's tokens are all the likeliest ones.
        token_accuracy: Share of the answers' tokens that are.
    """

    loss: float
    sequence_accuracy: float
    token_accuracy: float


@dataclass(frozen=True)
class Step:
    """One batch. Elapsed numbers count from the start, with repeats; the score is of before the batch was learned."""

    number: int
    total: int
    epoch: int
    elapsed_tokens: int
    elapsed_examples: int
    training: Score
    ends_epoch: bool


@dataclass(frozen=True)
class _Judged:
    """What the model says of places.

    Attributes:
        nll: Of the token that is there.
        head: Probability of each token of the head.
        hit: Whether the token is the likeliest.
    """

    nll: Floats
    head: Floats
    hit: Booleans


class Trainer:
    """Trains a model on examples; `steps` does one batch at a time, so that whoever trains may stop, pause or look."""

    def __init__(
        self,
        examples: Sequence[TrainingExample],
        base: Base | Model,
        parameters: Hyperparameters,
        *,
        seed: int = 0,
        rate: float | None = None,
        valid: Sequence[TrainingExample] = (),
    ) -> None:
        """Prepare the training.

        Args:
            base: A base model, or a model to go on from.
            rate: How fast it learns, relative to the learning rate multiplier 0.1 of the first generation, from which it
                follows unless given.
            valid: Examples that are judged, not learned.
        """
        parent = base if isinstance(base, Model) else Model.untrained(base)
        self.base = parent.base
        self.parameters = parameters
        self.total = parameters.n_epochs * -(-len(examples) // parameters.batch_size)
        self._about = {**structs.asdict(parameters), "seed": seed, "examples": len(examples)}
        self._rate = parameters.learning_rate_multiplier / 0.1 if rate is None else rate
        self._random = np.random.default_rng(seed)
        self._corpus, self._valid = Corpus.of(examples, self.base.size), Corpus.of(valid, self.base.size)
        self._tokens = _head_tokens(parent.head, self._corpus)
        orders = [_order(number, parent, (self._corpus, self._valid)) for number in range(ORDERS)]
        self._language = Language(orders, self._tokens, self.base)
        self._features, self._weights = _features(parent.head, self._corpus, self._tokens)
        self._squares = np.full_like(self._weights, FIRST_SQUARE)

    @property
    def tokens(self) -> int:
        """Number of tokens of the examples, without the one that starts every text."""
        return len(self._corpus.tokens) - len(self._corpus)

    def steps(self) -> Iterator[Step]:
        """Train, and yield what each step did."""
        size, lengths = self.parameters.batch_size, self._corpus.ends - self._corpus.starts
        tokens = examples = number = 0
        for epoch in range(self.parameters.n_epochs):
            order = self._random.permutation(len(self._corpus))
            for start in range(0, len(order), size):
                batch = order[start : start + size]
                score = self._learn(batch, epoch)
                number += 1
                tokens += int(lengths[batch].sum()) - len(batch)  # the token that starts every text is ours
                examples += len(batch)
                yield Step(number, self.total, epoch + 1, tokens, examples, score, start + size >= len(order))

    def model(self) -> Model:
        """Return the model as it is now; training goes on without changing it."""
        orders = [Order.restored(base=order.base, **order.learned()) for order in self._language.orders]
        return Model(self.base, orders, Head(self._tokens, self._features, self._weights.copy()), self._about)

    def validate(self, examples: Integers | None = None) -> Score:
        """Judge validation examples: all, or those of these numbers."""
        chosen = np.arange(len(self._valid)) if examples is None else examples
        positions = [self._answers(self._valid, part, 0) for part in np.array_split(chosen, -(-len(chosen) // 64))]
        judged = [self._judge(self._valid, part, _Reading(self._valid, part, self._features)) for part in positions]
        nll, violations = np.concatenate([part.nll for part in judged]), np.concatenate([part.hit for part in judged])
        whole = [_all_hit(part.hit, of.example) for part, of in zip(judged, positions, strict=True)]
        return Score(float(nll.mean()), float(np.concatenate(whole).mean()), float(violations.mean()))

    def first_tokens(self, tokens: Sequence[int]) -> Floats:
        """Return the probability of each of these tokens at the start of each validation example's answer.

        Args:
            tokens: Of answers that are learned. Shape: (validation examples, tokens). A token that the head has not is never
                likely.
        """
        positions = self._answers(self._valid, np.arange(len(self._valid)), 0)
        first = np.flatnonzero(np.append(True, positions.example[1:] != positions.example[:-1]))
        chosen = positions.only(first)
        head = self._judge(self._valid, chosen, _Reading(self._valid, chosen, self._features)).head
        known, columns = self._language.columns(np.array(tokens, np.int64))
        shares = np.zeros((len(first), len(tokens)))
        shares[:, known] = head[:, columns]
        return shares

    def _learn(self, batch: Integers, epoch: int) -> Score:
        """Learn a batch; return how well it was predicted before."""
        answers = self._answers(self._corpus, batch, epoch)
        positions = self._with_prompts(answers, batch, epoch)
        reading = _Reading(self._corpus, positions, self._features)
        judged = self._judge(self._corpus, positions, reading)
        total = positions.weight.sum()
        error = judged.head
        known, columns = self._language.columns(self._corpus.tokens[positions.at])
        error[known, columns] -= 1.0
        self._descend(reading, error * (positions.weight / total)[:, None])
        self._count(batch)
        violations = judged.hit[: len(answers.at)]
        return Score(
            float(judged.nll[: len(answers.at)].mean()),
            float(_all_hit(violations, answers.example).mean()),
            float(violations.mean()),
        )

    def _answers(self, corpus: Corpus, batch: Integers, epoch: int) -> Positions:
        """Return the places of the answers of some examples."""
        starts, ends = corpus.starts[batch], corpus.ends[batch]
        at, example = ranges(starts, ends), owners(starts, ends)
        chosen = corpus.answer[at]
        ones = np.ones(int(chosen.sum()))
        return Positions(at[chosen], ones, example[chosen], (ones * epoch).astype(np.int64), ones * epoch * self._rate)

    def _with_prompts(self, answers: Positions, batch: Integers, epoch: int) -> Positions:
        """Return places of answers, and some of the prompts that stand for all of the prompts' tokens."""
        share = self.parameters.prompt_loss_weight
        if not share:
            return answers
        corpus = self._corpus
        starts, ends = corpus.starts[batch] + 1, corpus.ends[batch]
        at, example = ranges(starts, ends), owners(starts, ends)
        prompts = ~corpus.answer[at]
        at, example = at[prompts], example[prompts]
        # The places with the smallest random numbers of each example.
        order = np.lexsort((self._random.random(len(at)), example))
        number = np.bincount(example, minlength=len(batch))
        first = np.cumsum(number) - number
        drawn = order[ranges(first, first + np.minimum(number, PROMPT_PLACES))]
        at, example = at[drawn], example[drawn]
        weight = share * (number / np.maximum(np.minimum(number, PROMPT_PLACES), 1))[example]
        ones = np.ones(len(at))
        return Positions(
            np.concatenate([answers.at, at]),
            np.concatenate([answers.weight, weight]),
            np.concatenate([answers.example, example]),
            np.concatenate([answers.times, (ones * epoch).astype(np.int64)]),
            np.concatenate([answers.taught, ones * epoch * self._rate * share]),
        )

    def _judge(self, corpus: Corpus, positions: Positions, reading: _Reading) -> _Judged:
        """Return what the model says of places."""
        known, columns = self._language.columns(corpus.tokens[positions.at])
        language = self._language.shares(corpus, positions)
        exponentials = np.exp(np.clip(reading.scores(self._weights), -60, 60).astype(np.float64))
        z = 1.0 + (language.head * (exponentials - 1.0)).sum(axis=1)
        head = language.head * exponentials / z[:, None]
        own = language.own
        own[known] *= exponentials[known, columns]
        own = own / z
        best = np.maximum(head.max(axis=1, initial=0.0), language.other / z)
        return _Judged(-np.log(np.maximum(own, 1e-300)), head, own >= best * (1 - 1e-12))

    def _descend(self, reading: _Reading, error: Floats) -> None:
        """Move the weights against their gradient."""
        gradient = reading.gradient(error.astype(np.float32))
        squares = self._squares[reading.rows] + gradient * gradient
        self._squares[reading.rows] = squares
        self._weights[reading.rows] -= np.float32(self._rate) * gradient / np.sqrt(squares)

    def _count(self, batch: Integers) -> None:
        """Count the tokens of a batch."""
        corpus, share = self._corpus, self.parameters.prompt_loss_weight
        at = ranges(corpus.starts[batch] + 1, corpus.ends[batch])
        if not share:
            at = at[corpus.answer[at]]
        self._language.learn(corpus, at, np.where(corpus.answer[at], 1.0, share) * self._rate)


class _Reading:
    """The features before places, as sparse matrices.

    Places of one example share what is before the first of them: each place has its own part of the text only (`parts`), and
    sums it up with those of the places before it (`sums`).
    """

    def __init__(self, corpus: Corpus, positions: Positions, features: Features) -> None:
        order = np.lexsort((positions.at, positions.example))
        at, example = positions.at[order], positions.example[order]
        first = np.append(True, example[1:] != example[:-1])
        starts = _starts(corpus, at, first)
        around = features.rows(corpus.around[ranges(starts, at)].ravel())
        behind = features.rows(corpus.behind[at])
        lengths = 2 * (at - starts)
        row = np.repeat(np.arange(len(at)), lengths)
        known = around >= 0
        opening, crossed = _crossed(corpus, at, features)
        self.rows, index = np.unique(np.concatenate([around[known], behind[behind >= 0], crossed]), return_inverse=True)
        shape = (len(at), len(self.rows))
        ones = np.ones(len(index), np.float32)
        cut, end = int(known.sum()), len(index) - len(crossed)
        self._parts = _matrix(ones[:cut], row[known], index[:cut], shape)
        self._last = _matrix(ones[cut:end], np.nonzero(behind >= 0)[0], index[cut:end], shape)
        if len(crossed):
            self._last = self._last + _matrix(ones[end:], opening, index[end:], shape)
        group = np.cumsum(first) - 1
        begin = np.nonzero(first)[0][group]
        here = np.arange(len(at))
        self._sums = _matrix(
            np.ones(int((here - begin + 1).sum()), np.float32),
            owners(begin, here + 1),
            ranges(begin, here + 1),
            (len(at), len(at)),
        )
        # 1 / sqrt(number of features): two a token of the context
        self._scale = (1.0 / np.sqrt(2.0 * (at - corpus.starts[_example_of(corpus, at)]))).astype(np.float32)[:, None]
        self._back = np.argsort(order)
        self._order = order

    def scores(self, weights: Weights) -> Weights:
        """Return what the head adds to the logits of its tokens. Shape: (places, tokens)."""
        used = weights[self.rows]
        scores = (self._sums @ (self._parts @ used) + self._last @ used) * self._scale
        return np.asarray(scores)[self._back]

    def gradient(self, error: Weights) -> Weights:
        """Return the gradient of the weights in `rows`, from that of the scores."""
        scaled = error[self._order] * self._scale
        return np.asarray(self._parts.T @ (self._sums.T @ scaled) + self._last.T @ scaled)


def _crossed(corpus: Corpus, at: Integers, features: Features) -> tuple[Integers, Integers]:
    """Return the rows of what is looked at together, at those of some places that follow an ending: number of place, row."""
    if not len(features.endings):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    opening = np.flatnonzero(np.isin(corpus.endings[at], features.endings))
    owner, keys = corpus.crossed(at[opening])
    rows = features.rows(keys)
    return opening[owner][rows >= 0], rows[rows >= 0]


def _matrix(values: Weights, row: Integers, column: Integers, shape: tuple[int, int]) -> sparse.csr_matrix:
    """Return a sparse matrix of values whose rows are in order."""
    return sparse.csr_matrix((values, column, np.append(0, np.cumsum(np.bincount(row, minlength=shape[0])))), shape=shape)


def _example_of(corpus: Corpus, at: Integers) -> Integers:
    """Return the example that each place is in."""
    return np.searchsorted(corpus.starts, at, side="right") - 1


def _starts(corpus: Corpus, at: Integers, first: Booleans) -> Integers:
    """Return where the part of the text begins that a place has for itself: after the place before it, or with the example."""
    before = np.roll(at, 1)
    return np.where(first, corpus.starts[_example_of(corpus, at)], before)


def _all_hit(violations: Booleans, example: Integers) -> Booleans:
    """Return, for each example, whether all its places are violations; places are in the order of their examples."""
    return np.logical_and.reduceat(violations, np.flatnonzero(np.append(True, example[1:] != example[:-1])))


def _order(number: int, parent: Model, corpora: Sequence[Corpus]) -> Order:
    """Return the counts of one order, with those of the model that training starts from."""
    before = parent.orders[number].learned()
    keys = np.unique(np.concatenate([*(corpus.grams[number] for corpus in corpora), before["keys"]]))
    order = Order(keys, parent.base.size + 1)
    order.put(**before)
    return order


def _head_tokens(parent: Head, corpus: Corpus) -> Integers:
    """Return the tokens of the head: those of the model before, the commonest of the answers, and what labels start with."""
    tokens, counts = np.unique(corpus.tokens[corpus.answer], return_counts=True)
    common = tokens[np.lexsort((tokens, -counts))][:HEAD_TOKENS]
    first = np.unique(corpus.tokens[corpus.begins])
    labels = first if 2 * len(first) <= len(corpus) else first[:0]
    return np.union1d(parent.tokens, np.union1d(common, labels))


def _features(parent: Head, corpus: Corpus, tokens: Integers) -> tuple[Features, Weights]:
    """Return features and weights, with those of the model that training starts from."""
    old = parent.features
    hashed = old.size > 0 and not len(old.known)
    endings = np.union1d(old.endings, corpus.tasks)
    more = corpus.crossed(np.flatnonzero(np.isin(corpus.endings, endings)))[1]
    keys = np.concatenate([corpus.around.ravel(), corpus.behind.ravel(), more, old.known])
    features = replace(old, endings=endings) if hashed else Features.of(keys, HEAD_WEIGHTS // len(tokens), endings)
    weights = np.zeros((features.size, len(tokens)), np.float32)
    if len(parent.tokens):
        rows = np.arange(old.size) if hashed else features.rows(old.known)
        np.add.at(weights, (rows[:, None], np.searchsorted(tokens, parent.tokens)[None, :]), parent.weights)
    return features, weights
