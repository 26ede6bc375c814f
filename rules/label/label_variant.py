"""LBL003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.duplicates import lines_labelled
from ftlint.fixes import Rewrite
from ftlint.labels import variants
from ftlint.metrics import Fingerprints, Labels
from ftlint.rule import DatasetRule, Hits, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered


class LabelVariant(DatasetRule):
    """A label differs from a commoner one only in case, white space, Unicode form or closing punctuation.

    ## Why it matters

    To the model `positive` and `Positive` are two labels with different tokens; the records of one do not help the other.

    ## How to fix

    Write the label in one way. `--fix --unsafe-fixes` uses the commoner form.
    """

    code = "LBL003"
    level = "warning"
    tasks = ("classification",)
    roles = ("train",)
    metrics = (Labels, Fingerprints)
    column = "completion"
    fixable = "unsafe"
    message = "label {label!r} is a variant of {form!r} ({label_count:,} against {form_count:,} records)"
    headline = "records have a variant of a commoner label"
    detail = "{label!r} for {form!r}"
    examples = (
        good(pairs(("a ->", " yes"), ("b ->", " yes"), ("c ->", " no")), options={"task": "classification"}),
        bad(
            pairs(("a ->", " yes"), ("b ->", " yes"), ("c ->", " Yes")),
            at=[3],
            options={"task": "classification"},
            fixed=[
                '{"prompt": "a ->", "completion": " yes"}',
                '{"prompt": "b ->", "completion": " yes"}',
                '{"prompt": "c ->", "completion": " yes"}',
            ],
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report every record with a variant."""
        counts = gathered.get(Labels).counts
        for label, form in variants(counts).items():
            args = {"label": label, "form": form, "label_count": counts[label], "form_count": counts[form]}
            yield Hits(self.level, lines_labelled(gathered, [label]), args)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Use the commoner form, with one space and the stop."""
        form = str(hits.args["form"])
        stop = situation.context.stop.text if situation.context.stop else ""
        return Rewrite(lambda _: {"completion": f" {form}{stop}"})
