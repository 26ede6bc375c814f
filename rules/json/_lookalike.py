"""Explains why a line is not JSON, in words that say how to repair it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import orjson

from ftlint.dialects import is_record
from ftlint.dialects.keys import is_fragment
from ftlint.records.edits import edits_of
from ftlint.records.spans import is_json, skip_space, value_end
from ftlint.text.words import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftlint.records.edits import Edit
    from ftlint.records.line import Line

_COMMENTS = ("//", "#", "/*")
_SURROGATES = tuple(f"\\ud{digit}" for digit in "89abcdef")
_CONSTANT = re.compile(r"(?:NaN|nan|Infinity|None|True|False|undefined)\b")
_STRAY_COMMA = re.compile(r",\s*[}\]]")


def describe(line: bytes) -> tuple[int, str]:
    """Return the character where the parser stopped, and what the line looks like, or else what the parser says."""
    text = line.decode("utf-8", "replace")
    start, reason = _reason(line, text)
    return start, _lookalike(text, start) or reason


def separated(line: Line) -> list[Edit] | None:
    """Return the edits that leave the objects of a line, one a line; None where it holds more than records and commas."""
    changes: list[tuple[int, int, str]] = []
    text = line.text
    end = at = 0
    while (start := skip_space(text, at)) < len(text):
        if text[start] == "," and changes:
            at = start + 1
            continue
        if text[start] != "{":
            return None
        changes.append((end, start, "\n" if changes else ""))
        try:
            at = end = value_end(text, start)
            value = orjson.loads(text[start:end])
        except ValueError:
            return None
        if len(changes) > 1 and not is_record(value):
            return None
        if is_fragment(value):
            return None
    return edits_of(line, [*changes, (end, len(text), "")]) if changes else None


def _reason(line: bytes, text: str) -> tuple[int, str]:
    """Return where the parser stopped, and why."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError as error:
        reason = error.msg.rsplit(": line", 1)[0]
        return min(error.pos, len(text)), f"{reason}, at column {min(error.pos, len(text)) + 1}"
    return 0, "no JSON value"


def _lookalike(text: str, stopped: int) -> str | None:
    """Return what a line that is not JSON looks like; the parser stopped at this character."""
    bare = text.strip()
    looks: tuple[Callable[[], str | None], ...] = (
        lambda: _conflict_mark(text),
        lambda: _several(bare),
        lambda: "a byte order mark inside the file (two files joined?)" if bare.startswith("\ufeff") else None,
        lambda: _wrong_quotes(bare),
        lambda: _text_before(bare),
        lambda: "a comment; JSON has none" if text.startswith(_COMMENTS, stopped) and not _is_tail(bare) else None,
        lambda: f"{constant.group()} is not a JSON value" if (constant := _CONSTANT.match(text, stopped)) else None,
        lambda: "a comma before a closing bracket" if _STRAY_COMMA.match(text, stopped) else None,
        lambda: _lone_surrogate(text, stopped),
        lambda: _control_character(text[stopped : stopped + 1]),
        lambda: _unescaped_quote(text, stopped),
        lambda: _cut_off(bare),
    )
    return next((result for look in looks if (result := look())), None)


def _conflict_mark(text: str) -> str | None:
    """Return what a line is that git leaves where two changes meet."""
    if text.startswith(("<<<<<<< ", ">>>>>>> ", "||||||| ")) or text.rstrip() == "=======":
        return "a merge conflict marker of git; keep one of the two sides"
    return None


def _several(bare: str) -> str | None:
    objects, rest = _leading_values(bare)
    if objects and rest == ",":
        return "a comma after the object"
    if objects and rest.startswith(_COMMENTS):
        return "a comment after the object"
    if objects == 1 and rest and rest[0] not in '"{[':
        return f"text after the object: {quote(rest[:20])}"
    return f"{objects} values on one line" if objects > 1 and not rest else None


def _wrong_quotes(bare: str) -> str | None:
    if re.match(r"\{\s*'", bare):
        return "single quotes; JSON has only double ones (a Python dict was printed?)"
    return "typographic quotes; JSON has only straight ones" if re.match(r"\{\s*[“”„«‘’]", bare) else None


def _lone_surrogate(text: str, stopped: int) -> str | None:
    escape = text[stopped : stopped + 4].lower()
    return "a lone surrogate, a lone surrogate (\\ud800 to \\udfff)" if escape.startswith(_SURROGATES) else None


def _text_before(bare: str) -> str | None:
    """Return what is wrong where text is before an object that is whole."""
    start = bare.find("{")
    if start <= 0 or bare[0] == "[" or not is_json(bare[start:]):
        return None
    before = bare[:start].strip()
    return f"{'a comma' if before == ',' else 'text'} before the object" + ("" if before == "," else f": {quote(before)}")


def _is_tail(bare: str) -> bool:
    """Whether a line looks like the end of a record that began on a line before."""
    return not bare.startswith(("{", "[")) and bare.endswith(('"}', '"},'))


def _control_character(character: str) -> str | None:
    # Between values, line ends and tabs may be.
    if not character or character >= " ":
        return None
    return f"a raw control character U+{ord(character):04X}; inside strings it must be written \\u{ord(character):04x}"


def _unescaped_quote(text: str, stopped: int) -> str | None:
    # After a string the parser wants a comma, colon or bracket; a word there means that the string was not yet done.
    within = text[:stopped].rstrip().endswith('"') and text[stopped : stopped + 1].isalnum()
    return 'a double quote inside a string; it must be written \\"' if within else None


def _cut_off(bare: str) -> str | None:
    """Return what is wrong where a string or the object does not end, or begin, on this line."""
    if bare.startswith("{") and not bare.endswith("}"):
        quotes = sum(1 for _ in re.finditer(r'(?<!\\)"', bare))
        return "the line ends inside a string (a raw line end in it?)" if quotes % 2 else "the object is not closed (cut off?)"
    if not bare.startswith(("{", "[")) and bare.endswith("}"):
        return "the line starts in the middle of an object (a raw line end in a string before?)"
    return None


def _leading_values(text: str) -> tuple[int, str]:
    """Return how many objects or arrays a text starts with, and what comes after them."""
    count, at = 0, 0
    while at < len(text) and text[at] in "{[":
        try:
            end = value_end(text, at)
        except ValueError:
            break
        if not is_json(text[at:end]):
            break
        count += 1
        at = skip_space(text, end)
        after_comma = skip_space(text, at + 1)
        if text[at : at + 1] == "," and text[after_comma : after_comma + 1] in {"{", "["}:
            at = after_comma
    return count, text[at:].strip()
