"""LBL004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.metrics import Labels
from ftlint.rule import bad, good, option, pairs, violations_at
from ftlint.text.words import numbered

from ._family import LabelRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered
    from ftlint.rule import Violations


class RareLabel(LabelRule):
    """A label has few records.

    ## Why it matters

    The model cannot learn a class from a handful of examples, and a split may leave none for validation.

    ## How to fix

    Collect more records of this label, or merge it with another.
    """

    code = "LBL004"
    level = "warning"
    column = "answer"
    message = "label {label!r} has only {records}; at least {minimum:,} are recommended"
    once = True
    headline = "labels have few records"
    detail = "{label!r}  {records}; {minimum:,} are recommended"

    class Options:
        """minimum: a label with fewer records is rare."""

        minimum: int = option(100, least=0)

    examples = (
        good(pairs(*[(f"{i} ->", " yes") for i in range(100)]), options={"task": "classification"}),
        bad(pairs(*[(f"{i} ->", " yes") for i in range(100)], ("x ->", " no")), at=[101], options={"task": "classification"}),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each rare label once, where it is first seen."""
        labels, minimum = gathered.get(Labels), self.options.minimum
        rare = ((label, count) for label, count in labels.merged.items() if count < minimum)
        results = [(labels.first[label], {"label": label, "records": numbered(count, "record")}) for label, count in rare]
        if results:
            yield violations_at(self.level, results, args={"minimum": minimum})
