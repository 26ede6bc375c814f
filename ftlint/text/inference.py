"""Which marks a dataset's prompts and completions end with.

Inference is by majority: the rows without the mark must not hide that of the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ftlint.text.marks import CLOSING_WORDS, SPACE, Ending, Mark, mark_at_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STAND_INS = frozenset(["url", "link", "name", "user", "email", "date", "time", "phone", "number", "num", "location", "address"])

_WIDEST = 1000
"""White space around a mark that is looked at, in characters."""

_TEMPLATE = re.compile(
    r"<\|(?:im_start|im_end|eot_id|start_header_id|end_of_turn|user|assistant|system|channel)\|>|\[/?INST\]|<(?:start|end)_of_turn>"
    r"|### Instruction:|<｜(?:User|Assistant)｜>"
)
"""What chat templates write into the texts that they render."""


def infer_separator(prompts: Sequence[str], share: float) -> tuple[Ending | None, list[Ending]]:
    """Return the separator of most prompts, if they share one, and the two to five marks that compete where they do not.

    Args:
        share: The part of the prompts that must carry the mark (0.8 by default).
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
    suspects = [prompt for prompt in prompts if "<" in prompt or "[" in prompt or "### I" in prompt]
    return bool(prompts) and sum(bool(_TEMPLATE.search(prompt)) for prompt in suspects) >= share * len(prompts)


def _holding(ending: Ending) -> Ending | None:
    """Return a separator, if half of the texts or more end with it; else nothing: no prompt has what was put together."""
    return ending if ending.share is None or ending.share >= 0.5 else None


def infer_stop(completions: Sequence[str], share: float, *, classification: bool) -> Ending | None:
    """Return the stop of most completions, if they share one.

    Args:
        classification: Whether completions are labels; then a stop must end at least two of them, or it is part of the label.
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
    """Whether what ends most prompts is part of what they say: a closing tag, or a single sign that is in them too."""
    if mark.kind == "symbols" and len(mark.text) == 1 and sum(mark.text in text[:-1] for text in texts) > 0.5 * len(texts):
        return True
    if mark.kind == "capitals" and mark.text not in CLOSING_WORDS:
        numbers = sum(mark.ends(text) and text.removesuffix(mark.text).rstrip(SPACE)[-1:].isdigit() for text in texts)
        return numbers > 0.05 * len(texts)
    if mark.kind == "symbols" and not mark.separates:
        # The tail of a word is not a mark: `C++`.
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
    # A colon makes a line a question, whatever is before it: `Rating (1-5):`.
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
    # What is after a mark is all that follows, so that the commonest form is the only one that most texts can end with.
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
