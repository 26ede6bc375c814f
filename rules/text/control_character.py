"""TXT001."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from ftlint.fixes import Rewrite
from ftlint.rule import Place, RecordRule, bad, good, pairs
from ftlint.traces import BEYOND_ASCII, CONTROL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.rule import Hits

_CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u200b\u2060\ufeff]"
_NAMES = {"\u200b": "ZERO WIDTH SPACE", "\u2060": "WORD JOINER", "\ufeff": "BYTE ORDER MARK", "\x00": "NUL", "\x7f": "DELETE"}

# A scan for up to ten characters is a vector search of 25 ns a record; for the whole class it takes 325 ns. So the ASCII
# ones are looked for in small sets, and text beyond ASCII is looked at with the whole class.
_SETS = (r"[\x00-\x07]", r"[\x08\x0b\x0c\x0e-\x12]", r"[\x13-\x1a]", r"[\x1b-\x1f\x7f]")


class ControlCharacter(RecordRule):
    """A control character or an invisible character stands inside a text.

    ## Why it matters

    Nobody sees it, the tokenizer does: the word around it breaks into rare tokens. It comes from copied web pages and
    binary files, and later input will not have it.

    ## How to fix

    Remove it; `--fix --unsafe-fixes` does. Tabs and line ends are text, and so are joiners of scripts and emoji.
    """

    code = "TXT001"
    level = "warning"
    dialects = ("prompt-completion",)
    fixable = "unsafe"
    traces = frozenset({BEYOND_ASCII, CONTROL})
    message = "{character} inside the {key}"
    headline = "records contain control or invisible characters"
    examples = (
        good(pairs(("one\ttwo\nthree ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("bur\u200bger ->", " edible")),
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where one of the sets has a character, or where there is text that is not ASCII."""
        found = [pl.col(column).str.contains(characters) for column in ("prompt", "completion") for characters in _SETS]
        return pl.any_horizontal(*found, "beyond_ascii")

    def violates(self, context: Context) -> pl.Expr:
        """Return where such a character stands."""
        return pl.any_horizontal(pl.col("prompt", "completion").str.contains(_CONTROL))

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Point at the first one."""
        for key in ("prompt", "completion"):
            found = re.search(_CONTROL, row[key])
            if found:
                sign = found.group()
                name = _NAMES.get(sign) or unicodedata.name(sign, "control character")
                return Place(f"/{key}", found.start(), found.end(), {"character": f"U+{ord(sign):04X} ({name})", "key": key})
        return Place(args={"character": "a control character", "key": "record"})

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Remove the characters."""
        return Rewrite(lambda texts: {key: re.sub(_CONTROL, "", text) for key, text in texts.items()})
