"""A block of lines becomes columns, and a list of the lines that are no records.

Records that conform take the fast way: many lines are parsed in one call of orjson, and columns are taken straight from
the decoded objects. Whatever is unusual about a piece of the block sends that piece the careful way, line by line.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from ftlint.dialects import recognise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.dialects import Dialect

PIECE = 1 << 18
"""Bytes that are parsed in one call: the decoded objects of a piece still fit the processor's cache."""

_BETWEEN = b",\n0,\n"
"""Stands between the lines of a piece. No object can contain it, so that a line that is not whole cannot join the next."""

_ESCAPED_LETTER = re.compile(rb"\\u00[4-7]")
"""A letter written as an escape, which could hide a key from a search in the raw line."""


@dataclass
class Decoded:
    """What a block holds.

    lines: how many. rows: for each record of the table its line, counted from the block's first line.
    frame: the records' texts, a column a key. faults: lines by fault (`invalid-utf8`, `blank`, `invalid-json`,
    `not-an-object`, `duplicate-key`, `wrong-type`). missing: lines by the keys that were found instead of all those
    required. unknown: lines by unknown key. foreign: lines by the other dialect that they are of.
    """

    lines: int = 0
    frame: pl.DataFrame = field(default_factory=pl.DataFrame)
    faults: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    missing: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    unknown: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    foreign: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    objects: int = 0


def decode(data: bytes, dialect: Dialect) -> Decoded:
    """Decode whole lines; the frame has the dialect's texts and `line` (UInt32, counted from the first line of the data)."""
    decoded = Decoded()
    parts: list[pl.DataFrame] = []
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + PIECE)
        if end < 0:
            end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        piece = data[start:end]
        part = _plain(piece, dialect)
        if part is None:
            part, lines = _careful(piece.split(b"\n"), dialect, decoded)
        else:
            lines = len(part)
            decoded.objects += lines
        parts.append(part.with_columns(pl.col("line") + decoded.lines) if decoded.lines else part)
        decoded.lines += lines
        start = end + 1
    decoded.frame = pl.concat(parts) if parts else _table([], [[] for _ in dialect.texts], dialect)
    return decoded


def _plain(piece: bytes, dialect: Dialect) -> pl.DataFrame | None:
    """Return the table of a piece whose every line is a record with exactly the dialect's keys, or None."""
    joined = piece.replace(b"\n", _BETWEEN)
    count = (len(joined) - len(piece)) // (len(_BETWEEN) - 1) + 1
    try:
        values = orjson.loads(b"[%b]" % joined)
        records = values[::2]
        if len(values) != 2 * count - 1 or set(map(len, records)) != {len(dialect.texts)} or not dialect.texts:
            return None
        columns = [pl.Series(key, [record[key] for record in records], pl.String, strict=True) for key in dialect.texts]
    except (ValueError, TypeError, KeyError):
        return None
    if any(column.null_count() for column in columns) or _may_repeat_keys(piece, count, dialect.texts):
        return None
    return pl.DataFrame([pl.int_range(count, dtype=pl.UInt32, eager=True).alias("line"), *columns])


def _may_repeat_keys(piece: bytes, records: int, keys: Sequence[str]) -> bool:
    """Whether an object of the piece may have a key twice; its records have these keys and string values."""
    # Two quotes for each key and each value: with any more quotes there is another key or an escaped quote.
    if piece.count(b'"') == 4 * len(keys) * records:
        return False
    return any(piece.count(b'"%b"' % key.encode()) != records for key in keys) or bool(_ESCAPED_LETTER.search(piece))


def _careful(lines: list[bytes], dialect: Dialect, decoded: Decoded) -> tuple[pl.DataFrame, int]:
    """Decode lines one by one; note in `decoded` what is wrong with them."""
    try:
        values = list(map(orjson.loads, lines))
        uniform = set(map(type, values)) == {dict}
    except ValueError:
        uniform = False
    table = _uniform(lines, values, dialect, decoded) if uniform and dialect.texts else None
    if table is None:
        table = _one_by_one(lines, dialect, decoded)
    return table, len(lines)


def _uniform(
    lines: list[bytes], records: list[dict[str, Any]], dialect: Dialect, decoded: Decoded
) -> pl.DataFrame | None:
    """Return the table of objects that all have the dialect's keys with strings, whatever further keys they have."""
    shapes = Counter(map(tuple, records))
    if not all(dialect.keys.issubset(shape) for shape in shapes):
        return None
    try:
        columns = [[record[key] for record in records] for key in dialect.texts]
        table = _table(range(len(records)), columns, dialect)
    except TypeError:
        return None
    if sum(table.null_count().row(0)):
        return None
    offset = decoded.lines
    for shape in shapes:
        extra = [key for key in shape if key not in dialect.keys]
        if extra:
            at = [offset + i for i, record in enumerate(records) if tuple(record) == shape]
            for key in extra:
                decoded.unknown[key].extend(at)
    decoded.objects += len(records)
    repeats = [offset + i for i, line in enumerate(lines) if repeats_key(line, records[i])]
    if repeats:
        decoded.faults["duplicate-key"].extend(repeats)
    return table


def _one_by_one(lines: list[bytes], dialect: Dialect, decoded: Decoded) -> pl.DataFrame:
    kept: list[int] = []
    columns: list[list[str]] = [[] for _ in dialect.texts]
    for i, line in enumerate(lines):
        number = decoded.lines + i
        record = _record(line, number, decoded)
        if record is None:
            continue
        decoded.objects += 1
        if dialect.keys <= record.keys():
            texts = [record[key] for key in dialect.texts]
            if not all(type(text) is str for text in texts):
                decoded.faults["wrong-type"].append(number)
                continue
            for column, text in zip(columns, texts, strict=True):
                column.append(text)
            kept.append(i)
            for key in record.keys() - dialect.keys if dialect.checked else ():
                decoded.unknown[key].append(number)
            continue
        other = recognise(record)
        if other and other != dialect.name:
            decoded.foreign[other].append(number)
        elif dialect.checked:
            decoded.missing[tuple(record)].append(number)
    return _table(kept, columns, dialect)


def _record(line: bytes, number: int, decoded: Decoded) -> dict[str, Any] | None:
    """Return a line's object; note the fault of a line that holds none."""
    try:
        value = orjson.loads(line)
    except ValueError:
        decoded.faults[fault_of(line)].append(number)
        return None
    if type(value) is not dict:
        decoded.faults["not-an-object"].append(number)
        return None
    if repeats_key(line, value):
        decoded.faults["duplicate-key"].append(number)
    return value


def fault_of(line: bytes) -> str:
    """Return why a line is no JSON: `blank`, `invalid-utf8` or `invalid-json`."""
    if not line.strip():
        return "blank"
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "invalid-utf8"
    return "invalid-json" if text.strip() else "blank"


def repeats_key(line: bytes, record: dict[str, Any]) -> bool:
    """Whether an object, at any depth of the line, has a key twice; `record` is what the parser made of the line."""
    nested = any(type(value) in {dict, list} for value in record.values())
    once = all(line.count(b'"%b"' % key.encode()) == 1 for key in record)
    # In a flat object, a key that stands once in the raw line is no repeated one, unless escapes hide the other.
    return (nested or not once or bool(_ESCAPED_LETTER.search(line))) and bool(repeated_keys(line))


def repeated_keys(line: bytes) -> list[str]:
    """Return the keys that an object of the line has more than once, in the order found."""
    found: dict[str, None] = {}

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            found.update(dict.fromkeys(key for key, count in Counter(key for key, _ in pairs).items() if count > 1))
        return value

    try:
        # Integers stay text: Python refuses to convert very long ones.
        json.loads(line, object_pairs_hook=note, parse_int=str)
    except RecursionError:  # orjson takes a few levels more than the standard library
        return []
    return list(found)


def _table(lines: Sequence[int], columns: list[list[str]], dialect: Dialect) -> pl.DataFrame:
    texts = [pl.Series(key, column, pl.String, strict=True) for key, column in zip(dialect.texts, columns, strict=True)]
    return pl.DataFrame([pl.Series("line", lines, pl.UInt32), *texts])
