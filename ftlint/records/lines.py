"""Lines read again, by their number, for the few findings that are shown and the few records that are looked at closely."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from ftlint.records.line import Line
from ftlint.records.reader import reader_of
from ftlint.sources import BOM, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ftlint.dialects.context import Context
    from ftlint.records.reader import Record
    from ftlint.sources import Source

_BATCH = 4096
"""Records that are decoded at once where many are read again."""


class RawLine(NamedTuple):
    """A line without its line end and a byte order mark, its byte offset, and its line end."""

    raw: bytes
    offset: int
    end: bytes


class Lines(Struct):
    """The lines of a source, by number. starts, firsts: for each part its byte offset and its first line's number."""

    source: Source
    context: Context
    starts: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    _part: int = -1
    _lines: list[bytes] = field(default_factory=list)
    _offset: int = 0
    _at: int = 0

    def line(self, number: int) -> RawLine:
        """Return a line (0-based)."""
        part = bisect_right(self.firsts, number) - 1
        if part < 0:
            return RawLine(b"", 0, b"")
        if part != self._part:
            end = self.starts[part + 1] if part + 1 < len(self.starts) else self.source.size
            self._lines = self.source.read(Span(self.starts[part], end))[1].split(b"\n")
            self._part, self._offset, self._at = part, self.starts[part], 0
        index = number - self.firsts[part]
        # Lines are asked for in rising order, so that offsets are summed once.
        if index < self._at:
            self._offset, self._at = self.starts[part], 0
        self._offset += sum(len(line) + 1 for line in self._lines[self._at : index])
        self._at = index
        whole, offset = self._lines[index], self._offset
        if offset == 0 and whole.startswith(BOM):
            whole, offset = whole.removeprefix(BOM), len(BOM)
        line = whole.removesuffix(b"\r")
        return RawLine(line, offset, whole[len(line) :] + b"\n" * (index < len(self._lines) - 1))

    def parts(self, count: int) -> Iterator[tuple[Span, range]]:
        """Yield the parts that the check had, each with the numbers of its lines; count: the lines of the source.

        What is before the first line (a byte order mark alone) is of the first part.
        """
        if not self.starts and self.source.size:
            yield Span(0, self.source.size), range(0)
        ends, lasts = [*self.starts[1:], self.source.size], [*self.firsts[1:], count]
        for start, end, first, last in zip([0, *self.starts[1:]], ends, self.firsts, lasts, strict=False):
            yield Span(start, end), range(first, last)

    def records(self, lines: Sequence[Line]) -> list[Record | None]:
        """Return the records that lines hold; None for a line that holds none of the dialect."""
        return reader_of(self.context).records(lines, self.context)

    def rows(self, numbers: Sequence[int]) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Yield number and row of the records on these lines, which must rise."""
        for start in range(0, len(numbers), _BATCH):
            batch = numbers[start : start + _BATCH]
            result = self.records([Line(self.line(number).raw) for number in batch])
            yield from ((number, record.columns) for number, record in zip(batch, result, strict=True) if record)

    def close(self) -> None:
        """Forget what was read, and a temporary copy."""
        self._lines, self._part = [], -1
        self.source.close()
