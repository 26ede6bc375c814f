"""Writes a file anew with what the rules repair; lines that no rule touches are copied byte for byte."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import orjson

from ftlint.dialects.base import RECORDS
from ftlint.errors import RuleError, raise_if_interrupted
from ftlint.records.edits import Edit, edited, malformed, overlap, retexted
from ftlint.records.line import Line
from ftlint.records.reader import reader_of
from ftlint.records.spans import is_json
from ftlint.records.spread import objects, one_line
from ftlint.rule import RecordRule
from ftlint.rule.fixes import Drop, FileFix
from ftlint.sources import BOM
from ftlint.sources.charset import codec_of, decoded

if TYPE_CHECKING:
    from array import array
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.records.reader import Record
    from ftlint.rule import Rule
    from ftlint.rule.fixes import Fix, Row
    from ftlint.sources import Source


@dataclass
class Action:
    """A rule, its repair, and the lines of the file that it is for; None: every line.

    positions: for each line, which may come several times, the row of the rule's table to repair; or, where `each` is
    given, the number of the fault, of which that tells what the rule knows of it.
    """

    rule: Rule
    fix: Fix
    lines: pl.Series | None = None
    positions: pl.Series | None = None
    each: Callable[[int], Row] | None = None

    @property
    def table(self) -> str:
        """The table of the rows that the repair is for."""
        return self.rule.table if isinstance(self.rule, RecordRule) else RECORDS

    def row(self, record: Record | None, index: int) -> Row:
        """Return what the repair is given of a fault."""
        if self.each:
            return self.each(index)
        assert record
        return record.row(self.table, index)

    def within(self, first: int, end: int) -> list[int] | range:
        """Return the lines from `first` to before `end`."""
        if self.lines is None:
            return range(first, end)
        return self.lines[self.lines.search_sorted(first) : self.lines.search_sorted(end)].to_list()

    def rows_within(self, first: int, end: int) -> dict[int, list[int]]:
        """Return the rows that a repair of rows is for, by the lines from `first` to before `end`."""
        if isinstance(self.fix, FileFix) or not self.fix.of_rows or self.lines is None:
            return {}
        within = slice(self.lines.search_sorted(first), self.lines.search_sorted(end))
        lines = self.lines[within].to_list()
        indexes = [0] * len(lines) if self.positions is None else self.positions[within].to_list()
        rows: dict[int, list[int]] = {}
        for line, index in zip(lines, indexes, strict=True):
            rows.setdefault(line, []).append(index)
        return rows


@dataclass
class Written:
    """What was written. applied: how often each rule changed something. dropped: raw lines that went.

    origins: for each line written, the line that it comes from; None where lines do not correspond.
    """

    applied: Counter[str]
    dropped: IO[bytes] | None = None
    origins: array[int] | None = None


def write(source: Source, context: Context, actions: list[Action], out: IO[bytes], written: Written) -> None:
    """Write a source with its repairs."""
    fixes = {action.fix.kind: (action.fix, action.rule) for action in actions if isinstance(action.fix, FileFix)}
    kinds: dict[str, str] = {kind: rule.code for kind, (_, rule) in fixes.items()}
    if "utf-8" in kinds:
        fix, rule = fixes["utf-8"]
        codec = fix.charset or codec_of(source.head(64)) or "utf-8"
        try:
            out.writelines(text.encode() for text in decoded(source, codec))
        except UnicodeError as error:
            raise RuleError(f"{source.path} is not {codec}: {error}", rule.code) from error
        except (LookupError, AttributeError, TypeError) as error:
            raise RuleError(f"no character set is called {codec!r}", rule.code) from error
    elif "one-object-a-line" in kinds:
        for text in objects(source):
            out.write(one_line(text) + b"\n")
    else:
        _write_all(_parts(source, context, actions, kinds, written), out)
        written.applied.update(kinds.values())
        return
    written.origins = None
    written.applied.update(kinds.values())


def _write_all(parts: Iterable[bytes], out: IO[bytes]) -> None:
    """Write parts while the next one is made: a third of the time goes to the system."""
    with ThreadPoolExecutor(1) as writer:
        before: Future[int] | None = None
        for part in parts:
            if before:
                before.result()
            before = writer.submit(out.write, part)
        if before:
            before.result()


def _parts(source: Source, context: Context, actions: list[Action], kinds: dict[str, str], written: Written) -> Iterator[bytes]:
    """Yield the bytes of the new file, a block at a time."""
    first = 0
    last = b"\n"
    for span in source.spans():
        start, data = source.read(span)
        if start == 0 and data.startswith(BOM):
            data = data.removeprefix(BOM)
            yield b"" if "byte-order-mark" in kinds else BOM
        elif start == 0 and "no-byte-order-mark" in kinds:
            yield BOM
        if "line-ends" in kinds and b"\r\n" in data:
            data = _without_returns(data)
        if not data:
            continue
        lines = data.removesuffix(b"\n").split(b"\n")
        after = _repaired(lines, actions, first, context, written)
        if after:
            repaired, ends = after
            # A last line without a line end takes none with it when it goes.
            whole = data.endswith(b"\n") or not ends
            data = b"\n".join(repaired) + (b"\n" if whole and repaired else b"")
        elif written.origins is not None:
            written.origins.extend(range(first, first + len(lines)))
        yield data
        last = data[-1:] or last
        first += len(lines)
    if "final-newline" in kinds and last != b"\n":
        yield b"\n"


def _without_returns(data: bytes) -> bytes:
    """Return lines without the carriage returns at their ends; what is no JSON is not understood, and keeps its own."""
    lines = data.split(b"\n")
    ends = [line.endswith(b"\r") and (not line.strip() or is_json(line)) for line in lines[:-1]]
    return b"\n".join([*(line[:-1] if end else line for line, end in zip(lines, ends, strict=False)), lines[-1]])


def _repaired(
    lines: list[bytes], actions: list[Action], first: int, context: Context, written: Written
) -> tuple[list[bytes], bool] | None:
    """Return the lines of a block after their repairs, and whether anything is left of the last one; None for no repairs.

    What is about rows of a line is done first, all at once, for the rows are those of the line as it stands.

    first: number of the block's first line.
    """
    changed: dict[int, list[bytes]] = {}
    dropped: dict[int, bytes] = {}

    def before(number: int) -> bytes:
        return lines[number - first].removesuffix(b"\r")

    results = [(action, indexes) for action in actions if (indexes := action.rows_within(first, first + len(lines)))]
    _amend(before, results, context, written, changed)
    touched = bool(results)
    for action in actions:
        if isinstance(action.fix, FileFix) or action.fix.of_rows:
            continue
        # What an earlier repair took away, or made several of, is not touched again.
        numbers = [line for line in action.within(first, first + len(lines)) if len(changed.get(line, (b"",))) == 1]
        touched = touched or bool(numbers)
        now = [Line(changed[line][0] if line in changed else before(line)) for line in numbers]
        after = dict(zip(numbers, repair_lines(now, action, context, written), strict=True))
        changed |= {line: parts for line, parts in after.items() if parts is not None}
        if isinstance(action.fix, Drop):
            dropped |= {line: before(line) for line in numbers if after[line] == []}
    if written.dropped:
        written.dropped.writelines(line + b"\n" for _, line in sorted(dropped.items()))
    if not touched:
        return None
    repaired: list[bytes] = []
    for number, line in enumerate(lines, first):
        end = b"\r" if line.endswith(b"\r") else b""
        parts = [part + end for part in changed[number]] if number in changed else [line]
        repaired += parts
        if written.origins is not None:
            written.origins.extend([number] * len(parts))
    return repaired, bool(changed.get(first + len(lines) - 1, True))


def _amend(
    before: Callable[[int], bytes],
    results: Sequence[tuple[Action, Mapping[int, Sequence[int]]]],
    context: Context,
    written: Written,
    changed: dict[int, list[bytes]],
) -> None:
    """Note in `changed` what repairs of rows make of lines. before: the lines by number. results: repairs, with rows by line.

    Repairs of several rules in a line are made together; one that is about the same bytes as an earlier one waits for the next
    turn, when the rule finds what is left.
    """
    numbers = sorted({number for _, indexes in results for number in indexes})
    some = [Line(before(number)) for number in numbers]
    records = reader_of(context).records(some, context)
    for number, line, record in zip(numbers, some, records, strict=True):
        edits: list[Edit] = []
        for action, indexes in results:
            if number not in indexes or (record is None and not action.each):
                continue
            rows = [action.row(record, index) for index in indexes[number]]
            with _guarded(action.rule):
                own = sure_edits(action.fix, line, record, rows)
            if not own or overlap([*edits, *own]):
                continue
            edits += own
            written.applied[action.rule.code] += 1
        if edits:
            changed[number] = edited(line.raw, edits)


def repair_lines(lines: Sequence[Line], action: Action, context: Context, written: Written) -> Iterator[list[bytes] | None]:
    """Yield the lines in place of each raw line, None where it stays; raises RuleError where the repair fails."""
    if isinstance(action.fix, FileFix):
        yield from (None for _ in lines)
        return
    reader = reader_of(context)
    records = reader.records(lines, context) if action.fix.needs_record else [None] * len(lines)
    for line, record in zip(lines, records, strict=True):
        with _guarded(action.rule):
            edits = sure_edits(action.fix, line, record, ())
        parts = edited(line.raw, edits) if edits else [line.raw]
        if parts == [line.raw]:
            yield None
            continue
        written.applied[action.rule.code] += 1
        yield parts


@contextmanager
def _guarded(rule: Rule) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        raise_if_interrupted(error)
        raise RuleError(rule.failure(error), rule.code) from error


def sure_edits(fix: Fix, line: Line, record: Record | None, rows: Sequence[Row], *, deeply: bool = True) -> list[Edit]:
    """Return the edits of a repair, checked; raises ValueError for edits that no repair may make.

    They are within the line, and do not overlap. A line that is JSON stays JSON, and an object an object. Where a repair says
    which texts it changes, it changes these and nothing else. deeply: whether the line is read again to see that; else the
    edits alone are looked at.
    """
    assert not isinstance(fix, FileFix)
    promised = fix.texts(record, rows)
    if promised is None:
        edits = list(fix.edits(line, record, rows))
    else:
        edits = retexted(line, record.texts, promised) if record and promised else []
    if problem := malformed(edits, len(line.raw)):
        raise ValueError(f"its repair is refused: {problem}")
    if not edits or not deeply or not is_json(line.raw):
        return edits
    expected = None if promised is None else _with_texts(line.raw, promised)
    for part in edited(line.raw, edits):
        try:
            value = orjson.loads(part)
        except ValueError:
            raise ValueError("its repair is refused: it leaves a line that is not JSON") from None
        if promised is not None and not _equal(value, expected):
            raise ValueError("its repair is refused: it changes more than the texts that it names")
        if type(line.value) is dict and type(value) is not dict:
            raise ValueError("its repair is refused: it leaves a line that is no object")
    return edits


def _equal(one: Any, other: Any) -> bool:
    """Whether two values are equal; of values that are nested too deeply to be compared that is not known, and assumed."""
    try:
        return bool(one == other)
    except RecursionError:
        return True


def _with_texts(raw: bytes, texts: Mapping[str, str]) -> Any:
    """Return the value of a line, with other texts at some JSON Pointers."""
    value = orjson.loads(raw)
    for pointer, text in texts.items():
        *path, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
        holder = value
        for part in path:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        holder[int(last) if isinstance(holder, list) else last] = text
    return value
