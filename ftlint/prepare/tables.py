"""Reads tables of other formats: a row after the other, as texts by column, each as it stands in the file."""

from __future__ import annotations

import csv
import io
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

_EXTRA = "pip install 'ftlint[excel]'"
_CELL = 16 << 20
"""Characters of a cell of CSV at most; a quote that is never closed would take all the rest."""


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
        return str(value).lower() if isinstance(value, bool) else str(value)


def open_table(path: str, *, charset: str | None = None, sheet: str | None = None) -> Table:
    """Return the table of a file, by the ending of its name.

    charset: of CSV, TSV and TXT; UTF-8 where none is named, and nothing is guessed. sheet: of an XLSX file; the first one.
    Raises UsageError for an unknown ending or sheet, InputError for what cannot be read.
    """
    suffix = "".join(Path(path).suffixes[-1:]).lower()
    if path == STDIN or suffix not in FORMATS:
        raise UsageError(f"cannot tell the format of {path} from its name; known endings are {', '.join(FORMATS)}")
    kind = FORMATS[suffix]
    if sheet is not None and kind != "xlsx":
        raise UsageError("--sheet is for XLSX files")
    if kind in {"csv", "tsv"}:
        return _separated(path, "\t" if kind == "tsv" else ",", charset)
    if kind == "txt":
        return Table(path, ("text",), "line", lambda: _lines(path, charset))
    if charset is not None:
        raise UsageError("--charset is for CSV, TSV and TXT files")
    if kind == "xlsx":
        return _sheet(path, sheet)
    return _parquet(path) if kind == "parquet" else _objects(path, by_line=kind == "jsonl")


def _text(path: str, charset: str | None) -> IO[str]:
    """Open a file of text; raises InputError, with what its character set may be, where it is not in this one."""
    try:
        return Path(path).open(encoding=charset or "utf-8-sig", newline="")
    except LookupError as error:
        raise UsageError(f"no character set is called {charset!r}") from error
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

    with _text(path, charset) as file:
        try:
            columns = next(csv.reader(file, delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            raise InputError(f"{path}, line 1: {error}") from error
        except UnicodeError as error:
            raise _undecodable(path, charset) from error
    if len(set(columns)) < len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        raise InputError(f"{path} has two columns called {twice!r}")
    return Table(path, tuple(columns), "row", rows)


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
    except (FastExcelError, OSError) as error:
        raise InputError(f"cannot read {path}: {' '.join(str(error).split())}") from error
    return Table(path, tuple(frame.columns), "row", lambda: enumerate(frame.iter_rows(named=True), 2))


def _parquet(path: str) -> Table:
    """Return the table of a Parquet file, read in slices."""
    import polars as pl  # noqa: PLC0415 - only for frames
    from polars.exceptions import PolarsError  # noqa: PLC0415 - likewise

    try:
        lazy = pl.scan_parquet(path)
        columns = tuple(lazy.collect_schema().names())
    except (PolarsError, OSError) as error:
        raise InputError(f"cannot read {path}: {' '.join(str(error).split())}") from error

    def rows() -> Iterator[Row]:
        step, start = 50_000, 0
        while len(part := lazy.slice(start, step).collect()):
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
    for place, (_, raw) in enumerate(raws()):
        columns |= dict.fromkeys(_object(raw, path, where, place + 1))
        if place == 1000:
            break
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
