"""Tables of other formats, read a row after the other, as texts by column, each as it is in the file."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

from ftlint.errors import InputError, UsageError
from ftlint.prepare.tables import frames, objects, separated, sheets
from ftlint.prepare.tables.base import Missing, Row, Table
from ftlint.prepare.tables.packed import unpacked
from ftlint.sources import PACKED, STDIN

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FORMATS", "Missing", "Row", "Table", "open_table"]

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".json": "json",
    ".txt": "txt",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
"""Formats by the ending of a file's name; packed files (.gz, .zst, .zip) have theirs before that."""

_OPTIONS = {
    "charset": ("csv", "tsv", "txt", "jsonl"),
    "delimiter": ("csv", "tsv"),
    "sheet": ("xlsx",),
    "no-header": ("csv", "tsv"),
    "raw": ("csv", "tsv"),
}
"""Formats that an option is for."""


def open_table(
    path: str,
    *,
    kind: str | None = None,
    charset: str | None = None,
    sheet: str | None = None,
    delimiter: str | None = None,
    header: bool = True,
    raw: bool = False,
) -> Table:
    """Return the table of a file, a folder of `Dataset.save_to_disk`, or standard input (`-`).

    Args:
        path: The file; its ending tells the format.
        kind: The format, one of the values of FORMATS, whatever the ending.
        charset: Of CSV, TSV, TXT and JSONL. Without it UTF-8, or what a byte order mark says; nothing is guessed.
        sheet: Of a workbook; the first one.
        delimiter: One character between the values of CSV and TSV, where it is not the comma or the tab.
        header: Whether the first row of CSV and TSV names the columns.
        raw: Whether quotation marks in CSV and TSV are text.

    Raises:
        UsageError: For an unknown ending, format or sheet, or an option of another format.
        InputError: For what cannot be read.

    """
    if Path(path).is_dir():
        return frames.saved(path)
    name, file, held = unpacked(path)
    asked, kind = kind is not None, kind or _kind_of(path, name)
    options = {"charset": charset, "delimiter": delimiter, "sheet": sheet, "no-header": not header or None, "raw": raw or None}
    for option, value in options.items():
        if value is not None and kind not in _OPTIONS[option]:
            *others, last = (known.upper() for known in _OPTIONS[option])
            raise UsageError(f"--{option} is for {' and '.join(filter(None, (', '.join(others), last)))} files")
    if delimiter is not None and len(delimiter) != 1:
        raise UsageError(f"a delimiter must be one character, not {delimiter!r}")
    if file.exists() and not file.is_file():
        raise InputError(f"{path} is not a regular file; a table is read more than once")
    text = separated.Text(path, file, None if charset is None else _named(charset))
    shape = separated.Shape(delimiter or ("\t" if kind == "tsv" else ","), chosen=delimiter is not None, header=header, raw=raw)
    openers: dict[str, Callable[[], Table]] = {
        "csv": lambda: separated.table(text, shape),
        "tsv": lambda: separated.table(text, shape),
        "txt": lambda: separated.lines(text, asked=asked),
        "xlsx": lambda: sheets.table(path, file, sheet),
        "parquet": lambda: frames.parquet(path, file),
        "arrow": lambda: frames.arrow(path, file),
        "json": lambda: objects.document(path, file),
        "jsonl": lambda: objects.by_line(path, file, text.charset),
    }
    table = openers[kind]()
    table.held.append(held)
    return table


def _kind_of(path: str, name: str) -> str:
    """Return the format by the ending of a name; raises UsageError where that tells none."""
    suffix = Path(name).suffix.lower()
    if path == STDIN:
        raise UsageError(f"standard input has no name to tell the format from; say it with --format ({_formats()})")
    if suffix not in FORMATS:
        endings = ", ".join(FORMATS)
        packed = ", ".join([*PACKED, ".zip"])
        raise UsageError(f"cannot tell the format of {path} from its name; known endings are {endings} (and {packed} after them)")
    return FORMATS[suffix]


def _formats() -> str:
    return ", ".join(dict.fromkeys(FORMATS.values()))


def _named(charset: str) -> str:
    """Return the codec of a character set; raises UsageError for one that nobody knows, or that decodes nothing."""
    try:
        known = codecs.lookup(charset).name
        "a".encode(known).decode(known)
    except (LookupError, UnicodeError) as error:
        raise UsageError(f"no character set is called {charset!r}") from error
    return "utf-8-sig" if known == "utf-8" else known
