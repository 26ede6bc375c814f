"""Files that hold JSON objects, but not one a line: one array of them, or objects that are printed over several lines.

Such a file is read as lines only when it is repaired, and it is repaired only where nothing in it is in doubt: where all of it
is objects, with white space and commas between, in one array or in none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import orjson
from msgspec import Struct

from ftlint.dialects import is_record
from ftlint.records.spans import is_json, value_end
from ftlint.sources import BOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.sources import Source

_HEAD = 1 << 20
"""Bytes by which a file is suspected."""

_LONGEST = 64 << 20
"""Bytes in which an object must end."""

# Possessive: to be able to go back would take 128 bytes of memory for each character of a string that does not end.
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+", re.DOTALL)
"""All that is before the next bracket that is not in a string."""

_GAP = re.compile(rb"[ \t\r\n,]*+")
_BREAK = re.compile(_STRING + rb"|([ \t]*[\r\n][ \t\r\n]*)", re.DOTALL)


class Spread(Struct, frozen=True):
    """What a file holds that is not one object a line.

    Attributes:
        objects: How many, up to what is broken.
        broken: The line (1-based) of the first thing that is not understood, and why; None where all of the file is.
        fragments: Whether some of the objects are not surely records by themselves, but perhaps the turns of a conversation, or
            other parts of one record.
    """

    objects: int
    broken: tuple[int, str] | None = None
    fragments: bool = False


class _BrokenError(Exception):
    """Something that is not an object. line: where it is, 1-based; the text says what it is."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def spread(source: Source) -> Spread | None:
    """Return what a source holds where its objects do not are one a line; None where its lines are to be read one by one."""
    if not _suspicious(source.head(_HEAD)):
        return None
    count, fragments = 0, False
    try:
        for text in objects(source):
            count += 1
            fragments = fragments or not is_record(orjson.loads(text))
    except _BrokenError as broken:
        return None if _mostly_lines(source.head(_HEAD)) else Spread(count, (broken.line, str(broken)), fragments)
    return Spread(count, None, fragments) if count else None


def suspected(source: Source) -> bool:
    """Whether a source's lines are not to be taken for records, by its first bytes."""
    head = source.head(_HEAD)
    return _suspicious(head) and not _mostly_lines(head)


def _suspicious(head: bytes) -> bool:
    """Whether a file starts as an array of objects, or as an object that goes on after its line."""
    text = head.removeprefix(BOM).decode("utf-8", "replace").lstrip()
    first, _, rest = text.partition("\n")
    first = first.rstrip()
    if text[:1] == "[":
        return text[1:].lstrip()[:1] == "{" or (first == "[" and bool(rest.strip()))
    if text[:1] != "{" or not rest.strip() or is_json(first) or is_json(first.rstrip(",")):
        return False
    # An object on several lines; a comma after the object is a fault of its line.
    return first == "{" or (first.endswith(("{", "[", ",", '"', "}", "]")) and _ends_later(text))


def _ends_later(text: str) -> bool:
    try:
        end = value_end(text, 0)
    except ValueError:
        return False
    return "\n" in text[:end] and is_json(text[:end])


def _mostly_lines(head: bytes) -> bool:
    """Whether most lines are an object or an array by themselves."""
    lines = [line for line in head.removeprefix(BOM).split(b"\n") if line.strip()]
    whole = [line for line in lines if line.lstrip()[:1] in {b"{", b"["} and line.rstrip()[-1:] in {b"}", b"]"}]
    return 2 * sum(is_json(line.decode("utf-8", "replace")) for line in whole) >= len(lines)


class _Buffer:
    """Bytes of a source that are read on as they are wanted. line: that of the first byte, 1-based."""

    def __init__(self, source: Source) -> None:
        self._parts = source.parts()
        self.data = bytearray(next(self._parts, b"").removeprefix(BOM))
        self.line = 1

    def more(self) -> bool:
        """Read on; return whether there was more."""
        part = next(self._parts, b"")
        self.data += part
        return bool(part)

    def drop(self, count: int) -> None:
        """Forget the first bytes."""
        self.line += self.data.count(b"\n", 0, count)
        del self.data[:count]

    def next_byte(self) -> bytes:
        """Drop white space and commas; return the byte after them, no byte at the end."""
        while True:
            gap = _GAP.match(self.data)
            self.drop(gap.end() if gap else 0)
            if self.data or not self.more():
                return bytes(self.data[:1])

    def object(self) -> bytes:
        """Return and drop the object that the bytes start with; raises an error where it is none."""
        end = self._object_end()
        text = bytes(self.data[:end])
        try:
            orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise _BrokenError(self.line + error.lineno - 1, error.msg.rsplit(": line", 1)[0]) from error
        self.drop(end)
        return text

    def _object_end(self) -> int:
        depth = at = 0
        while True:
            to_bracket = _TO_BRACKET.match(self.data, at)
            at = to_bracket.end() if to_bracket else at
            byte = bytes(self.data[at : at + 1])
            if byte in {b"", b'"'}:  # a string that does not end here
                if len(self.data) > _LONGEST or not self.more():
                    raise _BrokenError(self.line, "the object does not end")
                continue
            depth += 1 if byte in {b"{", b"["} else -1
            at += 1
            if depth == 0:
                return at


def objects(source: Source) -> Iterator[bytes]:
    """Yield the raw text of each object of a source; raises an error at the first thing that is none, or not of one array."""
    buffer = _Buffer(source)
    in_array = buffer.next_byte() == b"["
    buffer.drop(in_array)
    while (byte := buffer.next_byte()) == b"{":
        yield buffer.object()
    if in_array and byte != b"]":
        raise _BrokenError(buffer.line, "it is not an object" if byte else "the array does not end")
    buffer.drop(in_array)
    if buffer.next_byte():
        raise _BrokenError(buffer.line, "the file goes on after the array" if in_array else "it is not an object")


def one_line(text: bytes) -> bytes:
    """Return an object on one line: line ends and indentation between its values go."""
    return _BREAK.sub(lambda result: b"" if result.group(1) else result.group(), text)
