"""Lines read again, by their number, for the few findings that are shown and the few records that are looked at closely."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from ftlint.dialects import named
from ftlint.sources import BOM, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ftlint.dialects import Dialect
    from ftlint.dialects.context import Context
    from ftlint.sources import Source


_BATCH = 4096
"""Records that are decoded at once where many are read again."""


@dataclass
class LineReader:
    """Reads lines of a source by number. starts, firsts: for each block its byte offset and its first line's number."""

    source: Source
    context: Context
    starts: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    _block: int = -1
    _lines: list[bytes] = field(default_factory=list)
    _offset: int = 0
    _at: int = 0

    def line(self, number: int) -> tuple[bytes, int]:
        """Return a line (0-based), without its line end and a byte order mark, and its byte offset."""
        block = bisect_right(self.firsts, number) - 1
        if block < 0:
            return b"", 0
        if block != self._block:
            end = self.starts[block + 1] if block + 1 < len(self.starts) else self.source.size
            self._lines = self.source.read(Span(self.starts[block], end))[1].split(b"\n")
            self._block, self._offset, self._at = block, self.starts[block], 0
        index = number - self.firsts[block]
        # Lines are asked for in rising order, so that offsets are summed once.
        if index < self._at:
            self._offset, self._at = self.starts[block], 0
        self._offset += sum(len(line) + 1 for line in self._lines[self._at : index])
        self._at = index
        line, offset = self._lines[index], self._offset
        if offset == 0 and line.startswith(BOM):
            line, offset = line.removeprefix(BOM), len(BOM)
        return line.removesuffix(b"\r"), offset

    def row(self, raw: bytes) -> Mapping[str, str] | None:
        """Return the columns of the record that a line holds, or None where it holds none of its dialect."""
        return next(iter(rows([raw], self.context)), None)

    def rows(self, numbers: Sequence[int]) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield number and columns of the records on these lines, which must rise."""
        for start in range(0, len(numbers), _BATCH):
            batch = numbers[start : start + _BATCH]
            found = rows([self.line(number)[0] for number in batch], self.context)
            yield from ((number, row) for number, row in zip(batch, found, strict=True) if row is not None)

    def close(self) -> None:
        """Forget what was read, and a temporary copy."""
        self._lines, self._block = [], -1
        self.source.close()


def rows(lines: Iterable[bytes], context: Context) -> list[Mapping[str, str] | None]:
    """Return the columns of each line's record, None for a line that holds no record of the dialect."""
    dialect = named(context.dialect)
    if dialect.row:
        return [_nested(line, dialect) for line in lines]
    texts: list[list[str] | None] = []
    for line in lines:
        try:
            value = orjson.loads(line)
            conforms = isinstance(value, dict) and all(isinstance(value.get(key), str) for key in dialect.texts)
        except ValueError:
            conforms = False
        texts.append([value[key] for key in dialect.texts] if conforms and dialect.checked else None)
    table = pl.DataFrame([row for row in texts if row], dict.fromkeys(dialect.texts, pl.String), orient="row")
    if dialect.derived:
        table = dialect.derived(table, context)
    columns = iter(table.iter_rows(named=True))
    return [next(columns) if row else None for row in texts]


def _nested(line: bytes, dialect: Dialect) -> Mapping[str, Any] | None:
    """Return the columns of a record whose texts stand deeper, and where they stand."""
    assert dialect.row
    assert dialect.pointers
    try:
        value = orjson.loads(line)
    except ValueError:
        return None
    row = dialect.row(value) if isinstance(value, dict) and dialect.keys <= value.keys() else ""
    return None if isinstance(row, str) else {**dict(zip(dialect.columns, row, strict=True)), **dialect.pointers(value)}
