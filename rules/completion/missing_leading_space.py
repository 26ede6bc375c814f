"""CMP001."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.fixes import Rewrite
from ftlint.rule import Place, RecordRule, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.rule import Hits


class MissingLeadingSpace(RecordRule):
    """A completion does not start with white space.

    ## Why it matters

    The tokenizer joins a space to the word after it: most words are one token with a leading space, and several without.

    ## How to fix

    Start every completion with one space; `--fix` does.
    """

    code = "CMP001"
    level = "error"
    dialects = ("prompt-completion",)
    convention = "leading_space"
    column = "completion"
    fixable = "safe"
    message = "completion {start!r} does not start with a space"
    headline = "completions do not start with a space"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("burger ->", "edible")),
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where the completion is not one space, the label and the stop."""
        return ~pl.col("tidy")

    def violates(self, context: Context) -> pl.Expr:
        """Return where the first character is no white space; an empty completion is another rule's."""
        return ~pl.col("completion").str.contains(r"^\s") & (pl.col("label") != "")

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Point at the first character."""
        return Place("/completion", 0, 1, {"start": row["completion"]})

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Put one space in front."""
        return Rewrite(lambda texts: {"completion": f" {texts['completion']}"})
