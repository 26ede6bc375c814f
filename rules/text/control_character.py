"""TXT001."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from ftlint.records.traces import BEYOND_ASCII, CONTROL, CONTROL_SETS
from ftlint.rule import Location, TextRule, bad, good, pairs
from ftlint.rule.fixes import Fix

from .mojibake import repaired

if TYPE_CHECKING:
    from ftlint.dialects.context import Context
    from ftlint.rule import Violations
    from ftlint.rule.fixes import FixContext

_CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u200b\u2060\ufeff]"
_NAMES = {"\u200b": "ZERO WIDTH SPACE", "\u2060": "WORD JOINER", "\ufeff": "BYTE ORDER MARK", "\x00": "NUL", "\x7f": "DELETE"}

_INVISIBLE = ("\u200b", "\u2060", "\ufeff")
_LEAD = b"\xc2"
"""The first byte of U+0080 to U+00BF in UTF-8; the first half of them are control characters."""


class ControlCharacter(TextRule):
    """A text contains a control character or an invisible character.

    ## Why it matters

    It is invisible, but the tokenizer splits the word around it into rare tokens. It comes from copied web pages and binary
    files, and later input will not have it.

    ## How to fix

    Remove the character; `--fix --unsafe-fixes` does this. It also restores the quotes and dashes of Windows-1252 that were
    decoded as U+0080 to U+009F. The rule allows tabs, line ends, and the joiners of scripts and emoji.
    """

    code = "TXT001"
    level = "warning"
    traces = frozenset({BEYOND_ASCII, CONTROL})
    message = "{character} inside the {key}"
    headline = "records contain control or invisible characters"
    examples = (
        good(pairs(("one\ttwo\nthree ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("bur\u200bger ->", " edible")),
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
            fix="unsafe",
        ),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where there is an ASCII control character, an invisible one, or a byte that the others start with."""
        return _may_be_control(pl.col("text"))

    def violates(self, context: Context) -> pl.Expr:
        """Return where such a character is."""
        return pl.col("text").str.contains(_CONTROL)

    def find(self, text: str, context: Context) -> Location | None:
        """Point at the first one."""
        result = re.search(_CONTROL, text)
        if not result:
            return None
        sign = result.group()
        name = _NAMES.get(sign) or unicodedata.name(sign, "control character")
        return Location(None, result.start(), result.end(), {"character": f"U+{ord(sign):04X} ({name})"})

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Remove the characters; those of a text that was decoded wrongly are what it is repaired from."""
        return Fix.retext(_removed)


def _may_be_control(text: pl.Expr) -> pl.Expr:
    signs = [text.str.contains(signs) for signs in CONTROL_SETS]
    invisible = [text.str.contains(character, literal=True) for character in _INVISIBLE]
    return pl.any_horizontal(*signs, *invisible, text.cast(pl.Binary).bin.contains(_LEAD))


def _removed(text: str) -> str:
    return re.sub(_CONTROL, "", repaired(text) if re.search("[\\x80-\\x9f]", text) else text)
