"""CMP005."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.rule import Location, RecordRule, bad, good, pairs
from ftlint.text.marks import SPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context


class StopInText(RecordRule):
    """The stop occurs inside a completion, before its end.

    ## Why it matters

    At inference the answer is cut at the first stop, and the text after it is lost.

    ## How to fix

    Choose a stop that occurs in no completion, or remove it from this one.
    """

    code = "CMP005"
    level = "error"
    requires = ("endings",)
    convention = "stop"
    column = "completion"
    message = "the stop {stop!r} also occurs before the completion's end"
    headline = "completions have the stop before their end"
    examples = (
        good(pairs(("a ->", " not edible END"), ("b ->", " edible END"))),
        bad(pairs(("a ->", " edible END"), ("b ->", " edible END really END")), at=[2], options={"stop": " END"}),
    )

    def violates(self, context: Context) -> pl.Expr | None:
        """Return where the stop is in what is left without outer white space and the stop at the end."""
        if context.known.stop is None:
            return None
        return _inside(context.known.stop.text)

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the first stop."""
        text, stop = row["completion"], context.known.stop.text
        start = max(0, text.find(stop, len(text) - len(text.lstrip(SPACE))))
        return Location("/completion", start, start + len(stop), {"stop": stop})


def _inside(stop: str) -> pl.Expr:
    """Return where a stop is before the end; a stop of white space is not a stop at the start."""
    completion = pl.col("completion")
    if not stop.strip(SPACE):
        return pl.col("answer").str.contains(stop, literal=True)
    return completion.str.strip_chars_end().str.strip_suffix(stop.rstrip(SPACE)).str.contains(stop, literal=True)
