"""CSV, TSV and plain text. The standard library's csv reads them: it is strict about quotes, and reads as it goes."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

from ftlint.errors import InputError
from ftlint.prepare.tables.base import Row, Table, named_once
from ftlint.sources.charset import described

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CELL = 16 << 20
"""Characters of a value at most; a quotation mark that is never closed would take all the rest."""

_SEP = re.compile(r"sep=(.)\r?\n?\Z")
"""The first line by which Excel is told the delimiter."""

_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Text:
    """A file of text. path: as the user named it; charset: the codec, None where none was named."""

    path: str
    file: Path
    charset: str | None = None

    @property
    def codec(self) -> str:
        """The character set to read it in: what was named, or a byte order mark says, else UTF-8."""
        if self.charset:
            return self.charset
        with self.file.open("rb") as file:
            return "utf-16" if file.read(2) in _MARKS else "utf-8-sig"

    def open(self) -> IO[str]:
        """Open it; raises InputError where that fails."""
        try:
            return self.file.open(encoding=self.codec, newline="")
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error.strerror}") from error

    def undecodable(self) -> InputError:
        """Return the error for bytes that are not of the character set: where they are, and of which they may be."""
        codec, where = self.codec, "it ends in the middle of a character"
        with self.file.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    line.decode(codec)
                except UnicodeDecodeError as error:
                    where = f"line {number} has the byte 0x{line[error.start]:02X}"
                    break
                except UnicodeError as error:
                    where = str(error)
                    break
        if self.charset:
            return InputError(f"{self.path} is not {self.charset}: {where}; --charset names another character set")
        with self.file.open("rb") as file:
            proposed = described(file.read(1 << 20))
        return InputError(f"{self.path} is not UTF-8: {where}; {proposed}")


@dataclass(frozen=True)
class Shape:
    """How values are in a file. chosen: whether the user named the delimiter; header, raw: see `open_table`."""

    delimiter: str
    chosen: bool = False
    header: bool = True
    raw: bool = False


def table(text: Text, shape: Shape) -> Table:
    """Return the table of a file of separated values."""
    skipped, shape = _told(text, shape)
    first = _first(text, shape, skipped)
    if shape.header:
        _refuse_what_is_no_header(text.path, first)
    while first and not first[-1].strip():
        first.pop()  # a comma that ends every row makes no column
    names = first if shape.header else [""] * len(first)
    columns, twice = named_once(names)
    shown = [name if name.strip() else f"column {number}" for number, name in enumerate(names, 1)]

    def rows() -> Iterator[Row]:
        every = _cells(text, shape, skipped)
        if shape.header:
            next(every, None)
        for number, cells in every:
            if len(cells) < len(names) or any(cell.strip() for cell in cells[len(names) :]):
                raise InputError(f"{text.path}, row {number}: {len(cells)} values for {len(names)} columns")
            # Of several columns of one name, the first counts.
            yield number, dict(zip(reversed(shown), reversed(cells[: len(names)]), strict=True))

    return Table(text.path, columns, "row", rows, twice)


def _told(text: Text, shape: Shape) -> tuple[int, Shape]:
    """Return how many lines are before the table, and its shape by what they say."""
    with text.open() as file:
        try:
            line = file.readline(100)
        except UnicodeError as error:
            raise text.undecodable() from error
    result = _SEP.match(line)
    return (1, shape if shape.chosen else replace(shape, delimiter=result.group(1))) if result else (0, shape)


def _cells(text: Text, shape: Shape, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield number and values of each row that is not empty, the first one too."""
    csv.field_size_limit(_CELL)
    with text.open() as file:
        for _ in range(skipped):
            file.readline()
        reader = csv.reader(
            file, delimiter=shape.delimiter, strict=True, quoting=csv.QUOTE_NONE if shape.raw else csv.QUOTE_MINIMAL
        )
        try:
            for number, cells in enumerate(reader, skipped + 1):
                if cells:
                    yield number, cells
        except csv.Error as error:
            hint = "" if shape.raw else "; where quotation marks are text, --raw reads them so"
            raise InputError(f"{text.path}, line {reader.line_num + skipped}: {error}{hint}") from error
        except UnicodeError as error:
            raise text.undecodable() from error


def _first(text: Text, shape: Shape, skipped: int) -> list[str]:
    return next((cells for _, cells in _cells(text, shape, skipped)), [])


def _refuse_what_is_no_header(path: str, columns: list[str]) -> None:
    """Raise InputError for a first row that shows that the file is read as something else."""
    if len(columns) == 1 and (other := next((sign for sign in ";\t|" if sign in columns[0]), "")):
        raise InputError(f"{path} has one column, {columns[0]!r}; are values separated by {other!r}? --delimiter says so")
    if any("\0" in name for name in columns):
        raise InputError(f"{path} has zero bytes; is it UTF-16? --charset utf-16-le or utf-16-be says so")


def lines(text: Text, *, asked: bool) -> Table:
    """Return the table of a text, with a row for each line that is not blank. asked: whether the format was named."""

    def rows() -> Iterator[Row]:
        with text.open() as file:
            try:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield number, {"text": line.rstrip("\r\n")}
            except UnicodeError as error:
                raise text.undecodable() from error

    if not asked:
        _refuse_table(text.path, [values["text"] for _, values in _head(rows())])
    return Table(text.path, ("text",), "line", rows)


def _head(rows: Iterator[Row], count: int = 20) -> list[Row]:
    return [row for row, _ in zip(rows, range(count), strict=False)]


def _refuse_table(path: str, lines: list[str]) -> None:
    """Raise InputError where all of the first lines have as many tabs: Excel's "Unicode Text" is a table."""
    counts = {line.count("\t") for line in lines}
    if len(lines) > 1 and len(counts) == 1 and counts != {0}:
        names = ", ".join(lines[0].split("\t"))
        raise InputError(
            f"{path} looks like a table with tabs between its columns ({names}); "
            "--format tsv reads it so, --format txt takes each line as a text"
        )
