"""A block of lines becomes columns, and a list of the lines that are no records.

Many lines are parsed in one call of orjson, and columns are taken straight from the decoded objects. Only what is unusual
about some lines sends these the careful way, one by one.
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

_FEW = 128
"""Lines that are looked at more closely where one of them is unusual."""

_TRIES = 3
"""How many broken lines are left out of a few before these are parsed one by one."""

_BETWEEN = b",\n0,\n"
"""Stands between the lines of a piece. No object can contain it, so that a line that is not whole cannot join the next."""

_ESCAPED_LETTER = re.compile(rb"\\u00[4-7]")
"""A letter written as an escape, which could hide a key from a search in the raw line."""

_BROKEN = object()
"""Stands for the value of a line that is no JSON."""


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
        values = _parsed(piece)
        numbers = range(decoded.lines, decoded.lines + len(values or ()))
        columns = _regular(values, numbers, quotes, dialect, decoded) if values else None
        if columns is None:
            parts += _irregular(piece.split(b"\n"), values, dialect, decoded)
        else:
            parts.append(columns)
            decoded.lines += len(numbers)
            decoded.objects += len(numbers)
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


def _parsed(piece: bytes) -> list[Any] | None:
    """Return the value of each line of a piece; None where a line is not one value."""
    joined = piece.replace(b"\n", _BETWEEN)
    count = (len(joined) - len(piece)) // (len(_BETWEEN) - 1) + 1
    try:
        values = orjson.loads(b"[%b]" % joined)
    except ValueError:
        return None
    return values[::2] if len(values) == 2 * count - 1 else None


def _values(lines: list[bytes]) -> list[Any]:
    """Return the value of each of a few lines, of which some may be broken."""
    left = [index for index, line in enumerate(lines) if line and not line.isspace()]
    for _ in range(_TRIES):
        try:
            values = orjson.loads(b"[%b]" % _BETWEEN.join([lines[index] for index in left]))
        except orjson.JSONDecodeError as error:
            # A line of the file makes two lines of the joined text.
            at = left[min((error.lineno - 1) // 2, len(left) - 1)]
            if len(left) == 1 or _value(lines[at]) is not _BROKEN:
                break
            left.remove(at)
        else:
            if len(values) != max(2 * len(left) - 1, 0):
                break
            found = dict(zip(left, values[::2], strict=True))
            return [found.get(index, _BROKEN) for index in range(len(lines))]
    return list(map(_value, lines))


def _value(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:
        return _BROKEN


def _regular(values: list[Any], numbers: Sequence[int], quotes: int, dialect: Dialect, decoded: Decoded) -> Columns | None:
    """Return the columns of values of which each is an object with the dialect's keys, with strings, and no key twice.

    numbers: their lines. quotes: how many double quotes these have, escaped ones aside. None where a value is something else.
    """
    try:
        texts = [pl.Series([value[key] for value in values], dtype=pl.String, strict=True) for key in dialect.texts]
    except (TypeError, KeyError):
        return None
    if not values or not texts or any(text.null_count() for text in texts):
        return None
    # A key has two quotes, and so has a string: with no more than these there is no other key, and none twice.
    if quotes != 4 * len(values) * len(texts):
        shapes = Counter(map(tuple, values))
        further = dict.fromkeys(key for shape in shapes for key in shape if key not in dialect.keys)
        strings = len(values) * len(texts) + sum(type(value.get(key)) is str for key in further for value in values)
        if quotes != 2 * (strings + sum(len(shape) * times for shape, times in shapes.items())):
            return None
        for key in further:
            decoded.unknown[key].extend(number for number, value in zip(numbers, values, strict=True) if key in value)
    return [pl.Series(numbers, dtype=pl.UInt32), *texts]


def _irregular(lines: list[bytes], values: list[Any] | None, dialect: Dialect, decoded: Decoded) -> Iterator[Columns]:
    """Yield the columns of the records among some lines; note in `decoded` what is wrong with the others."""
    for start in range(0, len(lines), _FEW):
        few = lines[start : start + _FEW]
        numbers = range(decoded.lines, decoded.lines + len(few))
        found = _objects(few, values[start : start + _FEW] if values else _values(few), numbers, decoded)
        decoded.lines += len(few)
        decoded.objects += len(found)
        quotes = sum(line.count(b'"') for line, _, _ in found)
        columns = _regular([value for _, value, _ in found], [number for _, _, number in found], quotes, dialect, decoded)
        if columns is None:
            kept = [(value, number) for line, value, number in found if _conforms(value, line, number, dialect, decoded)]
            columns = _columns([number for _, number in kept], [[value[key] for value, _ in kept] for key in dialect.texts])
        yield columns


def _objects(
    lines: list[bytes], values: list[Any], numbers: Sequence[int], decoded: Decoded
) -> list[tuple[bytes, dict[str, Any], int]]:
    """Return line, value and number of those lines that hold an object."""
    found = []
    for line, value, number in zip(lines, values, numbers, strict=True):
        if type(value) is dict:
            found.append((line, value, number))
        else:
            decoded.faults[fault_of(line) if value is _BROKEN else "not-an-object"].append(number)
    return found


def _conforms(value: dict[str, Any], line: bytes, number: int, dialect: Dialect, decoded: Decoded) -> bool:
    """Whether an object has the dialect's keys, with strings; note in `decoded` what it has instead, and what besides."""
    if repeats_key(line, value):
        decoded.faults["duplicate-key"].append(number)
    if not dialect.keys <= value.keys():
        other = recognise(value)
        if other and other != dialect.name:
            decoded.foreign[other].append(number)
        elif dialect.checked:
            decoded.missing[tuple(value)].append(number)
        return False
    if [type(value[key]) for key in dialect.texts].count(str) != len(dialect.texts):
        decoded.faults["wrong-type"].append(number)
        return False
    if len(value) > len(dialect.keys) and dialect.checked:
        for key in value.keys() - dialect.keys:
            decoded.unknown[key].append(number)
    return True


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
    # A key has two quotes, and so has a string: with no more than these there is no key twice.
    if line.count(b'"') == 2 * (len(record) + [type(value) for value in record.values()].count(str)):
        return False
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
