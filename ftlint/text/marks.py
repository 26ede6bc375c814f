"""Marks: the texts that end a prompt (separator) or a completion (stop), and how they are inferred.

A mark is symbols without letters or digits (`->`, `###`), a word with a colon (`Label:`), a bracketed word (`<sep>`, `[DONE]`)
or a word in capitals (`END`). Inference is by majority: the rows without the mark must not hide that of the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SPACE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace() and not 0x1C <= code <= 0x1F)
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

_STAND_INS = frozenset(["url", "link", "name", "user", "email", "date", "time", "phone", "number", "num", "location", "address"])

_WIDEST = 1000
"""White space around a mark that is looked at, in characters."""

_LONGEST = 80
"""Characters of a text's end in which a mark is looked for."""

CLOSING_WORDS = frozenset({"END", "STOP", "DONE", "EOS", "EOT", "FIN"})
"""Words in capitals that mark an end whatever word stands before them."""

STOPS = (" END", "\n", " ###", " <END>", " @@@")
"""Stops that completions are given where they have none: the first that occurs in none of them."""

_TEMPLATE = re.compile(
    r"<\|(?:im_start|im_end|eot_id|start_header_id|end_of_turn|user|assistant|system|channel)\|>|\[/?INST\]|<(?:start|end)_of_turn>"
    r"|### Instruction:|<｜(?:User|Assistant)｜>"
)
"""What chat templates write into the texts that they render."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark and its kind: `symbols`, `word`, `bracketed`, `capitals`, `line` (a whole last line) or `given` (configured)."""

    text: str
    kind: str

    @property
    def is_word(self) -> bool:
        """Whether the mark is made of words, so that in running text it counts only where it stands as a line's start."""
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
        """A regular expression (of polars) for what may stand before the mark where `ends` is true; empty for anything."""
        symbols = rf"(?:^|[^{re.escape(self.text)}])"
        return {"symbols": symbols, "word": r"(?:^|\W)", "capitals": r"(?:^|\W)"}.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Ending:
    """A separator or stop: its marks (several where one file holds several tasks) and the white space around them.

    share: of the surveyed texts, how many carry one of the marks; None where the configuration names the ending.
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
    if ending.lead:  # then nothing else can stand before the mark
        return pl.any_horizontal(whole)
    bare = text.str.strip_chars_end()
    return pl.any_horizontal(
        ends & with_mark(bare, mark) if mark.before else ends for ends, mark in zip(whole, ending.marks, strict=True)
    )


def ends_with(text: pl.Expr, ending: Ending) -> pl.Expr:
    """Return an expression that is true where a text literally ends with an ending, whatever stands before."""
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

    A word is not glued to a word: where the ending has no white space of its own (`END`), one space stands before it.
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
    # What sentence punctuation ends is a sentence, whatever stands before: `*sigh*.`
    # Nor does a vowel sign mark anything, though it is no letter by itself.
    if last in _SENTENCE or unicodedata.category(last)[0] == "M" or not (result := _SYMBOLS.search(tail)):
        return None
    symbols = result.group().lstrip(_SENTENCE)
    return Mark(symbols, "symbols") if symbols else None


def infer_separator(prompts: Sequence[str], share: float) -> tuple[Ending | None, list[Ending]]:
    """Return the separator of most prompts, if they share one, and the two to five marks that compete where they do not.

    share: the part of the prompts that must carry the mark (0.8 by default).
    """
    whole = [prompt for prompt in prompts if prompt.strip(SPACE)]
    texts = [prompt.rstrip(SPACE) for prompt in whole]
    if not texts:
        return None, []
    needed = share * len(texts)
    line = _shared_last_line(texts, needed)
    if line:
        return _holding(_surrounded([line], whole, share)), []
    counts = _mark_counts(texts)
    for mark, _ in counts:
        # A word in capitals may be one that many texts end with (`… to USA`); as a separator it ends nearly all of them.
        surely = 0.95 * len(texts) if mark.kind == "capitals" and mark.text not in CLOSING_WORDS else needed
        if sum(map(mark.ends, texts)) >= max(needed, surely) and not _is_of_the_text(mark, texts):
            return _holding(_surrounded([mark], whole, share)), []
    words = [(mark, count) for mark, count in counts if mark.kind == "word" and count >= 0.02 * len(texts)]
    # Words that differ in case alone are one task, written in several ways.
    tasks = {mark.text.casefold() for mark, _ in words}
    if 2 <= len(words) == len(tasks) <= 20 and sum(count for _, count in words) >= needed:
        return _holding(_surrounded([mark for mark, _ in words], whole, share)), []
    rivals = [(mark, count) for mark, count in counts if count >= 0.05 * len(texts) and mark.separates]
    if 2 <= len(rivals) <= 5 and sum(count for _, count in rivals) >= needed:
        return None, [_surrounded([mark], whole, share) for mark, _ in rivals]
    return None, []


def is_rendered(prompts: Sequence[str], share: float) -> bool:
    """Whether a chat template has rendered so many of these prompts."""
    return bool(prompts) and sum(bool(_TEMPLATE.search(prompt)) for prompt in prompts) >= share * len(prompts)


def _holding(ending: Ending) -> Ending | None:
    """Return a separator, if half of the texts or more end with it; else nothing: no prompt has what was put together."""
    return ending if ending.share is None or ending.share >= 0.5 else None


def infer_stop(completions: Sequence[str], share: float, *, classification: bool) -> Ending | None:
    """Return the stop of most completions, if they share one.

    classification: whether completions are labels; then a stop must end at least two of them, or it is part of the label.
    """
    texts = [completion for completion in completions if completion.strip(SPACE)]
    needed = max(1.0, share * len(texts))
    stripped = [text.strip(SPACE) for text in texts]
    for mark, _ in _mark_counts(stripped):
        with_it = sum(map(mark.ends, stripped))
        if with_it >= needed and _is_stop(mark, stripped, classification=classification):
            stop = _surrounded([mark], texts, share)
            # A word with a colon (`Human:`) stops where it begins a line; elsewhere it belongs to the sentence.
            if mark.kind != "word" or "\n" in stop.lead:
                return stop
    if glued := _glued_stop(stripped, needed):
        return _surrounded([glued], texts, share)
    for space in ("\n\n", "\n"):
        count = sum(text.endswith(space) for text in texts)
        if count >= needed and sum(space in text.strip(SPACE) for text in texts) <= 0.05 * len(texts):
            return Ending((Mark(space, "given"),), share=count / len(texts))
    return None


def _glued_stop(texts: Sequence[str], needed: float) -> Mark | None:
    """Return the closing word that ends most texts, though it is glued to the words before it in some, or in nearly all."""
    for word in CLOSING_WORDS:
        heads = [text.removesuffix(word) for text in texts if text.endswith(word) and text != word]
        # A word in capitals may end so (`WEEKEND`); a stop is glued to what is not in capitals (`sirEND`).
        apart = [head for head in heads if not (head[-1].isalpha() and head[-1].isupper())]
        inside = sum(word in head for head in heads)
        if len(apart) >= needed and len({head.strip(SPACE) for head in heads}) > 1 and inside <= 0.05 * len(texts):
            glued = sum(head[-1].isalnum() for head in apart)
            return Mark(word, "given" if glued >= needed else "capitals")
    return None


def _is_stop(mark: Mark, texts: Sequence[str], *, classification: bool) -> bool:
    """Whether a mark that ends most completions is a stop, and not a part of what the labels say."""
    ends = [text.removesuffix(mark.text).rstrip(SPACE) for text in texts if mark.ends(text)]
    heads = [head for head in ends if head]
    if len(heads) < 0.95 * len(ends) or (mark.kind == "symbols" and len(mark.text) < 2) or _says_something(mark):
        return False
    if classification and len(set(heads)) < 2:
        return False
    inside = re.compile(rf"(?<!\w){re.escape(mark.text)}(?!\w)" if mark.kind == "capitals" else re.escape(mark.text))
    if sum(bool(inside.search(text.removesuffix(mark.text))) for text in texts) > 0.05 * len(texts):
        return False
    if mark.kind == "capitals" and mark.text not in CLOSING_WORDS:
        # A unit or a currency follows a number, and a last name a first name.
        named = sum(head.split()[-1][0].isupper() or head[-1].isdigit() for head in heads)
        return named <= 0.05 * len(heads)
    return not _closes(mark, texts)


def _is_of_the_text(mark: Mark, texts: Sequence[str]) -> bool:
    """Whether what ends most prompts is part of what they say: a closing tag, or a single sign that stands in them too."""
    if mark.kind == "symbols" and len(mark.text) == 1 and sum(mark.text in text[:-1] for text in texts) > 0.5 * len(texts):
        return True
    if mark.kind == "capitals" and mark.text not in CLOSING_WORDS:
        numbers = sum(mark.ends(text) and text.removesuffix(mark.text).rstrip(SPACE)[-1:].isdigit() for text in texts)
        return numbers > 0.05 * len(texts)
    if mark.kind == "symbols" and not mark.separates:
        # The tail of a word is no mark: `C++`.
        glued = sum(mark.ends(text) and text.removesuffix(mark.text)[-1:].isalnum() for text in texts)
        if 2 * glued > len(texts):
            return True
    return mark.text == "%" or _says_something(mark) or _closes(mark, texts)


def _says_something(mark: Mark) -> bool:
    """Whether a mark of symbols or in brackets is an emoji, a currency, or stands for something that was left out."""
    if mark.kind == "bracketed":
        return mark.text.strip("<>[]{}|/").casefold() in _STAND_INS
    return mark.kind == "symbols" and not mark.separates and any(unicodedata.category(char) in {"So", "Sc"} for char in mark.text)


def _closes(mark: Mark, texts: Sequence[str]) -> bool:
    """Whether a mark is a closing tag that ends what its opening tag began; without that (`</s>`) it marks an end."""
    opening = "<" + mark.text[2:-1]
    return mark.text.startswith("</") and sum(opening in text for text in texts) > 0.05 * len(texts)


def _shared_last_line(texts: Sequence[str], needed: float) -> Mark | None:
    """Return the last line that most texts share, where it is more than a bare mark and ends in one."""
    lines = Counter(text.rsplit("\n", 1)[1].strip(SPACE) for text in texts if "\n" in text)
    line, count = lines.most_common(1)[0] if lines else ("", 0)
    if line and count >= needed and is_rendered(texts, 0.8):
        return Mark(line, "line")
    # A colon makes a line a question, whatever stands before it: `Rating (1-5):`.
    mark = mark_at_end(line) or (Mark(line, "line") if line.endswith((":", "：")) else None)
    if count < needed or mark is None or len(line) > 200:
        return None
    return Mark(line, "line") if line != mark.text else mark


def _mark_counts(texts: Iterable[str]) -> list[tuple[Mark, int]]:
    """Return the marks that texts end in with their counts, the commonest 25."""
    return Counter(mark for mark in map(mark_at_end, texts) if mark).most_common(25)


def _surrounded(marks: Sequence[Mark], texts: Sequence[str], share: float) -> Ending:
    """Return the ending of these marks with the white space that most texts have around them; more than that is the text's."""
    leads, trails = Counter[str](), Counter[str]()
    for text in texts:
        bare = text.rstrip(SPACE)
        mark = next((mark for mark in marks if mark.ends(bare)), None)
        if mark:
            body = bare.removesuffix(mark.text)
            leads[body[max(len(body.rstrip(SPACE)), len(body) - _WIDEST) :]] += 1
            trails[text[len(bare) :][:_WIDEST]] += 1
    lead = _common([(space[::-1], count) for space, count in leads.items()], share)[::-1]
    # What stands after a mark is all that follows, so that the commonest form is the only one that most texts can end with.
    trail = min(trails, key=lambda space: (-trails[space], len(space)), default="")
    ending = Ending(tuple(marks), lead, trail)
    ends = ending.texts
    return replace(ending, share=sum(text.endswith(ends) for text in texts) / len(texts))


def _common(spaces: Iterable[tuple[str, int]], share: float) -> str:
    """Return the longest text that so many of these counted texts start with."""
    starts = Counter[str]()
    for space, count in spaces:
        for end in range(1, len(space) + 1):
            starts[space[:end]] += count
    total = sum(count for _, count in spaces)
    return max((start for start, count in starts.items() if count >= share * total), key=len, default="")
