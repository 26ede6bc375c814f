"""What a line that is no JSON looks like: the reason in words that say how to mend it."""

from __future__ import annotations

import json
import re

import orjson

from ftlint.rule import quote

_COMMENTS = ("//", "#", "/*")
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_COMMENT = re.compile(rf"{_QUOTED}|(//|/\*|#)")
_CONSTANT = re.compile(rf"{_QUOTED}|(-?\b(?:NaN|Infinity)\b|\b(?:None|True|False|undefined)\b)")
_STRAY_COMMA = re.compile(rf"{_QUOTED}|(,\s*[}}\]])")


def describe(line: bytes) -> tuple[int, str]:
    """Return the character where the parser stopped, and what the line looks like, or else what the parser says."""
    text = line.decode("utf-8", "replace")
    start, reason = _reason(line, text)
    return start, _lookalike(text, start) or reason


def separated(line: bytes) -> list[bytes] | None:
    """Return the objects of a line that holds one or more of them, and maybe commas, and nothing else."""
    text = line.decode()
    parts: list[bytes] = []
    at = 0
    decoder = json.JSONDecoder(parse_int=str)
    while (start := at + len(text[at:]) - len(text[at:].lstrip())) < len(text):
        if text[start] == "," and parts:
            at = start + 1
            continue
        if text[start] != "{":
            return None
        try:
            _, at = decoder.raw_decode(text, start)
            parts.append(text[start:at].encode())
            orjson.loads(parts[-1])
        except (ValueError, RecursionError):
            return None
    return parts or None


def _reason(line: bytes, text: str) -> tuple[int, str]:
    """Return where the parser stopped, and why."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError as error:
        reason = error.msg.rsplit(": line", 1)[0]
        return min(error.pos, len(text)), f"{reason}, at column {min(error.pos, len(text)) + 1}"
    return 0, "no JSON value"


def _lookalike(text: str, stopped: int) -> str | None:
    """Return what a line that is no JSON looks like; the parser stopped at this character."""
    bare = text.strip()
    looks = (
        _several(bare),
        "a byte order mark inside the file (two files joined?)" if bare.startswith("\ufeff") else None,
        "a comment; JSON has none" if bare.startswith(_COMMENTS) else None,
        _wrong_quotes(bare),
        f"{constant} is no JSON value" if (constant := _first(_CONSTANT, bare)) else None,
        "a lone surrogate, half of a character (\\ud800 to \\udfff)" if _SURROGATE.search(bare) and _parses(bare) else None,
        "a comma before a closing bracket" if _first(_STRAY_COMMA, bare) else None,
        "a comment; JSON has none" if _first(_COMMENT, bare) else None,
        _control_character(bare),
        _unescaped_quote(text, stopped),
        _cut_off(bare),
    )
    return next((look for look in looks if look), None)


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


def _control_character(bare: str) -> str | None:
    found = re.search(r"[\x00-\x1f]", bare)
    code = ord(found.group()) if found else 0
    return f"a raw control character U+{code:04X}; inside strings it must be written \\u{code:04x}" if found else None


def _unescaped_quote(text: str, stopped: int) -> str | None:
    # After a string the parser wants a comma, colon or bracket; a word there means that the string was not yet done.
    within = text[:stopped].rstrip().endswith('"') and text[stopped : stopped + 1].isalnum()
    return 'a double quote inside a string; it must be written \\"' if within else None


def _cut_off(bare: str) -> str | None:
    """Return what is wrong where a string or the object does not end, or begin, on this line."""
    if bare.startswith("{") and not bare.endswith("}"):
        quotes = len(re.findall(r'(?<!\\)"', bare))
        return "the line ends inside a string (a raw line end in it?)" if quotes % 2 else "the object is not closed (cut off?)"
    if not bare.startswith(("{", "[")) and bare.endswith("}"):
        return "the line starts in the middle of an object (a raw line end in a string before?)"
    return None


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    """Return the first match outside of strings."""
    return next((found.group(1) for found in pattern.finditer(text) if found.group(1)), None)


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _leading_values(text: str) -> tuple[int, str]:
    """Return how many objects or arrays a text starts with, and what comes after them."""
    count, at = 0, 0
    decoder = json.JSONDecoder(parse_int=str)
    while at < len(text) and text[at] in "{[":
        try:
            _, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        count += 1
        following = text[at:].lstrip()
        if following[:1] == "," and following[1:].lstrip()[:1] in {"{", "["}:
            following = following[1:].lstrip()
        at = len(text) - len(following)
    return count, text[at:].strip()
