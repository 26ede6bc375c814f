"""CMP003."""

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
    from ftlint.rule import Violations
    from ftlint.rule.fixes import FixContext
    from ftlint.text.marks import Ending


class TrailingSpace(CompletionRule):
    """A completion ends in white space that is not the stop.

    ## Why it matters

    The model learns to write it, and a label with it differs from the label without it.

    ## How to fix

    Remove the white space; `--fix` does this.
    """

    code = "CMP003"
    level = "warning"
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

    def violates(self, context: Context) -> pl.Expr:
        """Return where white space ends what is left without the stop; an empty completion is another rule's."""
        completion, stop = pl.col("completion").str, context.known.stop
        spaced = completion.strip_suffix(stop.text if stop else "").str.contains(r"\s$")
        if stop and stop.text.strip(SPACE) and not stop.lead:
            # What is before a stop without white space of its own keeps it from being a word's tail.
            spaced &= ~completion.ends_with(stop.text)
        return spaced & (pl.col("answer") != "")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the white space."""
        text = row["completion"].removesuffix(context.known.stop.text if context.known.stop else "")
        start = len(text.rstrip(SPACE))
        return Location("/completion", start, len(text), {"space": text[start:]})

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Remove the white space, before and after the stop."""
        stop = fix_context.dataset.known.stop
        return Fix.rewrite(lambda texts: {"/completion": _tidied(texts["completion"], stop)})


def _tidied(text: str, stop: Ending | None) -> str:
    """Return a completion without white space at its end, and without more than the stop's own before a stop."""
    bare = text.rstrip(SPACE)
    if stop is None:
        return bare
    if not stop.text.strip(SPACE):
        return bare + (stop.text if text.endswith(stop.text) else "")
    whole = stop.text.rstrip(SPACE)
    if not bare.endswith(whole):
        return bare
    body = bare.removesuffix(whole)
    return (body.rstrip(SPACE) if stop.lead else body) + stop.text
