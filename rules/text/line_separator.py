"""TXT009."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from ftlint.records.edits import edits_of
from ftlint.records.traces import BEYOND_ASCII
from ftlint.rule import Location, TextRule, bad, good, pairs
from ftlint.rule.fixes import Fix

if TYPE_CHECKING:
    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Level, Violations
    from ftlint.rule.fixes import FixContext, Row

_SIGNS = {"\u2028": "LINE SEPARATOR", "\u2029": "PARAGRAPH SEPARATOR"}
_ANY = f"[{''.join(_SIGNS)}]"


class LineSeparator(TextRule):
    r"""A string contains U+2028 or U+2029 unescaped.

    ## Why it matters

    It is valid JSON, but readers that split lines like Python's `splitlines` split the record in two there.

    ## How to fix

    Write the character as the escape `\u2028`, which means the same; `--fix` does this.
    """

    code = "TXT009"
    level = "info"
    traces = frozenset({BEYOND_ASCII})
    message = "{character} inside the {key}, which some readers take for a line end"
    headline = "records contain a line separator that some readers take for a line end"
    examples = (
        good(pairs(("one\ntwo ->", " edible"))),
        bad(
            pairs(("one\u2028two ->", " edible")),
            at=[1],
            fixed=[r'{"prompt": "one\u2028two ->", "completion": " edible"}'],
        ),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where such a character is in a text."""
        return pl.col("text").str.contains(_ANY)

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether it is there as it is, and not as an escape."""
        line: Line = row["raw"]
        span = line.span(row["pointer"])
        return span is not None and re.search(_ANY, line.text[slice(*span)]) is not None

    def find(self, text: str, context: Context) -> Location | None:
        """Point at the first one."""
        result = re.search(_ANY, text)
        if result is None:
            return None
        sign = result.group()
        return Location(None, result.start(), result.end(), {"character": f"U+{ord(sign):04X} ({_SIGNS[sign]})"})

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Write the characters as escapes."""
        return Fix.edit_rows(_escaped)


def _escaped(line: Line, row: Row) -> list[Edit]:
    span = line.span(row["pointer"])
    if span is None:
        return []
    start, text = span[0], line.text[slice(*span)]
    return edits_of(line, [(start + at.start(), start + at.end(), f"\\u{ord(at.group()):04x}") for at in re.finditer(_ANY, text)])
