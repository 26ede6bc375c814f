"""CMP003."""

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
        bad(
            pairs(("vino ->", " edible"), ("burger ->", " edible\n")),
            at=[2],
            options={"task": "classification"},
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where the completion is not one space, the label and the stop."""
        return ~pl.col("tidy")

    def violates(self, context: Context) -> pl.Expr:
        """Return where white space ends what is left without the stop; an empty completion is another rule's."""
        stop = context.stop.text if context.stop else ""
        return pl.col("completion").str.strip_suffix(stop).str.contains(r"\s$") & (pl.col("label") != "")

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Point at the white space."""
        text = row["completion"].removesuffix(context.stop.text if context.stop else "")
        start = len(text.rstrip())
        return Place("/completion", start, len(text), {"space": text[start:]})

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Remove the white space, before and after the stop."""
        stop = situation.context.stop.text if situation.context.stop else ""

        def change(texts: Mapping[str, str]) -> Mapping[str, str]:
            text = texts["completion"]
            if not stop.strip():
                return {"completion": text.rstrip() + (stop if text.endswith(stop) else "")}
            bare = text.rstrip()
            if not bare.endswith(stop.rstrip()):
                return {"completion": bare}
            return {"completion": bare.removesuffix(stop.rstrip()).rstrip() + stop}

        return Rewrite(change)
