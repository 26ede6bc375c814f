"""The one reader: lines become tables, and a list of the lines that are not records.

Many lines are decoded in one call, into the strictest type of the dialect. Only where that fails are they parsed as JSON, and
what is unusual about some of them sends these the careful way, one by one.
"""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from functools import cache, cached_property
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import orjson
import polars as pl
from msgspec import Struct, field

from ftlint.dialects import is_record, named, recognise
from ftlint.dialects.base import FURTHER, RECORDS, TEXTS, is_mendable, strings_in, value_at
from ftlint.dialects.keys import NAMING
from ftlint.dialects.places import KINDS, Places
from ftlint.errors import failing
from ftlint.options import LONGEST_LINE
from ftlint.records.spans import repeated_keys
from ftlint.records.traces import quotes_in, scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.dialects.base import Dialect, Fault, Tables, TypedBatch
    from ftlint.dialects.context import Context
    from ftlint.records.line import Line

PIECE = 1 << 20
"""Bytes that are parsed in one call; with more the decoded objects leave the processor's cache, with less calls weigh in."""

_FEW = 128
"""Lines that are looked at more closely where one of them is unusual."""

_TRIES = 3
"""How many broken lines are left out of a few before these are parsed one by one."""

_MARK = 100_000_000 + secrets.randbelow(900_000_000)
_BETWEEN = b",\n%d,\n" % _MARK
"""Stands between the lines of a piece, a number that no data knows. Without it lines that are not whole could join unseen, made
up for by others that hold several values."""

_ESCAPE = re.compile(rb"\\[u/]")
"""A sign written as an escape, which could hide a key from a search in the raw line."""

_BROKEN = object()
"""Stands for the value of a line that is not JSON."""


class Wrong(NamedTuple):
    """What is wrong with objects that have the keys of a record: the first fault of each.

    Attributes:
        kind: Of the fault, as the dialect names it.
        path: Where, with `*` for the indexes of arrays.
        found, wanted: What is there, and what should.
        seems: What kind of data it seems to be instead.
        mendable: Whether all that is wrong can be written as the text that is meant.
    """

    kind: str
    path: str
    found: str
    wanted: str
    seems: str
    mendable: bool


class Decoded(Struct):
    """What some lines hold.

    Attributes:
        lines: How many.
        tables: The records, see `Dialect`; `line` counts from the first.
        faults: Lines by fault (`invalid-utf8`, `blank`, `invalid-json`, `not-an-object`, `duplicate-key`, `line-too-long`, and
            those that dialects name).
        missing: Lines by the keys that were found instead of all those required.
        strings: By these keys, those whose values are strings in all of the lines.
        wrong: The lines with a fault that a dialect names, by what is wrong.
        unknown: Lines by unknown key.
        foreign: Lines by the other dialect that they are of.
        objects: How many lines hold one.
        unread: What records hold that no rule looks at.
        kinds: What is at each place besides texts, by JSON Pointer (with `*` for the places of arrays) and JSON type.
        arrays: Lines that hold an array of something else than records or turns.
        traces: What the texts may hold (see there); what is not among them, no text holds.
    """

    lines: int = 0
    tables: Tables = field(default_factory=dict)
    faults: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    missing: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    strings: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    wrong: dict[Wrong, list[int]] = field(default_factory=lambda: defaultdict(list))
    unknown: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    foreign: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    objects: int = 0
    unread: set[str] = field(default_factory=set)
    kinds: Places = field(default_factory=Places)
    arrays: int = 0
    traces: set[str] = field(default_factory=set)


class Reader:
    """Reads lines as records of a dialect.

    Attributes:
        naming: Keys that only name a record, see `ftlint.dialects.keys`.
        longest: Bytes of the longest line that is read.
    """

    def __init__(self, dialect: Dialect, naming: frozenset[str] = NAMING, longest: int = LONGEST_LINE) -> None:
        self.dialect, self.naming, self.longest = dialect, naming, longest

    def read(self, data: bytes) -> Decoded:
        """Decode whole lines. Raises RuleError where the dialect's own code fails."""
        with failing(self.dialect):
            return self._read(data)

    def _read(self, data: bytes) -> Decoded:
        decoded = Decoded()
        parts: list[Tables] = []
        typed: TypedBatch | None = None
        types = list(self.dialect.types)
        for start, end in _cut(data, min(PIECE, self.longest)):
            if end - start > self.longest:
                parts += self._typed_tables(typed, decoded)
                typed = None
                decoded.faults["line-too-long"].append(decoded.lines)
                decoded.lines += 1
                continue
            piece = data[start:end]
            piece_has = scan(piece)
            decoded.traces |= piece_has.traces
            records = _typed(piece, piece_has.lines, types) if piece_has.lines else None
            batch = None if records is None else self.dialect.decoded(records)
            if batch is not None and piece_has.quotes == 2 * batch.strings():
                if typed is not None and typed.takes(batch):
                    typed.add(batch)
                else:
                    parts += self._typed_tables(typed, decoded)
                    typed = batch
                decoded.lines += len(batch)
                decoded.objects += len(batch)
            else:
                parts += self._typed_tables(typed, decoded)
                typed = None
                raw = piece.split(b"\n")
                parts += self._irregular(raw, _parsed(raw), piece_has.quotes, decoded)
        parts += self._typed_tables(typed, decoded)
        if self.dialect.checked:
            parts = parts or [_placed(self.dialect.columns([]), [], [])]
            decoded.tables = parts[0] if len(parts) == 1 else _joined(parts)
        else:
            decoded.tables = {RECORDS: pl.DataFrame(schema={"line": pl.UInt32})}
        for lines in (*decoded.unknown.values(), *decoded.foreign.values()):
            lines.sort()
        return decoded

    def records(self, lines: Sequence[Line], context: Context) -> list[Record | None]:
        """Return each line's record, with what its dialect derives; None for a line that holds none."""
        decoded = self.read(b"\n".join(line.raw for line in lines) + b"\n" * bool(lines))
        if not self.dialect.checked or not len(decoded.tables[RECORDS]):
            return [None] * len(lines)
        with failing(self.dialect):
            tables = self.dialect.derive(decoded.tables, context.known)
        return list(self.records_of(tables, dict(enumerate(lines))).values())

    def records_of(self, tables: Tables, lines: Mapping[int, Line]) -> dict[int, Record | None]:
        """Return the records on some lines, given the tables that they are in; None for a line that holds none."""
        wanted = pl.Series(list(lines), dtype=pl.UInt32).implode()
        batch = _Batch(self.dialect, {name: table.filter(pl.col("line").is_in(wanted)) for name, table in tables.items()})
        whole = batch.of(RECORDS)
        return {number: Record(line, batch, number) if number in whole else None for number, line in lines.items()}

    def _typed_tables(self, batch: TypedBatch | None, decoded: Decoded) -> Iterator[Tables]:
        """Yield the tables of records of one type, the last lines so far.

        Many at once: a table has dozens of columns, and each costs as much for few records as for hundreds.
        """
        if batch is not None:
            lines = range(decoded.lines - len(batch), decoded.lines)
            batch.note(decoded.kinds, lines)
            yield _placed(batch.tables(), lines, batch.rests(self.naming))

    def _irregular(self, lines: list[bytes], values: list[Any] | None, quotes: int, decoded: Decoded) -> Iterator[Tables]:
        """Yield the tables of the records among some lines; note in `decoded` what is wrong with the others."""
        # With no more quotes than keys and strings have, no key appears twice.
        proven = values is not None and quotes == _quotes_of(values)
        records, repeating = list[_Object](), list[int]()
        for start in range(0, len(lines), _FEW):
            few = lines[start : start + _FEW]
            numbers = range(decoded.lines, decoded.lines + len(few))
            results = _objects(few, values[start : start + _FEW] if values else _values(few), numbers, decoded)
            decoded.lines += len(few)
            decoded.objects += len(results)
            if not proven:
                repeating += [number for line, value, number in results if repeats_key(line, value)]
            records += self._shaped(results, decoded) if results else []
        if repeating:
            decoded.faults["duplicate-key"] += repeating
        if records and self.dialect.checked:
            yield self._tables(records, decoded, frozenset(repeating))
        elif records:
            self._judge_types(records, decoded)

    def _shaped(self, objects: list[_Object], decoded: Decoded) -> list[_Object]:
        """Return the objects that have the dialect's keys; note in `decoded` which ones others have instead."""
        by_keys: dict[tuple[str, ...], list[_Object]] = defaultdict(list)
        for result in objects:
            by_keys[tuple(result[1])].append(result)
        for keys, some in by_keys.items():
            if self.dialect.is_shape_of(frozenset(keys)):
                continue
            left = []
            for result in some:
                other = recognise(result[1])
                if other and other != self.dialect.name:
                    decoded.foreign[other].append(result[2])
                else:
                    left.append(result)
            if left:
                decoded.missing[keys] += [number for _, _, number in left]
                strings = {key for key in keys if all(type(value[key]) is str for _, value, _ in left)}
                decoded.strings[keys] = decoded.strings.get(keys, strings) & strings
        fitting = {keys for keys in by_keys if self.dialect.is_shape_of(frozenset(keys))}
        return objects if len(fitting) == len(by_keys) else [result for result in objects if tuple(result[1]) in fitting]

    def _tables(self, objects: list[_Object], decoded: Decoded, repeating: frozenset[int]) -> Tables:
        """Return the tables of those objects that are records; note in `decoded` why others are none.

        Args:
            repeating: The lines that have a key twice.
        """
        values, numbers = [value for _, value, _ in objects], [number for _, _, number in objects]
        batch = self.dialect.batch(values)
        for value, number, fit in zip(values, numbers, batch.fits, strict=True):
            if not fit:
                wrong = self._wrong(value, list(self.dialect.faults(value)))
                decoded.faults[wrong.kind].append(number)
                decoded.wrong[wrong].append(number)
        records = objects if all(batch.fits) else list(compress(objects, batch.fits))
        lines = [number for _, _, number in records]
        self._note_further(records, decoded)
        for key, index in batch.further_inside():
            decoded.unknown[key].append(lines[index])
        batch.note(decoded.kinds, lines)
        decoded.unread |= batch.unread()
        # The whole line where the parser's value does not tell all of it.
        rests = [
            rest + line.decode() if number in repeating or (rest and batch.loses_digits(index, rest)) else rest
            for index, (rest, (line, _, number)) in enumerate(zip(batch.rests(self.naming), records, strict=True))
        ]
        return _placed(batch.tables(), lines, rests)

    def _note_further(self, objects: Sequence[_Object], decoded: Decoded) -> None:
        """Note in `decoded` which keys records have besides those of their dialect."""
        by_keys: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for _, value, number in objects:
            by_keys[tuple(value)].append(number)
        for keys, numbers in by_keys.items():
            for key in self.dialect.further(keys):
                decoded.unknown[key] += numbers

    def _judge_types(self, objects: list[_Object], decoded: Decoded) -> None:
        """Note in `decoded` which objects of a dialect that has no tables are none of its records."""
        for _, value, number in objects:
            faults = list(self.dialect.faults(value))
            if faults:
                wrong = self._wrong(value, faults)
                decoded.faults[wrong.kind].append(number)
                decoded.wrong[wrong].append(number)

    def _wrong(self, value: Mapping[str, Any], faults: Sequence[Fault]) -> Wrong:
        """Return what is wrong with an object."""
        first = faults[0]
        index = ".".join("*" if part.isdecimal() else part for part in first.pointer.split("/")[1:])
        mendable = all(fault.is_text and is_mendable(value_at(value, fault.pointer)) for fault in faults)
        result = KINDS[type(value_at(value, first.pointer))]
        return Wrong(first.kind, index, result, first.wanted, self.dialect.seems(value), mendable)


class _Batch:
    """The tables of a few records, as rows by line; each table when it is first asked for."""

    def __init__(self, dialect: Dialect, tables: Tables) -> None:
        self.dialect, self._tables = dialect, tables
        self._rows: dict[str, dict[int, list[dict[str, Any]]]] = {}

    def of(self, name: str) -> dict[int, list[dict[str, Any]]]:
        """Return the rows of a table by line."""
        if name not in self._rows:
            result = self._rows[name] = defaultdict(list)
            for row in self._table(name).iter_rows(named=True):
                result[row["line"]].append(row)
        return self._rows[name]

    def _table(self, name: str) -> pl.DataFrame:
        if name != TEXTS:
            pointers = self.dialect.pointers(name)
            return self._tables[name] if pointers is None else self._tables[name].with_columns(pointer=pointers)
        with failing(self.dialect):
            return self.dialect.texts(self._tables, pointers=True).sort("line", "position", maintain_order=True)


class Record:
    """A record that was read alone. line: its raw line. kept: what rules found out about it and others want to know too."""

    def __init__(self, line: Line, batch: _Batch, number: int) -> None:
        self.line = line
        self.kept: dict[str, Any] = {}
        self._batch, self._number = batch, number

    def row(self, table: str, index: int = 0) -> dict[str, Any]:
        """Return a row of a table, which has `value` (the object) and `texts` (all texts by pointer) besides."""
        return _Row(self, self.columns if table == RECORDS else self._by_place(table)[index])

    @property
    def columns(self) -> Mapping[str, Any]:
        """The record's row of the table `records`, and nothing more."""
        return self._batch.of(RECORDS)[self._number][0]

    @cached_property
    def talk(self) -> Any:
        """What the record says, turn by turn; of a dialect that has turns."""
        return self._batch.dialect.turns(self.line.value)

    @cached_property
    def texts(self) -> dict[str, str]:
        """All texts, by their JSON Pointers."""
        return {row["pointer"]: row["text"] for row in self._batch.of(TEXTS).get(self._number, ())}

    def _by_place(self, table: str) -> Mapping[int, Mapping[str, Any]]:
        if table not in self._places:
            self._places[table] = {row["position"]: row for row in self._batch.of(table)[self._number]}
        return self._places[table]

    @cached_property
    def _places(self) -> dict[str, Mapping[int, Mapping[str, Any]]]:
        return {}


class _Row(dict[str, Any]):
    """A row that looks up what all rows of its record share."""

    def __init__(self, record: Record, columns: Mapping[str, Any]) -> None:
        super().__init__(columns)
        self._record = record

    def __missing__(self, key: str) -> Any:
        if key == "texts":
            return self._record.texts
        if key == "talk":
            return self._record.talk
        if key == "value":
            return self._record.line.value
        if key == "raw":
            return self._record.line
        if key == "kept":
            return self._record.kept
        raise KeyError(key)


@cache
def _reader(dialect: str, naming: frozenset[str], longest: int) -> Reader:
    return Reader(named(dialect), naming, longest)


def reader_of(context: Context) -> Reader:
    """Return the reader of a dataset's lines."""
    return _reader(context.dialect, context.naming, context.longest)


_Object = tuple[bytes, dict[str, Any], int]
"""The raw line, the value and the line number of an object."""


def _placed(tables: Tables, numbers: Sequence[int], further: Sequence[str]) -> Tables:
    """Return the tables of some records with the lines that these are on.

    Args:
        further: For each record what it holds besides texts, see `Batch.rests`.
    """
    lines = pl.Series("line", numbers, pl.UInt32)
    rest = pl.Series(FURTHER, further, pl.String)
    placed = {}
    for name, table in tables.items():
        if name == RECORDS:
            placed[name] = pl.DataFrame([lines, rest, *table.iter_columns()])
        elif "record" in table.columns:
            of_rows = lines.gather(table.get_column("record")).alias("line")
            placed[name] = pl.DataFrame([of_rows, *(column for column in table.iter_columns() if column.name != "record")])
        else:
            placed[name] = table
    return placed


def _joined(parts: Sequence[Tables]) -> Tables:
    """Return the tables of records that come one after the other."""
    return {name: pl.concat([part[name] for part in parts]).rechunk() for name in parts[0]}


def _cut(data: bytes, size: int) -> Iterator[tuple[int, int]]:
    """Yield where parts of at most `size` bytes begin and end, without the line feeds between them; a longer one is one line."""
    start = 0
    while start < len(data):
        if len(data) - start <= size:
            end = len(data) - data.endswith(b"\n")
        else:
            end = data.rfind(b"\n", start, start + size + 1)
            end = data.find(b"\n", start) if end < 0 else end
            end = len(data) if end < 0 else end
        yield start, end
        start = end + 1


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _typed(piece: bytes, lines: int, types: list[Any]) -> list[Any] | None:
    """Return the record of each of so many lines, between which values end; None where a line is none.

    Types that do not fit are taken away: with the next piece they would not either.
    """
    while types:
        try:
            records = _decoder(types[0]).decode_lines(piece)
        except msgspec.ValidationError:
            if len(types) == 1:
                return None
            types.pop(0)
        except (ValueError, RecursionError):
            return None
        else:
            return records if len(records) == lines else None
    return None


def _parsed(lines: Sequence[bytes]) -> list[Any] | None:
    """Return the value of each line; None where a line is not one value."""
    try:
        values = orjson.loads(b"[%b]" % _BETWEEN.join(lines))
    except ValueError:
        return None
    return values[::2] if _is_whole(values, len(lines)) else None


def _is_whole(values: list[Any], count: int) -> bool:
    """Whether each of so many lines is one value: between every two of them is the mark."""
    return len(values) == max(2 * count - 1, 0) and values[1::2].count(_MARK) == max(count - 1, 0)


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
            if not _is_whole(values, len(left)):
                break
            results = dict(zip(left, values[::2], strict=True))
            return [results.get(index, _BROKEN) for index in range(len(lines))]
    return list(map(_value, lines))


def _value(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:
        return _BROKEN


def _objects(lines: list[bytes], values: list[Any], numbers: Sequence[int], decoded: Decoded) -> list[_Object]:
    """Return line, value and number of those lines that hold an object."""
    results = list(zip(lines, values, numbers, strict=True))
    if list(map(type, values)).count(dict) < len(values):
        for line, value, number in results:
            if type(value) is not dict:
                decoded.faults[fault_of(line) if value is _BROKEN else "not-an-object"].append(number)
                decoded.arrays += type(value) is list and not all(map(_can_stand, value))
        results = [(line, value, number) for line, value, number in results if type(value) is dict]
    return results


def _can_stand(value: Any) -> bool:
    """Whether an item of an array is a record by itself, or a turn that `messages` can hold."""
    return isinstance(value, dict) and ({"role", "content"} <= value.keys() or is_record(value))


def _quotes_of(values: list[Any]) -> int:
    """Return how many double quotes values have when they are written, escaped ones aside; -1 where they cannot be."""
    try:
        return quotes_in(orjson.dumps(values))
    except TypeError:  # nested more deeply than orjson goes
        return -1


def fault_of(line: bytes) -> str:
    """Return why a line is not JSON: `blank`, `invalid-utf8` or `invalid-json`."""
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
    if line.count(b'"') == 2 * strings_in(record):
        return False
    nested = any(type(value) in {dict, list} for value in record.values())
    once = all(line.count(b'"%b"' % key.encode()) == 1 for key in record)
    # In a flat object, a key that appears once in the raw line is not a repeated one, unless escapes hide the other.
    return (nested or not once or bool(_ESCAPE.search(line))) and bool(repeated_keys(line.decode()))
