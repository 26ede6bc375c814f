"""CMP004."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from ftlint.fixes import Rewrite
from ftlint.marks import ended, with_ending
from ftlint.rule import Place, RecordRule, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.rule import Hits


class MissingStop(RecordRule):
    """A completion does not end with the stop that most others end with.

    ## Why it matters

    Where the stop is missing the model learns to go on writing.

    ## How to fix

    Append the stop; `--fix` does.
    """

    code = "CMP004"
    level = "warning"
    dialects = ("prompt-completion",)
    convention = "stop"
    column = "completion"
    fixable = "safe"
    message = "completion ends with {ending!r}, not with the stop {stop!r}"
    headline = "completions do not end with the stop"
    examples = (
        good(pairs(("a ->", " not edible END"), ("b ->", " edible END"))),
        bad(
            pairs(("a ->", " not edible END"), ("b ->", " edible")),
            at=[2],
            options={"stop": " END"},
            fixed=['{"prompt": "a ->", "completion": " not edible END"}', '{"prompt": "b ->", "completion": " edible END"}'],
        ),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where the completion is not one space, the label and the stop."""
        return ~pl.col("tidy")

    def violates(self, context: Context) -> pl.Expr | None:
        """Return where the stop does not end the completion; white space after it is another rule's."""
        if context.stop is None or context.differs("stop"):
            return None
        stop = context.stop
        completion = pl.col("completion")
        if stop.text.strip():
            completion, stop = completion.str.strip_chars_end(), replace(stop, trail="")
        return ~with_ending(completion, stop) & (pl.col("label") != "")

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Point at the end of the completion."""
        assert context.stop
        text = row["completion"]
        return Place("/completion", max(0, len(text) - 1), len(text), {"ending": text[-12:], "stop": context.stop.text})

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Append the stop, or mend the white space around its mark."""
        stop = situation.context.stop
        return Rewrite(lambda texts: {"completion": ended(texts["completion"], stop)}) if stop else None
