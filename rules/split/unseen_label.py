"""SPL002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.metrics import Labels
from ftlint.rule import DatasetRule, bad, good, pairs, violations_at
from ftlint.text.labels import variant_key
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered
    from ftlint.rule import Violations


class UnseenLabel(DatasetRule):
    """The validation file has a label that is not in the training file.

    ## Why it matters

    The model cannot give an answer that it has never seen; the service fails the job if the numbers of classes differ.

    ## How to fix

    Add records with the label to the training file, or remove it from the validation file.
    """

    code = "SPL002"
    level = "error"
    tasks = ("classification",)
    roles = ("valid",)
    metrics = (Labels,)
    compares = (Labels,)
    column = "answer"
    message = "label {label!r} ({records}) is not in the training file"
    once = True
    headline = "labels are not in the training file"
    detail = "{label!r}  {records}"
    examples = (
        good(pairs(("a ->", " yes"), ("b ->", " no")), valid=pairs(("c ->", " no")), options={"task": "classification"}),
        bad(
            pairs(("a ->", " yes"), ("b ->", " no")), valid=pairs(("c ->", " maybe")), at=[1], options={"task": "classification"}
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each such label once, where it is first seen."""
        assert gathered.train
        seen = {variant_key(label) for label in gathered.train.get(Labels).counts}
        labels = gathered.get(Labels)
        unseen = ((label, count) for label, count in labels.counts.items() if variant_key(label) not in seen)
        results = [(labels.first[label], {"label": label, "records": numbered(count, "record")}) for label, count in unseen]
        if results:
            yield violations_at(self.level, results)
