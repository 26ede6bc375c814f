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
from ftlint.traces import scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.dialects import Dialect

PIECE = 1 << 20
"""Bytes that are parsed in one call; with more the decoded objects leave the processor's cache, with less calls weigh in."""

_FINE = 1 << 15
"""Bytes of the parts into which an unusual piece is cut, so that one unusual line does not slow down all of its lines."""

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
    required. unknown: lines by unknown key. foreign: lines by the other dialect that they are of. traces: what the texts
    may hold (see there); what is not among them, no text holds.
    """

    lines: int = 0
    frame: pl.DataFrame = field(default_factory=pl.DataFrame)
    faults: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    missing: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    unknown: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    foreign: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    objects: int = 0
    traces: set[str] = field(default_factory=set)


Columns = list[pl.Series]
"""The line numbers of some records, then one series for each of the dialect's texts."""


def decode(data: bytes, dialect: Dialect) -> Decoded:
    """Decode whole lines; the frame has the dialect's texts and `line` (UInt32, counted from the first line of the data)."""
    decoded = Decoded()
    parts: list[Columns] = [_columns((), [[] for _ in dialect.texts])]
    for piece in _cut(data, PIECE):
        quotes, traces = scan(piece)
        decoded.traces |= traces
        part = _plain(piece, quotes, dialect, decoded)
        parts += [part] if part is not None else [_fine(each, dialect, decoded) for each in _cut(piece + b"\n", _FINE)]
    columns = [pl.concat(series).rechunk() for series in zip(*parts, strict=True)]
    decoded.frame = pl.DataFrame([column.alias(name) for column, name in zip(columns, ("line", *dialect.texts), strict=True)])
    return decoded


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    """Yield parts of about `size` bytes, cut between lines, without the line feeds at which they are cut."""
    start = 0
    while start < len(data):
        if len(data) - start <= size:
            end = len(data) - data.endswith(b"\n")
        else:
            end = data.rfind(b"\n", start, start + size)
            end = data.find(b"\n", start) if end < 0 else end
            end = len(data) if end < 0 else end
        yield data[start:end]
        start = end + 1


def _fine(part: bytes, dialect: Dialect, decoded: Decoded) -> Columns:
    """Return the columns of a part of an unusual piece."""
    columns = _plain(part, part.count(b'"'), dialect, decoded)
    if columns is None:
        lines = part.split(b"\n")
        columns = _careful(lines, dialect, decoded)
        decoded.lines += len(lines)
    return columns


def _plain(piece: bytes, quotes: int, dialect: Dialect, decoded: Decoded) -> Columns | None:
    """Return the columns of a piece whose every line is a record with exactly the dialect's keys, or None."""
    if not dialect.texts:
        return None
    joined = piece.replace(b"\n", _BETWEEN)
    count = (len(joined) - len(piece)) // (len(_BETWEEN) - 1) + 1
    try:
        values = orjson.loads(b"[%b]" % joined)
        if len(values) != 2 * count - 1:
            return None
        records = values[::2]
        texts = [pl.Series([record[key] for record in records], dtype=pl.String, strict=True) for key in dialect.texts]
    except (ValueError, TypeError, KeyError):
        return None
    if any(text.null_count() for text in texts):
        return None
    # Two quotes for each key and each value: with no more there is no other key, no key twice, no escaped quote.
    if quotes != 4 * count * len(texts) and (
        set(map(len, records)) != {len(texts)} or _may_repeat_keys(piece, count, dialect.texts)
    ):
        return None
    lines = pl.int_range(decoded.lines, decoded.lines + count, dtype=pl.UInt32, eager=True)
    decoded.lines += count
    decoded.objects += count
    return [lines, *texts]


def _may_repeat_keys(piece: bytes, records: int, keys: Sequence[str]) -> bool:
    """Whether an object of the piece may have a key twice; its records have these keys."""
    return any(piece.count(b'"%b"' % key.encode()) != records for key in keys) or bool(_ESCAPED_LETTER.search(piece))


def _careful(lines: list[bytes], dialect: Dialect, decoded: Decoded) -> Columns:
    """Return the columns of lines that are looked at one by one; note in `decoded` what is wrong with them."""
    try:
        values = list(map(orjson.loads, lines))
        uniform = set(map(type, values)) == {dict}
    except ValueError:
        uniform = False
    columns = _uniform(lines, values, dialect, decoded) if uniform and dialect.texts else None
    return columns or _one_by_one(lines, dialect, decoded)


def _uniform(lines: list[bytes], records: list[dict[str, Any]], dialect: Dialect, decoded: Decoded) -> Columns | None:
    """Return the columns of objects that all have the dialect's keys with strings, whatever further keys they have."""
    shapes = Counter(map(tuple, records))
    if not all(dialect.keys.issubset(shape) for shape in shapes):
        return None
    offset = decoded.lines
    try:
        columns = _columns(range(offset, offset + len(records)), [[record[key] for record in records] for key in dialect.texts])
    except TypeError:
        return None
    if any(column.null_count() for column in columns):
        return None
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
    return columns


def _one_by_one(lines: list[bytes], dialect: Dialect, decoded: Decoded) -> Columns:
    kept: list[int] = []
    texts: list[list[str]] = [[] for _ in dialect.texts]
    for number, line in enumerate(lines, decoded.lines):
        record = _record(line, number, decoded)
        if record is None:
            continue
        decoded.objects += 1
        if not dialect.keys <= record.keys():
            other = recognise(record)
            if other and other != dialect.name:
                decoded.foreign[other].append(number)
            elif dialect.checked:
                decoded.missing[tuple(record)].append(number)
            continue
        values = [record[key] for key in dialect.texts]
        if not all(type(value) is str for value in values):
            decoded.faults["wrong-type"].append(number)
            continue
        kept.append(number)
        for text, value in zip(texts, values, strict=True):
            text.append(value)
        for key in record.keys() - dialect.keys if dialect.checked else ():
            decoded.unknown[key].append(number)
    return _columns(kept, texts)


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


def _columns(lines: Sequence[int], texts: list[list[str]]) -> Columns:
    return [pl.Series(lines, dtype=pl.UInt32), *(pl.Series(text, dtype=pl.String, strict=True) for text in texts)]
