"""A block of lines becomes columns, and a list of the lines that are no records.

Many lines are parsed in one call of orjson, and columns are taken straight from the decoded objects. Only what is unusual
about some lines sends these the careful way, one by one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from ftlint.dialects import recognise
from ftlint.records.spans import repeated_keys
from ftlint.records.traces import scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.dialects import Dialect

PIECE = 1 << 20
"""Bytes that are parsed in one call; with more the decoded objects leave the processor's cache, with less calls weigh in."""

_FEW = 128
"""Lines that are looked at more closely where one of them is unusual."""

_FEWER = 16
"""Objects that are looked at one by one where one of them is unusual."""

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
    required; strings: by these keys, those whose values are strings in all of the lines. unknown: lines by unknown key.
    foreign: lines by the other dialect that they are of. traces: what the texts may hold (see there); what is not among
    them, no text holds.
    """

    lines: int = 0
    frame: pl.DataFrame = field(default_factory=pl.DataFrame)
    faults: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    missing: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    strings: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    unknown: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    foreign: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    objects: int = 0
    traces: set[str] = field(default_factory=set)


_Object = tuple[bytes, dict[str, Any], int]
"""The raw line, the value and the line number of an object."""


def decode(data: bytes, dialect: Dialect) -> Decoded:
    """Decode whole lines; the frame has the dialect's columns and `line` (UInt32, counted from the first line of the data)."""
    return _decode_nested(data, dialect) if dialect.row else _decode_flat(data, dialect)


def _decode_nested(data: bytes, dialect: Dialect) -> Decoded:
    """Decode lines of a dialect whose records are looked at one by one."""
    decoded = Decoded()
    numbers: list[int] = []
    rows: list[tuple[Any, ...]] = []
    for piece in _cut(data, PIECE):
        quotes, traces = scan(piece)
        decoded.traces |= traces
        values = _parsed(piece)
        # With no more quotes than keys and strings have, no key stands twice.
        proven = values is not None and quotes == 2 * sum(map(_strings_in, values))
        lines = piece.split(b"\n")
        for start in range(0, len(lines), _FEW):
            few = lines[start : start + _FEW]
            places = range(decoded.lines, decoded.lines + len(few))
            found = _objects(few, values[start : start + _FEW] if values else _values(few), places, decoded)
            decoded.lines += len(few)
            decoded.objects += len(found)
            for line, value, number in found:
                row = _nested_row(line, value, number, dialect, decoded, proven=proven)
                if row is not None:
                    numbers.append(number)
                    rows.append(row)
    assert dialect.table
    decoded.frame = pl.DataFrame([pl.Series("line", numbers, pl.UInt32), *dialect.table(rows)])
    return decoded


def _nested_row(
    line: bytes, value: dict[str, Any], number: int, dialect: Dialect, decoded: Decoded, *, proven: bool
) -> tuple[Any, ...] | None:
    """Return the columns of an object; None, and a note in `decoded`, where it is no record."""
    if not proven and _repeats_nested_key(line, value):
        decoded.faults["duplicate-key"].append(number)
    if not _has_keys(value, number, dialect, decoded):
        return None
    assert dialect.row
    row = dialect.row(value)
    if isinstance(row, str):
        decoded.faults[row].append(number)
        return None
    for key in _further(value, dialect) if len(value) > len(dialect.keys) else ():
        decoded.unknown[key].append(number)
    return row


def _strings_in(value: Any) -> int:
    """Return how many strings and keys a value holds, at any depth."""
    kind = type(value)
    if kind is str:
        return 1
    found, items = (len(value), value.values()) if kind is dict else (0, value if kind is list else ())
    for item in items:
        kind = type(item)
        if kind is str:
            found += 1
        elif kind is dict or kind is list:
            found += _strings_in(item)
    return found


def _repeats_nested_key(line: bytes, value: dict[str, Any]) -> bool:
    if line.count(b'"') == 2 * _strings_in(value):
        return False
    return bool(repeated_keys(line.decode()))


def _decode_flat(data: bytes, dialect: Dialect) -> Decoded:
    decoded = Decoded()
    parts = [_series((), [[] for _ in dialect.texts])]
    for piece in _cut(data, PIECE):
        quotes, traces = scan(piece)
        decoded.traces |= traces
        values = _parsed(piece)
        numbers = range(decoded.lines, decoded.lines + len(values or ()))
        texts = _regular(values, numbers, quotes, dialect, decoded) if values else None
        series = _series(numbers, texts) if texts else None
        if series:
            parts.append(series)
            decoded.lines += len(numbers)
            decoded.objects += len(numbers)
        else:
            parts.append(_series(*_irregular(piece.split(b"\n"), values, dialect, decoded)))
    columns = [pl.concat(series).rechunk() for series in zip(*filter(None, parts), strict=True)]
    decoded.frame = pl.DataFrame([column.alias(name) for column, name in zip(columns, ("line", *dialect.texts), strict=True)])
    return decoded


def _series(lines: Sequence[int], texts: list[list[str]]) -> list[pl.Series] | None:
    """Return the lines of some records, and their texts, as columns; None where something is no string."""
    try:
        columns = [pl.Series(text, dtype=pl.String, strict=True) for text in texts]
    except TypeError:
        return None
    return None if any(column.null_count() for column in columns) else [pl.Series(lines, dtype=pl.UInt32), *columns]


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
    left = [index for index, line in enumerate(lines) if line] if b"" in lines else list(range(len(lines)))
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


def _regular(
    values: list[Any], numbers: Sequence[int], quotes: int, dialect: Dialect, decoded: Decoded
) -> list[list[str]] | None:
    """Return the texts of values of which each is an object with the dialect's keys, and no key twice, if its texts are strings.

    numbers: their lines. quotes: how many double quotes these have, escaped ones aside. None where a value is something else.
    """
    if not dialect.texts:
        return None
    try:
        texts = [[value[key] for value in values] for key in dialect.texts]
    except (TypeError, KeyError):
        return None
    # A key has two quotes, and so has a string: with no more than these there is no other key, and none twice.
    if quotes != 4 * len(values) * len(texts):
        if not _are_strings(texts):
            return None
        shapes = Counter(map(tuple, values))
        further = any(len(shape) > len(dialect.keys) for shape in shapes)
        strings = sum(list(map(type, value.values())).count(str) for value in values) if further else len(values) * len(texts)
        if quotes != 2 * (strings + sum(len(shape) * times for shape, times in shapes.items())):
            return None
        for number, value in zip(numbers, values, strict=True) if further else ():
            for key in _further(value, dialect):
                decoded.unknown[key].append(number)
    return texts


def _are_strings(texts: list[list[Any]]) -> bool:
    return all(list(map(type, text)).count(str) == len(text) for text in texts)


def _irregular(
    lines: list[bytes], values: list[Any] | None, dialect: Dialect, decoded: Decoded
) -> tuple[list[int], list[list[str]]]:
    """Return lines and texts of the records among some lines; note in `decoded` what is wrong with the others."""
    kept: list[int] = []
    texts: list[list[str]] = [[] for _ in dialect.texts]
    for start in range(0, len(lines), _FEW):
        few = lines[start : start + _FEW]
        numbers = range(decoded.lines, decoded.lines + len(few))
        found = _objects(few, values[start : start + _FEW] if values else _values(few), numbers, decoded)
        decoded.lines += len(few)
        decoded.objects += len(found)
        for some in _conforming(found, dialect, decoded):
            kept += [number for _, _, number in some]
            for key, text in zip(dialect.texts, texts, strict=True):
                text += [value[key] for _, value, _ in some]
    return kept, texts


def _conforming(objects: list[_Object], dialect: Dialect, decoded: Decoded) -> Iterator[list[_Object]]:
    """Yield the objects that are records: all at once where they are regular, or else of fewer and fewer."""
    quotes = b"".join([line for line, _, _ in objects]).count(b'"')
    values, numbers = [value for _, value, _ in objects], [number for _, _, number in objects]
    texts = _regular(values, numbers, quotes, dialect, decoded)
    if texts and _are_strings(texts):
        yield objects
    elif len(objects) > _FEWER:
        for start in range(0, len(objects), _FEWER):
            yield from _conforming(objects[start : start + _FEWER], dialect, decoded)
    else:
        yield [found for found in objects if _conforms(*found, dialect, decoded)]


def _objects(lines: list[bytes], values: list[Any], numbers: Sequence[int], decoded: Decoded) -> list[_Object]:
    """Return line, value and number of those lines that hold an object."""
    found = list(zip(lines, values, numbers, strict=True))
    if list(map(type, values)).count(dict) < len(values):
        for line, value, number in found:
            if type(value) is not dict:
                decoded.faults[fault_of(line) if value is _BROKEN else "not-an-object"].append(number)
        found = [(line, value, number) for line, value, number in found if type(value) is dict]
    return found


def _conforms(line: bytes, value: dict[str, Any], number: int, dialect: Dialect, decoded: Decoded) -> bool:
    """Whether an object has the dialect's keys, with strings; note in `decoded` what it has instead, and what besides."""
    if repeats_key(line, value):
        decoded.faults["duplicate-key"].append(number)
    if not _has_keys(value, number, dialect, decoded):
        return False
    if [type(value[key]) for key in dialect.texts].count(str) != len(dialect.texts):
        decoded.faults["wrong-type"].append(number)
        return False
    if len(value) > len(dialect.keys) and dialect.checked:
        for key in _further(value, dialect):
            decoded.unknown[key].append(number)
    return True


def _has_keys(value: dict[str, Any], number: int, dialect: Dialect, decoded: Decoded) -> bool:
    """Whether an object has the dialect's keys; note in `decoded` which ones it has instead, or of which dialect it is."""
    if dialect.keys <= value.keys():
        return True
    other = recognise(value)
    if other and other != dialect.name:
        decoded.foreign[other].append(number)
    elif dialect.checked:
        _note_missing(value, number, decoded)
    return False


def _note_missing(value: dict[str, Any], number: int, decoded: Decoded) -> None:
    keys = tuple(value)
    decoded.missing[keys].append(number)
    strings = {key for key in keys if type(value[key]) is str}
    decoded.strings[keys] = decoded.strings.get(keys, strings) & strings


def _further(value: dict[str, Any], dialect: Dialect) -> list[str]:
    """Return the keys of an object that its dialect does not have, in the object's order."""
    return [key for key in value if key not in dialect.keys and key not in dialect.optional]


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
    return (nested or not once or bool(_ESCAPED_LETTER.search(line))) and bool(repeated_keys(line.decode()))
