"""CMP003."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.rule import Place, RecordRule, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.context import Context


class TrailingSpace(RecordRule):
    """A completion ends in white space that is not the stop.

    ## Why it matters

    The model learns to write it, and a label with it is another label than without.

    ## How to fix

    Remove the white space; `--fix` does.
    """

    code = "CMP003"
    level = "warning"
    dialects = ("prompt-completion",)
    column = "completion"
    fixable = "safe"
    message = "completion ends in white space {space!r}"
    headline = "completions end in white space"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(pairs(("vino ->", " edible"), ("burger ->", " edible\n")), at=[2], options={"task": "classification"}),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where white space ends what is left without the stop; an empty completion is another rule's."""
        stop = context.stop.text if context.stop else ""
        return pl.col("completion").str.strip_suffix(stop).str.contains(r"\s$") & (pl.col("label") != "")

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Point at the white space."""
        text = row["completion"].removesuffix(context.stop.text if context.stop else "")
        start = len(text.rstrip())
        return Place("/completion", start, len(text), {"space": text[start:]})
