"""PRF001."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.rule import bad, good
from ftlint.rule.fixes import Drop

from ._family import PairRule

if TYPE_CHECKING:
    from ftlint.dialects.context import Context
    from ftlint.rule import Hits
    from ftlint.rule.fixes import Fix, Situation

_PAIR = '{{"prompt": "Is it high tide?", "chosen": "Yes.", "rejected": "{}"}}'


class SameOutputs(PairRule):
    """The preferred and the rejected answer are equal.

    ## Why it matters

    There is no preference in such a pair: it costs as much as a good one, and teaches nothing.

    ## How to fix

    Write the answer that is meant, or drop the record; `--fix --unsafe-fixes` drops it.
    """

    code = "PRF001"
    level = "error"
    fixable = "unsafe"
    message = "the preferred and the rejected answer are equal"
    headline = "pairs have two equal answers"
    examples = (
        good([_PAIR.format("No.")]),
        bad([_PAIR.format("No."), _PAIR.format("Yes.")], at=[2], fixed=[_PAIR.format("No.")]),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where both say the same."""
        return pl.col("same_outputs")

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Drop the records."""
        return Drop()
