"""Marks: the texts that end a prompt (separator) or a completion (stop).

A mark is symbols without letters or digits (`->`, `###`), a word with a colon (`Label:`), a bracketed word (`<sep>`, `[DONE]`)
or a word in capitals (`END`).
"""

from __future__ import annotations

import re
import unicodedata

import polars as pl
from msgspec import Struct

SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""White space as Unicode has it; Python's own `strip` also takes U+001C to U+001F, which are control characters of a text."""

_SENTENCE = ".,;:!?\"'`´…‥。，、；：！？·・।॥۔؟،؛։။၊‘’“”„«»‹›「」『』()[]{}（）［］｛｝【】《》〈〉"
"""Sentence punctuation, quotes and brackets: they end texts, and mark nothing."""

_SYMBOLS = re.compile(r"[^\w\s]+\Z")
_WORD = re.compile(r"(?<![\w'’-])[^\W\d_][\w'’-]*\s?[:：]\Z")
_BRACKETED = re.compile(r"(?:<[/|]{0,2}[\w-]+[/|]{0,2}>|\[[/|]?[^\W\d_][\w-]*\]|<<[\w-]+>>|\[\[[\w-]+\]\]|\{\{?[A-Z_]+\}?\})\Z")
_CAPITALS = re.compile(r"(?<![\w'’#@$&/.-])[^\W\d_]{2,}\Z")
_FENCE = re.compile(r"[-=~|<>#–—]{2,}|[%@*_^&+:/\\]{3,}|[→⇒➔➜►▶]+|[-#>|=~→]")
"""Symbols that only separate; others are part of what a text says (`C++`, `5 €`, `🎉`)."""

_TAGS = frozenset(
    [
        "sep",
        "separator",
        "end",
        "stop",
        "eos",
        "eot",
        "eop",
        "bos",
        "s",
        "done",
        "inst",
        "im_end",
        "im_start",
        "assistant",
        "bot",
        "answer",
        "response",
        "output",
        "completion",
    ]
)
"""Names in brackets that only separate; others stand for something (`[NAME]`, `<URL>`, `</p>`)."""

_LONGEST = 80
"""Characters of a text's end in which a mark is looked for."""

CLOSING_WORDS = frozenset({"END", "STOP", "DONE", "EOS", "EOT", "FIN"})
"""Words in capitals that mark an end whatever word is before them."""

STOPS = (" END", "\n", " ###", " <END>", " @@@")
"""Stops that completions are given where they have none: the first that occurs in none of them."""


class Mark(Struct, frozen=True):
    """A mark and its kind: `symbols`, `word`, `bracketed`, `capitals`, `line` (a whole last line) or `given` (configured)."""

    text: str
    kind: str

    @property
    def is_word(self) -> bool:
        """Whether the mark is made of words, so that in running text it counts only where it is as a line's start."""
        return self.kind in {"word", "capitals", "line"}

    @property
    def separates(self) -> bool:
        """Whether the mark can do nothing but separate, so that nothing is lost with it."""
        if self.kind == "symbols":
            return _FENCE.fullmatch(self.text) is not None
        if self.kind == "bracketed":
            return self.text.strip("<>[]{}|/").casefold() in _TAGS
        return self.kind != "capitals" or self.text in CLOSING_WORDS

    def ends(self, text: str) -> bool:
        """Whether a text ends with the mark, and that is not the tail of a word, or of more of the same symbols."""
        if not text.endswith(self.text):
            return False
        before = text[: -len(self.text)][-1:]
        if self.kind == "symbols":
            return not before or before not in self.text
        return self.kind not in {"word", "capitals"} or not (before.isalnum() or before == "_")

    @property
    def before(self) -> str:
        """A regular expression (of polars) for what may be before the mark where `ends` is true; empty for anything."""
        symbols = rf"(?:^|[^{re.escape(self.text)}])"
        return {"symbols": symbols, "word": r"(?:^|\W)", "capitals": r"(?:^|\W)"}.get(self.kind, "")


class Ending(Struct, frozen=True):
    """A separator or stop: its marks (several where one file holds several tasks) and the white space around them.

    Attributes:
        share: Of the surveyed texts, how many carry one of the marks; None where the configuration names the ending.
    """

    marks: tuple[Mark, ...]
    lead: str = ""
    trail: str = ""
    share: float | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The whole texts, one a mark."""
        return tuple(f"{self.lead}{mark.text}{self.trail}" for mark in self.marks)

    @property
    def text(self) -> str:
        """The whole text of the first mark."""
        return self.texts[0]


def with_mark(text: pl.Expr, mark: Mark) -> pl.Expr:
    """Return an expression that is true where a text ends with a mark as `Mark.ends` has it."""
    ends = text.str.ends_with(mark.text)
    return ends & text.str.contains(rf"{mark.before}{pl.escape_regex(mark.text)}\z") if mark.before else ends


def with_ending(text: pl.Expr, ending: Ending) -> pl.Expr:
    """Return an expression that is true where a text ends with an ending, its white space included."""
    whole = [text.str.ends_with(whole) for whole in ending.texts]
    if ending.lead:  # then nothing else can be before the mark
        return pl.any_horizontal(whole)
    bare = text.str.strip_chars_end()
    return pl.any_horizontal(
        ends & with_mark(bare, mark) if mark.before else ends for ends, mark in zip(whole, ending.marks, strict=True)
    )


def ends_with(text: pl.Expr, ending: Ending) -> pl.Expr:
    """Return an expression that is true where a text literally ends with an ending, whatever is before."""
    return pl.any_horizontal([text.str.ends_with(whole) for whole in ending.texts])


def strip_ending_expr(text: pl.Expr, ending: Ending | None) -> pl.Expr:
    """Return the expression for `without`."""
    mark = ending.marks[0] if ending and len(ending.marks) == 1 else None
    if mark is None or not mark.text.strip(SPACE):
        return text.str.strip_chars()
    bare = text.str.strip_chars_end()
    cut = bare.str.strip_suffix(mark.text)
    return (pl.when(with_mark(bare, mark)).then(cut).otherwise(bare) if mark.before else cut).str.strip_chars()


def strip_ending(text: str, ending: Ending | None) -> str:
    """Return a text without outer white space and without the mark of an ending, however damaged the white space around it."""
    bare = text.strip(SPACE)
    if ending is None or len(ending.marks) > 1 or not ending.marks[0].text.strip(SPACE):
        return bare
    return _bare(bare, ending.marks[0])


def ensure_ending(text: str, ending: Ending) -> str:
    """Return a text that ends with an ending: a damaged one is mended, white space before it goes.

    A word is not glued to a word: where the ending has no white space of its own (`END`), one space is before it.
    """
    mark = ending.marks[0]
    bare = text.rstrip(SPACE)
    body = _bare(bare, mark) if mark.text.strip(SPACE) else bare
    return body + " " * (_glues(body, mark) and not ending.lead) + ending.text


def _glues(body: str, mark: Mark) -> bool:
    """Whether a mark right after a text would be the tail of its last word."""
    return mark.text[:1].isalnum() and (body[-1:].isalnum() or body[-1:] == "_")


def is_glued(text: str, ending: Ending) -> bool:
    """Whether a text ends with the letters of an ending's mark, but as the tail of a word (`sirEND`, `WEEKEND`)."""
    bare = text.rstrip(SPACE)
    return any(bare.endswith(mark.text) and _glues(bare.removesuffix(mark.text), mark) for mark in ending.marks)


def _bare(text: str, mark: Mark) -> str:
    """Return a text without a mark at its end; one before it is the text's own."""
    return text.removesuffix(mark.text).rstrip(SPACE) if mark.ends(text) else text


def parse_ending(text: str) -> Ending:
    """Return the ending that a configuration names; a text of nothing but white space is its own mark."""
    mark = text.strip(SPACE)
    if not mark:
        return Ending((Mark(text, "given"),))
    result = mark_at_end(mark)
    kind = result.kind if result and result.text == mark else ("line" if re.search(r"\w", mark) else "symbols")
    start = text.index(mark)
    return Ending((Mark(mark, kind),), text[:start], text[start + len(mark) :])


def replace_ending(text: str, ending: Ending) -> str:
    """Return what a text ends with in place of an ending: its mark in other letters, or one that only separates; or nothing."""
    bare = text.rstrip(SPACE)
    result, mark = mark_at_end(bare), ending.marks[0]
    if mark.ends(bare):
        return ""
    if mark.kind == "symbols" and not ending.lead and (glued := re.search(rf"[{re.escape(mark.text)}]+\Z", bare)):
        return glued.group()  # with the mark after it, it would be another mark
    if result is None:
        return ""
    alike = result.text.casefold().replace(" ", "") == mark.text.casefold().replace(" ", "")
    alone = len(result.text) > 1 or bare[: -len(result.text)][-1:] in set(SPACE)
    return result.text if alike or (result.kind == "symbols" and result.separates and alone) else ""


def mark_at_end(text: str) -> Mark | None:
    """Return the mark at the end of a text without outer white space, if there is one."""
    tail = text[-_LONGEST:]
    last = tail[-1:]
    if last in ":：":
        result = _WORD.search(tail)
        return Mark(result.group(), "word") if result else None
    if last.isalnum():
        result = _CAPITALS.search(tail) if last.isupper() else None
        return Mark(result.group(), "capitals") if result and result.group().isupper() else None
    if last in ">]}" and (result := _BRACKETED.search(tail)):
        return Mark(result.group(), "bracketed")
    # What sentence punctuation ends is a sentence, whatever is before: `*sigh*.`
    # Nor does a vowel sign mark anything, though it is no letter by itself.
    if last in _SENTENCE or unicodedata.category(last)[0] == "M" or not (result := _SYMBOLS.search(tail)):
        return None
    symbols = result.group().lstrip(_SENTENCE)
    return Mark(symbols, "symbols") if symbols else None
