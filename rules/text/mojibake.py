"""TXT002."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.records.traces import LATIN
from ftlint.rule import Location, TextRule, bad, good, pairs
from ftlint.rule.fixes import Fix

if TYPE_CHECKING:
    from ftlint.dialects.context import Context
    from ftlint.rule import Violations
    from ftlint.rule.fixes import FixContext

# What the first byte of a UTF-8 character looks like in Windows-1252, followed by what the next one looks like.
_SUSPECT = "[ÂÃÄÅÎÏÐÑ×ØÙàáâãäåæçèéêëìíîïð][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"


class Mojibake(TextRule):
    """A text was decoded wrongly, for example with `â€™` for an apostrophe.

    ## Why it matters

    The model learns to read and write the wrong characters, which take several tokens instead of one.

    ## How to fix

    Read the source as UTF-8. `--fix --unsafe-fixes` repairs what ftfy, the detector, can restore.
    """

    code = "TXT002"
    level = "warning"
    traces = frozenset({LATIN})
    message = "{found!r} was decoded wrongly; {meant!r} is meant"
    headline = "records have text that was decoded wrongly"
    examples = (
        good(pairs(("Ça va? — São Paulo ->", " yes"))),
        bad(
            pairs(("vino ->", " edible"), ("itâ€™s a cafÃ© ->", " edible")),
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "it’s a café ->", "completion": " edible"}'],
            fix="unsafe",
        ),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where two characters follow each other as the bytes of one would in the wrong encoding."""
        return pl.col("text").str.contains(_SUSPECT)

    def violates(self, context: Context) -> pl.Expr:
        """Return where ftfy would decode the text anew."""
        return pl.col("text").map_elements(lambda value: repaired(value) != value, return_dtype=pl.Boolean)

    def find(self, text: str, context: Context) -> Location | None:
        """Point at the first difference, to the end of its word."""
        meant = repaired(text)
        if meant == text:
            return None
        start = next((i for i, (a, b) in enumerate(zip(text, meant, strict=False)) if a != b), 0)
        first = text.rfind(" ", 0, start) + 1
        result, right = (value[first:].split(" ", 1)[0] for value in (text, meant))
        return Location(None, first, first + len(result), {"found": result, "meant": right})

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Decode the texts anew."""
        return Fix.retext(repaired)


def repaired(text: str) -> str:
    """Return a text as it was meant, where it was decoded wrongly."""
    from ftfy import fix_encoding  # noqa: PLC0415 - takes 60 ms, and few files have a suspect

    return fix_encoding(text)
