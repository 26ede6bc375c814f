"""Shared code of the rules about labels."""

from __future__ import annotations

from typing import ClassVar

from ftlint.metrics import Labels, Metric
from ftlint.options import CLASSIFICATION
from ftlint.rule import DatasetRule

_SENTENCE = 5
"""Number of words from which a label is a sentence."""


class LabelRule(DatasetRule):
    """A rule about the labels of a training set."""

    tasks: ClassVar[tuple[str, ...] | None] = (CLASSIFICATION,)
    roles: ClassVar[tuple[str, ...]] = ("train",)
    metrics: ClassVar[tuple[type[Metric], ...]] = (Labels,)


class TokenOfLabelRule(LabelRule):
    """A rule about the tokens of labels, which start with a space; each finding concerns several records."""

    level = "warning"
    requires: ClassVar[tuple[str, ...]] = ("endings",)
    convention: ClassVar[str | None] = "leading_space"
    column: ClassVar[str | None] = "answer"
    once = True


def are_sentences(labels: Labels) -> bool:
    """Whether the labels of half of the records are five words or longer: answers that repeat, which nobody would rename."""
    counts = labels.merged
    long = sum(count for label, count in counts.items() if len(label.split()) >= _SENTENCE)
    return 2 * long > sum(counts.values())
