"""Reads tables of other formats: a row after the other, as texts by column, each as it stands in the file."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from ftlint.errors import InputError, UsageError, did_you_mean
from ftlint.records.spans import value_span
from ftlint.records.spread import objects
from ftlint.sources import STDIN, open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ftlint.sources import Source

Row = tuple[int, Mapping[str, Any]]
"""Where a row stands, 1-based (a line, an object, a row of a sheet), and its values by column; see `text`."""

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".xlsx": "xlsx",
    ".json": "json",
    ".txt": "txt",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}

_TEXTS = ("csv", "tsv", "txt")
"""Formats that have a character set to be named."""

_EXTRA = "pip install 'ftlint[excel]'"
_CELL = 16 << 20
"""Characters of a cell of CSV at most; a quote that is never closed would take all the rest."""


_DATE = re.compile(r"\d{4}-\d\d-\d\d 00:00:00")
_NO_DATE = re.compile(r"(?:1899-12-3[01]|1900-01-\d\d) \d\d:\d\d:\d\d(?:\.\d+)?")


@dataclass(frozen=True)
class Table:
    """A table that can be read any number of times. columns: their names; where: what a row's number counts."""

    path: str
    columns: tuple[str, ...]
    where: str
    rows: Callable[[], Iterator[Row]]

    def text(self, row: Row, column: str) -> str | None:
        """Return the text of a row's column; None where there is none. Raises InputError for several values in one."""
        number, values = row
        value = values.get(column)
        if isinstance(value, (list, dict)):
            raise InputError(f"{self.path}, {self.where} {number}, column {column!r}: several values; a text is wanted")
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bytes):
            raise InputError(f"{self.path}, {self.where} {number}, column {column!r}: bytes; a text is wanted")
        return str(value).lower() if isinstance(value, bool) else str(value)


def open_table(path: str, *, charset: str | None = None, sheet: str | None = None, delimiter: str | None = None) -> Table:
    """Return the table of a file, by the ending of its name.

    charset: of CSV, TSV and TXT; UTF-8 where none is named, and nothing is guessed. sheet: of an XLSX file; the first one.
    delimiter: of CSV and TSV, where it is not the comma or the tab.
    Raises UsageError for an unknown ending or sheet, InputError for what cannot be read.
    """
    suffix = "".join(Path(path).suffixes[-1:]).lower()
    if path == STDIN or suffix not in FORMATS:
        raise UsageError(f"cannot tell the format of {path} from its name; known endings are {', '.join(FORMATS)}")
    kind = FORMATS[suffix]
    for option, value, kinds in (("charset", charset, _TEXTS), ("delimiter", delimiter, _TEXTS[:2]), ("sheet", sheet, ("xlsx",))):
        if value is not None and kind not in kinds:
            *others, last = (name.upper() for name in kinds)
            raise UsageError(f"--{option} is for {' and '.join(filter(None, (', '.join(others), last)))} files")
    if delimiter is not None and len(delimiter) != 1:
        raise UsageError(f"a delimiter is one sign, not {delimiter!r}")
    if kind not in {"json", "jsonl"} and Path(path).exists() and not Path(path).is_file():
        raise InputError(f"{path} is no regular file; a table is read more than once")
    known = None if charset is None else _named(charset)
    openers: dict[str, Callable[[], Table]] = {
        "csv": lambda: _separated(path, delimiter or ",", known),
        "tsv": lambda: _separated(path, delimiter or "\t", known),
        "txt": lambda: Table(path, ("text",), "line", lambda: _lines(path, known)),
        "xlsx": lambda: _sheet(path, sheet),
        "parquet": lambda: _parquet(path),
        "json": lambda: _objects(path, by_line=False),
        "jsonl": lambda: _objects(path, by_line=True),
    }
    return openers[kind]()


def _named(charset: str) -> str:
    """Return the codec of a character set; raises UsageError for one that nobody knows, or that decodes nothing."""
    try:
        known = codecs.lookup(charset).name
        b"a".decode(known) if known not in {"utf-16", "utf-32"} else None
    except (LookupError, UnicodeError) as error:
        raise UsageError(f"no character set is called {charset!r}") from error
    return "utf-8-sig" if known == "utf-8" else known


def _text(path: str, charset: str | None) -> IO[str]:
    """Open a file of text; raises InputError, with what its character set may be, where it is not in this one."""
    try:
        return Path(path).open(encoding=charset or "utf-8-sig", newline="")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def _undecodable(path: str, charset: str | None) -> InputError:
    """Return the error for a file whose bytes are not of a character set: where they are, and of which they may be."""
    name = charset or "UTF-8"
    where = "it ends in the middle of a sign"
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(charset or "utf-8-sig")
            except UnicodeDecodeError as error:
                where = f"line {number} has the byte 0x{line[error.start]:02X}"
                break
            except UnicodeError as error:
                where = str(error)
                break
    if charset:
        return InputError(f"{path} is not {name}: {where}; --charset names another character set")
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only where a file is not UTF-8

    with Path(path).open("rb") as file:
        best = from_bytes(file.read(1 << 20)).best()
    hint = f"it looks like {best.encoding}: --charset {best.encoding}" if best else "name its character set with --charset"
    return InputError(f"{path} is not {name}: {where}; {hint}")


def _separated(path: str, delimiter: str, charset: str | None) -> Table:
    """Return the table of a file of separated values, whose first row names the columns."""

    def rows() -> Iterator[Row]:
        csv.field_size_limit(_CELL)
        with _text(path, charset) as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            try:
                columns = next(reader, [])
                for number, cells in enumerate(reader, 2):
                    if not cells:
                        continue  # an empty line is no row
                    if len(cells) != len(columns):
                        raise InputError(f"{path}, row {number}: {len(cells)} values for {len(columns)} columns")
                    yield number, dict(zip(columns, cells, strict=True))
            except csv.Error as error:
                raise InputError(f"{path}, line {reader.line_num}: {error}") from error
            except UnicodeError as error:
                raise _undecodable(path, charset) from error

    return Table(path, _header(path, delimiter, charset), "row", rows)


def _header(path: str, delimiter: str, charset: str | None) -> tuple[str, ...]:
    """Return the names of the columns; raises InputError for ones that show that the file is read as something else."""
    with _text(path, charset) as file:
        try:
            columns = next(csv.reader(file, delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            raise InputError(f"{path}, line 1: {error}") from error
        except UnicodeError as error:
            raise _undecodable(path, charset) from error
    if len(columns) == 1 and (other := next((sign for sign in ";\t|" if sign in columns[0]), "")):
        raise InputError(f"{path} has one column, {columns[0]!r}; are values separated by {other!r}? --delimiter says so")
    if any("\0" in name for name in columns):
        raise InputError(f"{path} has zero bytes; is it UTF-16? --charset utf-16-le or utf-16-be says so")
    if len(set(columns)) < len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        raise InputError(f"{path} has two columns called {twice!r}")
    return tuple(columns)


def _lines(path: str, charset: str | None) -> Iterator[Row]:
    """Yield each line that is not blank as a row with one text."""
    with _text(path, charset) as file:
        try:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, {"text": line.rstrip("\r\n")}
        except UnicodeError as error:
            raise _undecodable(path, charset) from error


def _sheet(path: str, sheet: str | None) -> Table:
    """Return the table of a sheet, whose first row names the columns; cells are taken as the sheet has their values."""
    try:
        from fastexcel import FastExcelError, read_excel  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(f"XLSX files need an extra: {_EXTRA}") from error
    try:
        book = read_excel(path)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise UsageError(f"{path} has no sheet {sheet!r}{did_you_mean(sheet, names)}; there are {', '.join(names)}")
        frame = book.load_sheet(sheet if sheet is not None else 0, dtypes="string").to_polars()
        header = book.load_sheet(sheet if sheet is not None else 0, header_row=None, n_rows=1, dtypes="string").to_polars()
    except (FastExcelError, OSError) as error:
        raise InputError(f"cannot read {path}: {' '.join(str(error).split())}") from error
    columns = [str(name) for name in header.row(0)] if len(header) else []
    if len(set(columns)) < len(columns):
        raise InputError(f"{path} has two columns called {next(name for name in columns if columns.count(name) > 1)!r}")

    def rows() -> Iterator[Row]:
        for number, row in enumerate(frame.iter_rows(named=True), 2):
            yield number, {name: _cell(value, path, number, name) for name, value in row.items()}

    return Table(path, tuple(frame.columns), "row", rows)


def _cell(value: str | None, path: str, number: int, name: str) -> str | None:
    """Return a cell's text: a date without time as a date; a time without date is a date of Excel's own, which nobody wrote."""
    if value is None:
        return None
    if _NO_DATE.fullmatch(value):
        raise InputError(
            f"{path}, row {number}, column {name!r}: a time or duration, which Excel keeps as a date; make it a text there"
        )
    return value.removesuffix(" 00:00:00") if _DATE.fullmatch(value) else value


def _parquet(path: str) -> Table:
    """Return the table of a Parquet file, read in slices."""
    import polars as pl  # noqa: PLC0415 - only for frames
    from polars.exceptions import PolarsError  # noqa: PLC0415 - likewise

    try:
        lazy = pl.scan_parquet(path, glob=False)
        schema = lazy.collect_schema()
        columns = tuple(schema.names())
        # As they are written: a float of 32 bits has more digits as one of 64.
        lazy = lazy.with_columns(pl.col(pl.Float32).cast(pl.String))
    except (PolarsError, OSError) as error:
        raise InputError(f"cannot read {path}: {' '.join(str(error).split())}") from error

    def rows() -> Iterator[Row]:
        step, start = 50_000, 0
        while True:
            try:
                part = lazy.slice(start, step).collect()
            except (PolarsError, OSError) as error:
                raise InputError(f"cannot read {path}: {' '.join(str(error).split())}") from error
            if not len(part):
                return
            yield from enumerate(part.iter_rows(named=True), start + 1)
            start += step

    return Table(path, columns, "row", rows)


def _objects(path: str, *, by_line: bool) -> Table:
    """Return the table of JSON objects: one a line, or spread over lines or in one array."""
    source = open_source(path)
    where = "line" if by_line else "object"

    def raws() -> Iterator[tuple[int, bytes]]:
        yield from _by_line(source) if by_line else enumerate(_spread(source), 1)

    def rows() -> Iterator[Row]:
        for number, raw in raws():
            yield number, _members(raw, path, where, number)

    columns: dict[str, None] = {}
    for number, raw in raws():
        columns |= dict.fromkeys(_object(raw, path, where, number))
    return Table(path, tuple(columns), where, rows)


def _by_line(source: Source) -> Iterator[tuple[int, bytes]]:
    number = 0
    for span in source.spans():
        for line in io.BytesIO(source.read(span)[1]):
            number += 1
            if bare := line.removeprefix(b"\xef\xbb\xbf").strip():
                yield number, bare


def _spread(source: Source) -> Iterator[bytes]:
    try:
        yield from objects(source)
    except Exception as error:
        line = getattr(error, "line", None)
        if line is None:
            raise
        raise InputError(f"{source.path}, line {line}: {error}") from error


def _object(raw: bytes, path: str, where: str, number: int) -> dict[str, Any]:
    try:
        value = orjson.loads(raw)
    except ValueError as error:
        raise InputError(f"{path}, {where} {number}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}, {where} {number}: no object")
    return value


def _members(raw: bytes, path: str, where: str, number: int) -> dict[str, Any]:
    """Return the members of an object; numbers as they are written."""
    values = _object(raw, path, where, number)
    for name, value in values.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            line = raw.decode()
            span = value_span(line, f"/{name.replace('~', '~0').replace('/', '~1')}")
            values[name] = line[slice(*span)] if span else str(value)
    return values
