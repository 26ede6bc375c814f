"""SPL005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.metrics import Labels
from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.text.labels import variant_key
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered

_SHOWN = 8


class MissingLabel(DatasetRule):
    """The training file has labels that are not in the validation file.

    ## Why it matters

    Validation does not cover these labels. A service that computes classification metrics counts the classes of both files, and
    refuses them if the numbers differ.

    ## How to fix

    Split the data so that each part has every label; `ftlint split` does this.
    """

    code = "SPL005"
    level = "warning"
    tasks = ("classification",)
    roles = ("valid",)
    metrics = (Labels,)
    compares = (Labels,)
    message = "{labels} of the training file never in the validation file: {shown}; `ftlint split` gives each part every label"
    examples = (
        good(
            pairs(("a ->", " yes"), ("b ->", " no")),
            valid=pairs(("c ->", " no"), ("d ->", " yes")),
            options={"task": "classification"},
        ),
        bad(
            pairs(("a ->", " yes"), ("b ->", " no")), valid=pairs(("c ->", " no")), at=[None], options={"task": "classification"}
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report them once, the commonest first."""
        assert gathered.train
        seen = {variant_key(label) for label in gathered.get(Labels).counts}
        counts = gathered.train.get(Labels).merged
        missing = sorted((label for label in counts if variant_key(label) not in seen), key=lambda label: -counts[label])
        if missing and seen:
            shown = ", ".join(f'"{label}"' for label in missing[:_SHOWN]) + (", …" if len(missing) > _SHOWN else "")
            yield Violations(self.level, None, {"labels": numbered(len(missing), "label"), "shown": shown})
