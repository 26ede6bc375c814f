"""TXT001."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from ftlint.fixes import Rewrite
from ftlint.rule import Place, RecordRule, bad, good, pairs
from ftlint.traces import BEYOND_ASCII, CONTROL

from .mojibake import repaired

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.rule import Hits

_CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u200b\u2060\ufeff]"
_NAMES = {"\u200b": "ZERO WIDTH SPACE", "\u2060": "WORD JOINER", "\ufeff": "BYTE ORDER MARK", "\x00": "NUL", "\x7f": "DELETE"}

_INVISIBLE = ("\u200b", "\u2060", "\ufeff")
_LEAD = b"\xc2"
"""The first byte of U+0080 to U+00BF in UTF-8; the first half of them are control characters."""


class ControlCharacter(RecordRule):
    """A control character or an invisible character stands inside a text.

    ## Why it matters

    Nobody sees it, the tokenizer does: the word around it breaks into rare tokens. It comes from copied web pages and
    binary files, and later input will not have it.

    ## How to fix

    Remove it; `--fix --unsafe-fixes` does, and puts back the quotes and dashes of Windows-1252 that were read as U+0080 to
    U+009F. Tabs and line ends are text, and so are joiners of scripts and emoji.
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
        """Return where there is an ASCII control character, an invisible one, or a byte that the others start with."""
        texts = [pl.col(column) for column in ("prompt", "completion")]
        invisible = [text.str.contains(character, literal=True) for text in texts for character in _INVISIBLE]
        return pl.any_horizontal("control", *invisible, *(text.cast(pl.Binary).bin.contains(_LEAD) for text in texts))

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
        """Remove the characters; those of a text that was decoded wrongly are what it is repaired from."""
        return Rewrite(lambda texts: {key: _removed(text) for key, text in texts.items()})


def _removed(text: str) -> str:
    return re.sub(_CONTROL, "", repaired(text) if re.search("[\\x80-\\x9f]", text) else text)
