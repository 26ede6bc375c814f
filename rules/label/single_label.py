"""LBL006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.metrics import Labels
from ftlint.rule import Violations, bad, good, pairs

from ._family import LabelRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered


class SingleLabel(LabelRule):
    """Every record has the same label.

    ## Why it matters

    The model learns to answer this label to every prompt.

    ## How to fix

    Add records of the other labels, and check whether the export contains only one class.
    """

    code = "LBL006"
    level = "error"
    message = "every record has the same label {label!r}"
    examples = (
        good(pairs(("a ->", " yes"), ("b ->", " no")), options={"task": "classification"}),
        bad(pairs(("a ->", " yes"), ("b ->", " yes")), at=[None], options={"task": "classification"}),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the only label of two or more records."""
        counts = gathered.get(Labels).merged
        if len(counts) == 1 and sum(counts.values()) > 1:
            yield Violations(self.level, None, {"label": next(iter(counts))})
