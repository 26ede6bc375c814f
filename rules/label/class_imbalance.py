"""LBL005."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from ftlint.metrics import Fingerprints, Labels, numbers
from ftlint.rule import Violations, bad, good, option, pairs
from ftlint.rule.fixes import Fix

from .._duplicates import lines_labelled
from ._family import LabelRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import FixContext

_SHOWN = 8
"""Maximum number of labels that are all shown; of more, only the most common and the rarest."""


class ClassImbalance(LabelRule):
    """One label has far more records than another.

    ## Why it matters

    A model that always answers the most common label already seems accurate, and it learns the rare labels late or never.

    ## How to fix

    Collect more records of the rare labels, or use fewer of the common ones. `--fix --unsafe-fixes --fixable class-imbalance`
    drops records at random (seeded).
    """

    code = "LBL005"
    level = "warning"
    metrics = (Labels, Fingerprints)
    message = "the commonest label has {ratio:,.0f} times the records of the rarest: {counts}"

    class Options:
        """ratio: maximum ratio of the records of the most common label to those of the rarest."""

        ratio: float = option(10, least=1)

    examples = (
        good(pairs(*[(f"{i} ->", " yes" if i % 2 else " no") for i in range(10)]), options={"task": "classification"}),
        bad(
            pairs(*[(f"{i} ->", " yes") for i in range(11)], ("x ->", " no")),
            at=[None],
            options={"task": "classification"},
            fix="request",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the counts of all labels, the commonest first."""
        counts = sorted(gathered.get(Labels).merged.items(), key=lambda item: -item[1])
        if len(counts) > 1 and counts[0][1] > self.options.ratio * counts[-1][1]:
            shown = [f"{label} {count:,}" for label, count in counts]
            text = ", ".join(shown if len(shown) <= _SHOWN else [*shown[:4], "…", *shown[-3:]])
            most = int(self.options.ratio * counts[-1][1])
            args = {"ratio": counts[0][1] / counts[-1][1], "counts": text, "by_label": dict(counts), "most": most}
            yield Violations(self.level, None, args, repaired=_surplus(gathered, most))

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Drop records of the common labels at random (seeded), to the ratio that is allowed."""
        return Fix.drop(note=f"at most {violations.args['most']:,} records of a label are kept")


def _surplus(gathered: Gathered, most: int) -> pl.Series:
    """Return the lines of the records that are too many of their label, drawn at random, the same each time."""
    labels = gathered.get(Labels)
    forms: dict[str, list[str]] = {}
    for label in labels.counts:
        forms.setdefault(labels.variants.get(label, label), []).append(label)
    drawn: list[int] = []
    for label, count in labels.merged.items():
        lines = lines_labelled(gathered, forms[label]) if count > most else ()
        # Labels are told apart by a hash; where two had the same, none of their records would go.
        if len(lines) == count:
            drawn += Random(20).sample(list(lines), count - most)  # noqa: S311 - the same records each time
    return numbers(sorted(drawn))
