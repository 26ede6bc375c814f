"""Judges the answers of a model by the records that they are for."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from math import log, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from ftlint.errors import InputError, UsageError, did_you_mean
from ftlint.evaluation.measures import NONE, Measures, labels_in, measured
from ftlint.evaluation.predictions import label_of, shares
from ftlint.text.labels import merged, variants

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ftlint.evaluation.measures import Floats
    from ftlint.evaluation.predictions import Prediction

_RESAMPLES = 300
_Z = 1.96
"""Standard errors of an interval that holds the true value in 95 of 100 cases."""
_BINS = 10


@dataclass(frozen=True)
class Bin:
    """Answers of about one probability. confidence: its mean; accuracy: share of them that are right."""

    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """Whether probabilities mean what they say. error: expected calibration error; brier: mean squared error of all labels."""

    error: float
    brier: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Evaluation:
    """How good answers are.

    Attributes:
        records: How many were judged.
        measures: The guide's measures; cross entropy, auroc and auprc are None where no log-probabilities are given.
        intervals: Of each measure, the bounds that hold the true value in 95 of 100 cases.
        calibration: None where no log-probabilities are given.
        unknown: Answers that begin with no label, with how often each was given; the commonest first.
        never_asked: Labels of the training data of which there is no record to judge with.
        never_given: Labels that are never predicted, though there are records of them.
        positive: The label that precision, recall, specificity, F, auroc and auprc are about.
        beta: Of F-beta.

    """

    records: int
    measures: Measures
    intervals: Mapping[str, tuple[float, float]]
    calibration: Calibration | None
    unknown: Mapping[str, int]
    never_asked: tuple[str, ...]
    never_given: tuple[str, ...]
    positive: str | None = None
    beta: float = 1.0
    labels: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**self.measures.as_dict(), **{name: value for name, value in asdict(self).items() if name != "measures"}}


def evaluate(
    true: Sequence[str],
    predictions: Sequence[Prediction],
    *,
    trained: Sequence[str] = (),
    positive: str | None = None,
    beta: float = 1.0,
) -> Evaluation:
    """Judge answers.

    Args:
        true: The right answers, in the order of the predictions.
        predictions: What the model said.
        trained: Answers of the training data; their labels are known too.
        positive: Of two labels the one that is looked for; the rarer where None.
        beta: Of F-beta.

    Raises:
        InputError: Where there are not as many predictions as right answers.
        UsageError: For a positive label that there is not.

    """
    if len(true) != len(predictions):
        raise InputError(f"{len(predictions):,} predictions for {len(true):,} records; they are matched by their order")
    if not true:
        raise InputError("there is nothing to judge")
    form = variants(Counter([*trained, *true]))
    truth = [form.get(label, label) for label in true]
    counts = merged(Counter([*trained, *truth]))
    labels = labels_in(counts)
    if positive is not None and len(labels) != 2:
        raise UsageError(f"a positive class is one of two labels; there are {len(labels) or 'none'}")
    if not labels:
        return _of_free_text(truth, predictions)
    if positive is not None and positive not in labels:
        raise UsageError(f"no label is {positive!r}{did_you_mean(positive, labels)} (there are {', '.join(labels)})")
    sought = positive or (min(labels, key=lambda label: (truth.count(label), label)) if len(labels) == 2 else None)
    said = [label_of(one.text, [*labels, *form]) for one in predictions]
    predicted = [NONE if label is None else form.get(label, label) for label in said]
    judged = _Judged(truth, predicted, _probabilities(predictions, labels), labels, sought, beta)
    unknown = Counter(one.text.strip() for one, label in zip(predictions, said, strict=True) if label is None)
    return Evaluation(
        len(true),
        judged.measures(),
        judged.intervals(),
        judged.calibration(),
        dict(unknown.most_common()),
        tuple(label for label in labels if label not in set(truth)),
        tuple(label for label in labels if label in set(truth) and label not in set(predicted)),
        sought,
        beta,
        tuple(labels),
    )


def _of_free_text(truth: Sequence[str], predictions: Sequence[Prediction]) -> Evaluation:
    """Judge answers that are not labels: how often they are right word for word."""
    right = sum(one.text.strip() == answer for one, answer in zip(predictions, truth, strict=True)) / len(truth)
    none: dict[str, Any] = dict.fromkeys(("precision", "recall", "specificity", "f_beta", "auroc", "auprc", "cross_entropy"))
    measures = Measures(accuracy=right, weighted_f1=right, confusion={}, **none)
    return Evaluation(len(truth), measures, {"accuracy": wilson(right, len(truth))}, None, {}, (), ())


def _probabilities(predictions: Sequence[Prediction], labels: Sequence[str]) -> Floats | None:
    """Return the probability of each label for each answer; None where they are not known for all."""
    results = [shares(one.first, labels) if one.first else None for one in predictions]
    return np.array(results) if all(row is not None for row in results) else None


@dataclass(frozen=True)
class _Judged:
    """Right and predicted labels, and the probability of each label (a row an answer) where these are known."""

    truth: Sequence[str]
    predicted: Sequence[str]
    probability: Floats | None
    labels: Sequence[str]
    sought: str | None
    beta: float

    def measures(self) -> Measures:
        """Return the guide's measures."""
        index = {label: number for number, label in enumerate(self.labels)}
        nll = chances = None
        if self.probability is not None:
            nll = [-log(max(row[index[label]], 1e-12)) for label, row in zip(self.truth, self.probability, strict=True)]
            chances = None if self.sought is None else self.probability[:, index[self.sought]]
        return measured(self.truth, self.predicted, nll, positive=self.sought, probability=chances, beta=self.beta)

    def calibration(self) -> Calibration | None:
        """Return whether the probabilities mean what they say."""
        if self.probability is None:
            return None
        index = {label: number for number, label in enumerate(self.labels)}
        right = np.array([index[label] for label in self.truth])
        confidence, hit = self.probability.max(axis=1), self.probability.argmax(axis=1) == right
        bins = []
        for number in range(_BINS):
            inside = (confidence > number / _BINS) & (confidence <= (number + 1) / _BINS)
            if inside.any():
                bins.append(Bin(int(inside.sum()), float(confidence[inside].mean()), float(hit[inside].mean())))
        error = sum(one.count * abs(one.confidence - one.accuracy) for one in bins) / len(right)
        squares = (self.probability - np.eye(len(self.labels))[right]) ** 2
        return Calibration(float(error), float(squares.sum(axis=1).mean()), tuple(bins))

    def intervals(self) -> dict[str, tuple[float, float]]:
        """Return intervals by seeded resampling; of accuracy by Wilson's formula, which holds for few records too."""
        random = np.random.default_rng(0)
        results: dict[str, list[float]] = {}
        for _ in range(_RESAMPLES):
            for name, value in self._of(random.integers(0, len(self.truth), len(self.truth))).measures().as_dict().items():
                if isinstance(value, float):
                    results.setdefault(name, []).append(value)
        bounds = {
            name: (float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))) for name, values in results.items()
        }
        right = sum(label == other for label, other in zip(self.truth, self.predicted, strict=True)) / len(self.truth)
        return bounds | {"accuracy": wilson(right, len(self.truth))}

    def _of(self, chosen: Sequence[int] | NDArray[np.int64]) -> _Judged:
        """Return some of the answers."""
        truth, predicted = ([every[index] for index in chosen] for every in (self.truth, self.predicted))
        probability = None if self.probability is None else self.probability[chosen]
        return replace(self, truth=truth, predicted=predicted, probability=probability)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return the interval that holds a share in 95 of 100 cases (Wilson 1927). count: of what the share is of."""
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z * sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2)) / (1 + _Z**2 / count)
    return max(0.0, middle - half), min(1.0, middle + half)
