"""TXT008."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.rule import Place, RecordRule, bad, good, pairs
from ftlint.traces import REPLACEMENT
from ftlint.words import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.context import Context

_SIGN = "\ufffd"


class ReplacementCharacter(RecordRule):
    """A text holds U+FFFD, which stands for bytes that some reader could not decode.

    ## Why it matters

    What stood there is lost, and the model learns to read and write the sign that stands for it.

    ## How to fix

    Read the source again, in the character set that it was written in. What was lost cannot be told from this file.
    """

    code = "TXT008"
    level = "warning"
    dialects = ("prompt-completion",)
    traces = frozenset({REPLACEMENT})
    message = "U+FFFD inside the {key} ({times}): bytes that some reader could not decode"
    headline = "records contain U+FFFD: bytes that some reader could not decode"
    examples = (
        good(pairs(("café ->", " edible"))),
        bad(pairs(("vino ->", " edible"), ("caf\ufffd ->", " edible")), at=[2]),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where the sign stands."""
        return pl.any_horizontal(pl.col("prompt", "completion").str.contains(_SIGN, literal=True))

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Point at the first one."""
        key = "prompt" if _SIGN in row["prompt"] else "completion"
        start = row[key].find(_SIGN)
        return Place(f"/{key}", start, start + 1, {"key": key, "times": numbered(row[key].count(_SIGN), "time")})
