"""SPL004."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from ftlint.metrics import Labels
from ftlint.rule import DatasetRule, Violations, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered


class LabelDrift(DatasetRule):
    """The shares of the labels differ clearly between training and validation file.

    ## Why it matters

    Accuracy on the validation file then says little about the mix in the training data; one of the two files is not a random
    sample.

    ## How to fix

    Split the data at random within each label; `ftlint split` does this.
    """

    code = "SPL004"
    level = "info"
    tasks = ("classification",)
    roles = ("valid",)
    metrics = (Labels,)
    compares = (Labels,)
    message = "label {label!r} is {train:.0%} of the training file and {valid:.0%} of the validation file"
    examples = (
        good(
            pairs(*[(f"{i} ->", " yes" if i % 2 else " no") for i in range(100)]),
            valid=pairs(*[(f"v{i} ->", " yes" if i % 2 else " no") for i in range(100)]),
        ),
        bad(
            pairs(*[(f"{i} ->", " yes" if i % 2 else " no") for i in range(100)]),
            valid=pairs(*[(f"v{i} ->", " yes" if i % 5 else " no") for i in range(100)]),
            at=[None],
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the label whose share differs most: by ten points or more, and by more than chance (three standard errors)."""
        assert gathered.train
        train, valid = (side.get(Labels).merged for side in (gathered.train, gathered))
        sizes = sum(train.values()), sum(valid.values())
        if not all(sizes):
            return
        shares = {label: (train.get(label, 0) / sizes[0], valid.get(label, 0) / sizes[1]) for label in train}
        label, (mine, theirs) = max(shares.items(), key=lambda item: abs(item[1][0] - item[1][1]))
        error = sqrt(mine * (1 - mine) / sizes[0] + mine * (1 - mine) / sizes[1])
        if abs(mine - theirs) >= 0.1 and abs(mine - theirs) > 3 * error:
            yield Violations(self.level, None, {"label": label, "train": mine, "valid": theirs})
