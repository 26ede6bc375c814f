"""LBL003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.dialects import named
from ftlint.metrics import Fingerprints, Labels
from ftlint.rule import Violations, bad, good, pairs
from ftlint.rule.fixes import Fix

from .._duplicates import lines_labelled
from ._family import LabelRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import FixContext


class LabelVariant(LabelRule):
    """A label differs from a more common one only in case, white space, Unicode form or closing punctuation.

    ## Why it matters

    To the model, `positive` and `Positive` are two labels with different tokens; the records of one do not help the other.

    ## How to fix

    Use one spelling of the label. `--fix --unsafe-fixes` uses the more common one.
    """

    code = "LBL003"
    level = "warning"
    metrics = (Labels, Fingerprints)
    column = "answer"
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
            fix="unsafe",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report every record with a variant."""
        labels = gathered.get(Labels)
        for label, form in labels.variants.items():
            args = {"label": label, "form": form, "label_count": labels.counts[label], "form_count": labels.counts[form]}
            yield Violations(self.level, lines_labelled(gathered, [label]), args)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Use the commoner form, with one space and the stop."""
        form, context = violations.args["form"], fix_context.dataset
        return Fix.rewrite(lambda row: named(context.dialect).with_answer(row, form, context.known))
