"""Measures of classification, computed by scikit-learn; where one is not defined for the data it is None."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


NONE = "(none of the labels)"
"""What stands for an answer that begins with no label."""
_MOST_LABELS = 500
"""More answers than this, or more than half of the records, are not labels."""


def labels_in(counts: Mapping[str, int]) -> list[str]:
    """Return the answers, which come with their counts, where they are labels; nothing where they are free text."""
    return sorted(counts) if len(counts) <= min(_MOST_LABELS, max(2, sum(counts.values()) / 2)) else []


@dataclass(frozen=True)
class Measures:
    """How well labels were predicted.

    Attributes:
        precision, recall, specificity, f_beta: Of the positive class, where there are two, by the predicted labels, as accuracy
            is.
        auroc, auprc: By its probability.
        cross_entropy: Mean negative logarithm of the probability of the right label.
        confusion: Labels, and a row of counts for each true label by predicted label.
    """

    accuracy: float
    weighted_f1: float
    precision: float | None
    recall: float | None
    specificity: float | None
    f_beta: float | None
    auroc: float | None
    auprc: float | None
    cross_entropy: float | None
    confusion: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the measures by name."""
        return asdict(self)


def accuracy(true: Sequence[str], predicted: Sequence[str]) -> float:
    """Return the share of labels that were predicted."""
    from sklearn.metrics import accuracy_score  # noqa: PLC0415 - takes a second

    return float(accuracy_score(true, predicted))


def weighted_f1(true: Sequence[str], predicted: Sequence[str]) -> float:
    """Return the mean F1 of the labels, weighted by how often each is the true one."""
    from sklearn.metrics import f1_score  # noqa: PLC0415 - takes a second

    return float(f1_score(true, predicted, average="weighted", zero_division=0))


def ranked(true: Sequence[bool], probability: Floats) -> dict[str, float | None]:
    """Return auroc and auprc. true: whether each is positive; probability: of being so."""
    from sklearn import metrics  # noqa: PLC0415 - takes a second

    truth = np.array(true)
    both = truth.any() and not truth.all()
    return {
        "auroc": float(metrics.roc_auc_score(truth, probability)) if both else None,
        "auprc": float(metrics.average_precision_score(truth, probability)) if truth.any() else None,
    }


def binary(true: Sequence[bool], probability: Floats, betas: Sequence[float]) -> dict[str, float | None]:
    """Return precision, recall, auroc, auprc and f{beta} of the positive class, at the threshold 0.5.

    Args:
        true: Whether each is positive.
        probability: Of being so. The names are those of the service's results.
    """
    from sklearn import metrics  # noqa: PLC0415 - takes a second

    truth, predicted = np.array(true), probability > 0.5
    return {
        "precision": float(metrics.precision_score(truth, predicted, zero_division=0)),
        "recall": float(metrics.recall_score(truth, predicted, zero_division=0)),
        **ranked(true, probability),
        **{f"f{float(beta)}": float(metrics.fbeta_score(truth, predicted, beta=beta, zero_division=0)) for beta in betas},
    }


def decided(true: Sequence[bool], predicted: Sequence[bool], beta: float) -> dict[str, float | None]:
    """Return precision, recall, specificity and f_beta of the positive class. true, predicted: whether each is positive."""
    from sklearn import metrics  # noqa: PLC0415 - takes a second

    negatives = [said for said, is_positive in zip(predicted, true, strict=True) if not is_positive]
    return {
        "precision": float(metrics.precision_score(true, predicted, zero_division=0)),
        "recall": float(metrics.recall_score(true, predicted, zero_division=0)),
        "specificity": 1 - sum(negatives) / len(negatives) if negatives else None,
        "f_beta": float(metrics.fbeta_score(true, predicted, beta=beta, zero_division=0)),
    }


def measured(
    true: Sequence[str],
    predicted: Sequence[str],
    nll: Sequence[float] | None,
    *,
    positive: str | None = None,
    probability: Floats | None = None,
    beta: float = 1.0,
) -> Measures:
    """Return all measures.

    Args:
        true, predicted: Labels.
        nll: Negative logarithm of the probability of each true label, if that is known.
        positive, probability: Where there are two labels, the one that is looked for, and how likely it is each time, if that
            is known.
    """
    from sklearn import metrics  # noqa: PLC0415 - takes a second

    labels = sorted({*true, *predicted})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one label alone is no reason for a warning of scikit-learn's
        matrix = metrics.confusion_matrix(true, predicted, labels=labels)
    results: dict[str, float | None] = dict.fromkeys(("precision", "recall", "specificity", "f_beta", "auroc", "auprc"))
    if positive is not None:
        truth = [label == positive for label in true]
        results |= decided(truth, [label == positive for label in predicted], beta)
        if probability is not None:
            results |= ranked(truth, probability)
    return Measures(
        accuracy=accuracy(true, predicted),
        weighted_f1=weighted_f1(true, predicted),
        precision=results["precision"],
        recall=results["recall"],
        specificity=results["specificity"],
        f_beta=results["f_beta"],
        auroc=results["auroc"],
        auprc=results["auprc"],
        cross_entropy=None if nll is None else float(np.mean(nll)),
        confusion={"labels": labels, "matrix": matrix.tolist()},
    )
