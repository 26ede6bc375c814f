"""Workbooks of Excel.

python-calamine reads their values, fast and from whatever program wrote them. It shows an error as an empty cell and lays out the
whole rectangle of cells, so that the sheet is looked through before.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ftlint.errors import InputError, UsageError, did_you_mean
from ftlint.prepare.tables.base import Missing, Row, Table, named_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_BYTES = 1 << 30
"""Of a part of a workbook when it is unpacked."""

_MOST_CELLS = 20_000_000
"""Of the rectangle that holds all cells of a sheet."""

_EXTRA = "pip install 'ftlint[excel]'"
_PART = 1 << 20
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REF = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>(.*?)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


@dataclass
class _Seen:
    """What a look through a sheet shows. rows, columns: of the last ones with cells. missing: by row and column, from 0."""

    rows: int = 0
    columns: int = 0
    missing: dict[tuple[int, int], Missing] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)


def table(path: str, file: Path, sheet: str | None) -> Table:
    """Return the table of a sheet, whose first row with values names the columns.

    Raises:
        UsageError: Where the extra is not installed or the sheet is not there.
        InputError: For what cannot be read.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(f"workbooks need an extra: {_EXTRA}") from error
    try:
        seen = _look(path, file, sheet)
        book = CalamineWorkbook.from_path(str(file))
        names = book.sheet_names
        wanted = sheet or names[0]
        rows = book.get_sheet_by_name(wanted)
        at, titles = _header(rows)
    except (CalamineError, zipfile.BadZipFile, OSError, KeyError, IndexError) as error:
        raise InputError(f"cannot read {path}: {' '.join(str(error).split())}") from error
    columns, twice = named_once(titles)
    shown = [title if title.strip() else f"column {number}" for number, title in enumerate(titles, 1)]
    left_out = [f"other sheets: {', '.join(name for name in names if name != wanted)}"] if len(names) > 1 else []
    if seen.merged:
        left_out.append(f"of merged cells ({', '.join(seen.merged[:3])}) all but the first have no value")

    left = rows.start[1] if rows.start else 0  # rows are counted from the sheet's first, columns from the first with a value

    def read() -> Iterator[Row]:
        for number, row in enumerate(rows.iter_rows()):
            cells = [seen.missing.get((number, index), value) for index, value in enumerate(row, left)]
            if number <= at or not any(map(_holds, cells)):
                continue
            if any(map(_holds, cells[len(titles) :])):
                raise InputError(f"{path}, row {number + 1}: a value to the right of the last column that has a name")
            values = zip(reversed(shown), reversed(cells[: len(titles)]), strict=True)
            yield number + 1, {name: _value(value, path, number + 1, name) for name, value in values}

    return Table(path, columns, "row", read, twice, tuple(left_out), [book])


def _header(sheet: Any) -> tuple[int, list[str]]:
    """Return the number of the first row with values, from 0, and its values without empty ones at the end."""
    for number, row in enumerate(sheet.iter_rows()):
        if any(map(_holds, row)):
            titles = [str(_plain(value)) for value in row]
            while not titles[-1].strip():
                titles.pop()
            return number, titles
    return 0, []


def _look(path: str, file: Path, sheet: str | None) -> _Seen:
    """Look through a sheet; raises UsageError where it is not there, InputError where it does not fit into memory."""
    with zipfile.ZipFile(file) as archive:
        for part in archive.infolist():
            if part.file_size > _MOST_BYTES:
                raise InputError(f"{path} unpacks to {part.file_size >> 20:,} MiB ({part.filename}); save the sheet as CSV")
        names = _sheets(archive)
        if sheet is not None and sheet not in names:
            raise UsageError(f"{path} has no sheet {sheet!r}{did_you_mean(sheet, names)} (there are {', '.join(names)})")
        part_name = names[sheet] if sheet is not None else next(iter(names.values()))
        seen = _Seen()
        with archive.open(part_name) as stream:
            rest = b""
            while more := stream.read(_PART):
                rest = _scan(rest + more, seen)
        if seen.rows * seen.columns > _MOST_CELLS:
            raise InputError(
                f"{path}: cells up to row {seen.rows:,} and column {seen.columns:,}; a table of so many cells is not read. "
                "Delete the rows and columns that are not of the table, or save it as CSV"
            )
    return seen


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by the sheet's name."""
    from xml.etree.ElementTree import fromstring  # noqa: PLC0415 - entities of one's own workbook, of 1 GiB at most

    targets = {}
    for one in fromstring(archive.read("xl/_rels/workbook.xml.rels")):  # noqa: S314 - likewise
        target = one.attrib.get("Target", "")
        targets[one.attrib.get("Id")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    results = {}
    for one in fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314 - likewise
        if one.tag.rsplit("}", 1)[-1] == "sheet":
            identity = next((value for key, value in one.attrib.items() if key.rsplit("}", 1)[-1] == "id"), None)
            if (part := targets.get(identity)) in archive.NameToInfo:
                results[one.attrib["name"]] = part
    return results


def _scan(data: bytes, seen: _Seen) -> bytes:
    """Note what these bytes of a sheet show; return those that may go on in what comes next."""
    end = 0
    for cell in _CELL.finditer(data):
        end = cell.end()
        ref = _REF.search(cell.group(1))
        if ref is None:
            continue
        row, column = int(ref.group(2)), _column(ref.group(1))
        seen.rows, seen.columns = max(seen.rows, row), max(seen.columns, column)
        inside = cell.group(2) or b""
        value = _VALUE.search(inside)
        if b't="e"' in cell.group(1):
            seen.missing[row - 1, column - 1] = Missing(f"with the error {value.group(1).decode() if value else '?'}")
        elif value is None and _FORMULA.search(inside):
            seen.missing[row - 1, column - 1] = Missing("with a formula whose value is not in the file; save it in Excel")
    for merged in _MERGED.finditer(data):
        seen.merged.append(merged.group(1).decode())
        end = max(end, merged.end())
    return data[max(end, len(data) - _PART) :]


def _column(letters: bytes) -> int:
    """Return the number of a column, from 1."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _holds(value: Any) -> bool:
    return not isinstance(value, str) or bool(value.strip())


def _plain(value: Any) -> Any:
    """Return a value as it is written: Excel has no integers of its own."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 10**15 else value


def _value(value: Any, path: str, number: int, name: str) -> Any:
    """Return what a cell shows: a date without time as a date; a time without date is a date of Excel's own."""
    if isinstance(value, (time, timedelta)) or (isinstance(value, datetime) and value.year < 1901):
        raise InputError(
            f"{path}, row {number}, column {name!r}: a time or duration, which Excel keeps as a date; make it a text there"
        )
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return _plain(value)
