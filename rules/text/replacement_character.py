"""TXT008."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.records.traces import REPLACEMENT
from ftlint.rule import Location, TextRule, bad, good, pairs
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from ftlint.dialects.context import Context

_SIGN = "\ufffd"


class ReplacementCharacter(TextRule):
    """A text contains U+FFFD, which replaces bytes that a reader could not decode.

    ## Why it matters

    The original character is lost, and the model learns to read and write U+FFFD.

    ## How to fix

    Read the source again, in its original character set. The lost characters cannot be restored from this file.
    """

    code = "TXT008"
    level = "warning"
    traces = frozenset({REPLACEMENT})
    message = "U+FFFD inside the {key} ({times}): bytes that some reader could not decode"
    headline = "records contain U+FFFD: bytes that some reader could not decode"
    examples = (
        good(pairs(("café ->", " edible"))),
        bad(pairs(("vino ->", " edible"), ("caf\ufffd ->", " edible")), at=[2]),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where the sign is."""
        return pl.col("text").str.contains(_SIGN, literal=True)

    def find(self, text: str, context: Context) -> Location | None:
        """Point at the first one."""
        start = text.find(_SIGN)
        return None if start < 0 else Location(None, start, start + 1, {"times": numbered(text.count(_SIGN), "time")})
