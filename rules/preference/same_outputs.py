"""PRF001."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.rule import Violations, bad, good
from ftlint.rule.fixes import Fix
from ftlint.text.words import numbered

from .._most import faulty_majority
from ._family import PairRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Level
    from ftlint.rule.fixes import FixContext

_PAIR = '{{"prompt": "Is it high tide?", "chosen": "Yes.", "rejected": "{}"}}'


class SameOutputs(PairRule):
    """The preferred and the rejected answer are equal.

    ## Why it matters

    Such a pair contains no preference: it costs as much as a good pair, and teaches nothing.

    ## How to fix

    Write the intended answer, or drop the record; `--fix --unsafe-fixes` drops it.
    """

    code = "PRF001"
    level = "error"
    message = "the preferred and the rejected answer are equal"
    headline = "pairs have two equal answers"
    examples = (
        good([_PAIR.format("No.")]),
        bad([_PAIR.format("No."), _PAIR.format("Yes.")], at=[2], fixed=[_PAIR.format("No.")], fix="unsafe"),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where both say the same."""
        return pl.col("same_outputs")

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report each pair; where it is so in most, once and without repair: the data is of another kind."""
        for violations in results.values():
            count = faulty_majority(violations, gathered)
            if count:
                lines = violations.line_numbers
                text = f"the two answers are equal in {count:,} of {numbered(gathered.conforming, 'pair')}"
                yield Violations(violations.level, lines[:1], affects=count, applicability=None, message=text)
            else:
                yield violations

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Drop the records."""
        return Fix.drop()
