"""A document as an editor has it.

An editor counts rows, which a lone carriage return ends too, and code units; ftlint counts lines and characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from lsprotocol.types import Position, PositionEncodingKind, Range, TextDocumentContentChangePartial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsprotocol.types import TextDocumentContentChangeEvent

    from ftlint.report.finding import Finding

_LONE_RETURN = re.compile(r"(?<=\r)(?!\n|\Z)")
"""Where a row begins inside of a line. A return at the end of a line belongs to its end."""

_CODECS = {PositionEncodingKind.Utf16: ("utf-16-le", 2), PositionEncodingKind.Utf8: ("utf-8", 1)}
"""For each way to count the characters of a row: the encoding whose units are counted, and its bytes a unit."""


class Document:
    """A text, changed as it is typed, and what was found in it.

    Attributes:
        uri: Its address.
        path: What ftlint calls it.
        version: The editor's number of its state.
        lines: Without their line feeds.
        size: Its characters.
        found: Findings by line, 0-based; those of the file as a whole are at None.
        changed: Lines that were changed and not checked since.
        state: Counts the changes, so that what was found out before one is not taken for the text after it.
    """

    def __init__(self, uri: str, path: str, text: str, version: int | None, units: str | None = None) -> None:
        self.uri, self.path, self.version = uri, path, version
        self.state = 0
        self._codec = _CODECS.get(PositionEncodingKind(units or PositionEncodingKind.Utf16))
        self._become(text)

    def _become(self, text: str) -> None:
        self.lines = text.split("\n")
        self.size = len(text)
        self._has_returns = _has_lone_return(text)
        self._known_rows: Sequence[int] | None = None
        self.found: dict[int | None, list[Finding]] = {}
        self.changed = set(range(len(self.lines)))

    def content(self) -> bytes:
        """Return the text as a file holds it."""
        return "\n".join(self.lines).encode("utf-8", "surrogatepass")

    def change(self, change: TextDocumentContentChangeEvent) -> None:
        """Take over a change. Findings move with their lines; those of changed lines, and of the file as a whole, stay."""
        self.state += 1
        if not isinstance(change, TextDocumentContentChangePartial):
            self._become(change.text)
            return
        (first, start), (last, end) = self.place(change.range.start), self.place(change.range.end)
        old = self.lines[first : last + 1]
        new = (old[0][:start] + change.text + old[-1][end:]).split("\n")
        self.lines[first : last + 1] = new
        self.size += sum(map(len, new)) + len(new) - sum(map(len, old)) - len(old)
        self._has_returns = self._has_returns or any(map(_has_lone_return, new))
        self._known_rows = None
        moved = len(new) - len(old)
        self.found = {
            line if line is None or line <= last else line + moved: some
            for line, some in self.found.items()
            if line is None or not first <= line <= last
        }
        self.changed = {line if line <= last else line + moved for line in self.changed if not first <= line <= last}
        self.changed |= set(range(first, first + len(new)))

    def place(self, position: Position) -> tuple[int, int]:
        """Return line and character of a position, both 0-based; what is beyond the end is the end."""
        rows = self._rows()
        line = bisect_right(rows, position.line) - 1
        parts = _LONE_RETURN.split(self.lines[line])
        row = position.line - rows[line]
        if row >= len(parts):
            return line, len(self.lines[line])
        return line, sum(map(len, parts[:row])) + self._characters(parts[row].removesuffix("\r"), position.character)

    def position(self, line: int, character: int) -> Position:
        """Return the position of a character of a line."""
        parts = _LONE_RETURN.split(self.lines[line])
        row = 0
        while row + 1 < len(parts) and character >= len(parts[row]):
            character -= len(parts[row])
            row += 1
        return Position(self._rows()[line] + row, self._units(parts[row][:character]))

    def range(self, line: int, start: int = 0, end: int | None = None) -> Range:
        """Return the range of characters of a line, without end to that of the line."""
        return Range(self.position(line, start), self.position(line, len(self.lines[line]) if end is None else end))

    def _rows(self) -> Sequence[int]:
        """Return in which row each line begins."""
        if not self._has_returns:
            return range(len(self.lines))
        if self._known_rows is None:
            self._known_rows = rows = [0]
            for line in self.lines[:-1]:
                rows.append(rows[-1] + len(_LONE_RETURN.split(line)))
        return self._known_rows

    def _characters(self, text: str, units: int) -> int:
        """Return how many characters the first units of a text are."""
        if self._codec is None or text.isascii():
            return min(units, len(text))
        encoding, size = self._codec
        return len(text.encode(encoding, "surrogatepass")[: units * size].decode(encoding, "replace"))

    def _units(self, text: str) -> int:
        """Return how many units a text is."""
        if self._codec is None or text.isascii():
            return len(text)
        encoding, size = self._codec
        return len(text.encode(encoding, "surrogatepass")) // size


def _has_lone_return(text: str) -> bool:
    # The first test takes a hundredth of the second one's time.
    return "\r" in text and _LONE_RETURN.search(text) is not None
