"""Texts that are equal but for case, white space, Unicode form or punctuation: their normal form, and a cheap signature of it."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import cache

import polars as pl

HEADS = (32, 256)
"""Characters from which a signature is taken where the first characters tell texts apart; half of the normal form is covered."""

_ASCII_PUNCTUATION = ".,;:!?'\"()[]{}-_`"
"""What is punctuation in ASCII; other signs (`+`, `#`, `/`, `<`, …) change what a text says."""

_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_DELETED = (string.whitespace + "\x1c\x1d\x1e\x1f" + _ASCII_PUNCTUATION).encode()
_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s*+([^\w\s]*+)\s*+(?=\d)")
"""What keeps two numbers apart; white space around it says nothing (`1, 2`)."""

_KEPT = re.compile(
    r"(?<=\w)[^\w\s]+(?=\w)|(?<=[^\W_])_+(?=[^\W_])"  # inside a word
    r"|(?<!\w)[-!](?=\w)|(?<=\d)[!'\"]+|(?<=\s)-(?=\s)"  # signs of numbers, factorials, feet and inches, minus
    r"|(?<!\w)[:;=]-?[()\[\]dp/\\|]"  # emoticons
)
_TYPED = str.maketrans(dict.fromkeys("‘’‚‛", "'") | dict.fromkeys("‐‑‒–—−", "-"))
"""Typographic apostrophes and dashes, and what they are typed as."""


def normal(text: str) -> str:
    """Return the normal form: NFKC, case folded, without white space and punctuation, but with numbers kept apart.

    Punctuation that changes what is said stays: inside of words (`CC(C)O`), signs (`-5`, `!done`, `4!`), emoticons.
    """
    folded = _typed(text)
    folded = _BETWEEN_DIGITS.sub(lambda result: result.group(1) or "\0" * bool(result.group()), folded)
    kept, at = [], 0
    for result in _KEPT.finditer(folded):
        kept += [folded[at : result.start()].translate(_deletions()), result.group()]
        at = result.end()
    return "".join([*kept, folded[at:].translate(_deletions())])


def _typed(text: str) -> str:
    """Return a text in NFKC and case folded, with apostrophes and dashes as they are typed."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_TYPED)


def signatures(texts: pl.Series, *, head: int) -> pl.Series:
    """Return a UInt64 hash for each text that texts of the same normal form share.

    Args:
        head: Take it from the first characters alone, which is three times faster, and enough where these differ.
    """
    cut = texts.str.head(head) if head else texts
    folded = _folded(cut)
    if head:
        # Too little is left of some heads; a text of the same normal form may have more left. The last character may be
        # half of one.
        short = folded.str.len_chars() <= head // 2
        if short.any():
            folded = folded.scatter(short.arg_true(), _folded(texts.filter(short)))
        folded = folded.str.head(head // 2)
    return folded.hash()


def _folded(texts: pl.Series) -> pl.Series:
    """Return texts in lower case, without white space and punctuation."""
    joined = texts.str.join("\0").item() if len(texts) else ""
    if not joined.isascii():
        joined = _deleted_beyond_ascii().sub("", _typed(joined))
    # One pass over the bytes of all texts at once; what is not ASCII was folded above and stays.
    folded = pl.Series([joined.encode().translate(_LOWER, _DELETED).decode()]).str.split("\0").explode()
    if len(folded) == len(texts):
        return folded
    # A text holds the character that was to keep them apart.
    return pl.Series([_typed(text).translate(_deletions()).replace("\0", "") for text in texts], dtype=pl.String)


@cache
def _deletions() -> dict[int, None]:
    """Return the characters that a normal form is without: white space, and punctuation as Unicode has it."""
    signs = set("#%&@*/\\")
    return {
        code: None
        for code in range(0x10000)
        if code != 0
        and (chr(code).isspace() or (unicodedata.category(chr(code))[0] == "P" and chr(code) not in signs) or chr(code) == "`")
    }


@cache
def _deleted_beyond_ascii() -> re.Pattern[str]:
    return re.compile(f"[{''.join(re.escape(chr(code)) for code in _deletions() if code > 127)}]+")
