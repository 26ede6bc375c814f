"""LBL004."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftlint.labels import merged
from ftlint.metrics import Labels
from ftlint.rule import DatasetRule, Hits, bad, good, numbers, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered


class RareLabel(DatasetRule):
    """A label has few records.

    ## Why it matters

    From a handful of examples a class is not learned, and a split may leave none for validation.

    ## How to fix

    Collect more records of this label, or merge it with another.
    """

    code = "LBL004"
    level = "warning"
    tasks = ("classification",)
    roles = ("train",)
    metrics = (Labels,)
    column = "completion"
    message = "label {label!r} has only {count:,} {noun}; {minimum:,} or more are wanted"
    once = True
    headline = "labels have few records"
    detail = "{label!r}  {count:,} {noun} of the {minimum:,} wanted"

    @dataclass(frozen=True)
    class Options:
        """minimum: a label of fewer records is rare."""

        minimum: int = 100

    examples = (
        good(pairs(*[(f"{i} ->", " yes") for i in range(100)]), options={"task": "classification"}),
        bad(pairs(*[(f"{i} ->", " yes") for i in range(100)], ("x ->", " no")), at=[101], options={"task": "classification"}),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report each rare label once, where it is first seen."""
        labels = gathered.get(Labels)
        for label, count in merged(labels.counts).items():
            if count < self.options.minimum:
                noun = "record" if count == 1 else "records"
                args = {"label": label, "count": count, "noun": noun, "minimum": self.options.minimum}
                yield Hits(self.level, numbers([labels.first[label]]), args)
