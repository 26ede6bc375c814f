"""CMP002."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.rule import Location, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.marks import SPACE

from ._family import CompletionRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Applicability, Violations
    from ftlint.rule.fixes import FixContext


class ExtraLeadingSpace(CompletionRule):
    """A completion starts with more than one white space character.

    ## Why it matters

    The first token of the answer becomes a run of spaces, and the label after it gets different tokens than in other records.

    ## How to fix

    Start every completion with one space. `--fix` does this for labels; generated text (indented code?) requires
    `--unsafe-fixes`.
    """

    code = "CMP002"
    level = "warning"
    convention = "leading_space"
    message = "completion starts with {count} white space characters, not with one space"
    headline = "completions start with more than one white space character"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("burger ->", "  edible")),
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where two white space characters are first; an empty completion is another rule's."""
        return pl.col("completion").str.contains(r"^\s\s") & (pl.col("answer") != "")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the white space."""
        count = len(row["completion"]) - len(row["completion"].lstrip(SPACE))
        return Location("/completion", 0, count, {"count": count})

    def applicability(self, context: Context) -> Applicability:
        """Be careful with generated text: what looks like white space too much may be indented code."""
        return "safe" if context.classification else "unsafe"

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Leave one space."""
        return Fix.rewrite(lambda texts: {"/completion": f" {texts['completion'].lstrip(SPACE)}"})
