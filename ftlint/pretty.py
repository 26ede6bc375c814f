"""Files that hold JSON objects, but not one a line: one array of them, or objects printed over several lines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ftlint.sources import BOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.sources import Source

# Possessive: to be able to go back would take 128 bytes of memory for each character of a string that does not end.
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_TOKEN = re.compile(_STRING + rb'|["\[\]{}]', re.DOTALL)
_BREAK = re.compile(_STRING + rb"|([ \t]*[\r\n][ \t\r\n]*)", re.DOTALL)


def is_pretty(head: bytes) -> bool:
    """Whether a file is one array of objects, or objects over several lines, by its first bytes."""
    text = head.removeprefix(BOM).decode("utf-8", "ignore").lstrip()
    first = text.split("\n", 1)[0].rstrip()
    if text[:1] not in {"[", "{"} or len(first) == len(text.rstrip()) or _parses(first):
        return False
    if text[0] == "[":
        return text[1:].lstrip()[:1] == "{"
    # An object that begins on the first line and ends on another; a comma after the object is a fault of its line.
    return not _parses(first.rstrip(",")) and first.rstrip().endswith(("{", ",", '"', "}", "]")) and _ends_later(text)


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _ends_later(text: str) -> bool:
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "\n" in text[:end]


def objects(source: Source) -> Iterator[bytes]:
    """Yield the raw text of each object at the top of a source, or in the one array that it is."""
    rest, in_array = b"", None
    for part in source.parts():
        data, done = rest + part, 0
        if in_array is None:
            bare = data.removeprefix(BOM).lstrip()
            in_array = bare.startswith(b"[")
            done = data.index(b"[") + 1 if in_array else 0
        for start, end in _whole_objects(data, done):
            yield data[start:end]
            done = end
        # What is not yet whole is looked at again, with what follows.
        rest = data[done:]


def _whole_objects(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each object that ends in the data; `at` is outside of all."""
    depth = begin = 0
    for found in _TOKEN.finditer(data, at):
        token = found.group()
        if token == b'"':  # a string that goes on after the data
            return
        if token in (b"{", b"["):
            begin = begin if depth else found.start()
            depth += 1
        elif token in (b"}", b"]"):
            depth -= 1
            if depth < 0:  # the end of the array
                return
            if depth == 0 and data[begin : begin + 1] == b"{":
                yield begin, found.end()


def one_line(text: bytes) -> bytes:
    """Return an object on one line: line ends and indentation between its values go."""
    return _BREAK.sub(lambda found: b"" if found.group(1) else found.group(), text)
