"""What is done with one part of a file that is repaired; pure, so that any process may do it.

Lines that no rule touches stay byte for byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from msgspec import Struct, field

from ftlint.dialects.base import key_of
from ftlint.errors import RuleError, raise_if_interrupted
from ftlint.records.edits import Edit, edited, malformed, overlap, retexted
from ftlint.records.line import Line
from ftlint.records.reader import reader_of
from ftlint.records.spans import is_json
from ftlint.sources import BOM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.dialects.context import Context
    from ftlint.records.reader import Record
    from ftlint.rule import Rule
    from ftlint.rule.fixes import Fix, Row
    from ftlint.sources import Source, Span


class Step(NamedTuple):
    """A rule, its repair, and the table of the rows that the repair is for."""

    rule: Rule
    fix: Fix
    table: str


class Job(NamedTuple):
    """What is done with a file: steps on its lines, in order, and changes of what is between them.

    Attributes:
        tracked: Whether to say where lines come from.
    """

    context: Context
    steps: tuple[Step, ...]
    kinds: frozenset[str]
    tracked: bool


class Piece(NamedTuple):
    """A part of a file: its span, the number of its first line, and for each step the lines that it is for.

    Attributes:
        targets: Line numbers; of a repair of rows these by line: numbers of a table's rows, or what the rule knows of a fault.
    """

    source: Source
    span: Span
    first: int
    targets: Sequence[Sequence[int] | Mapping[int, Sequence[int | Row]]]


class Output(Struct):
    """What a piece becomes. applied: how often each rule changed something. dropped: raw lines that went, a line each.

    Attributes:
        origins: For each line, where it is tracked, the line that it comes from.
    """

    data: bytes = b""
    applied: Counter[str] = field(default_factory=Counter)
    dropped: bytes = b""
    origins: Sequence[int] = ()


def repair_piece(job: Job, piece: Piece) -> Output:
    """Return what a piece of a file becomes."""
    start, data = piece.source.read(piece.span)
    mark = b""
    if start == 0 and data.startswith(BOM):
        data = data.removeprefix(BOM)
        mark = b"" if "byte-order-mark" in job.kinds else BOM
    elif start == 0 and "no-byte-order-mark" in job.kinds:
        mark = BOM
    if "line-ends" in job.kinds and b"\r\n" in data:
        data = _without_returns(data)
    if not data:
        return Output(mark)
    lines = data.removesuffix(b"\n").split(b"\n")
    output = Output(origins=range(piece.first, piece.first + len(lines)) if job.tracked else ())
    repaired = _repaired(lines, job, piece, output)
    if repaired is not None:
        # A last line without a line end takes none with it when it goes.
        whole = data.endswith(b"\n") or not repaired.ends
        data = b"\n".join(repaired.lines) + (b"\n" if whole and repaired.lines else b"")
    output.data = mark + data
    return output


def _without_returns(data: bytes) -> bytes:
    """Return lines without the carriage returns at their ends; what is not JSON is not understood, and keeps its own."""
    lines = data.split(b"\n")
    ends = [line.endswith(b"\r") and (not line.strip() or is_json(line)) for line in lines[:-1]]
    return b"\n".join([*(line[:-1] if end else line for line, end in zip(lines, ends, strict=False)), lines[-1]])


class _Repaired(NamedTuple):
    """The lines of a piece after their repairs. ends: whether anything is left of the last one."""

    lines: list[bytes]
    ends: bool


def _repaired(lines: list[bytes], job: Job, piece: Piece, output: Output) -> _Repaired | None:
    """Return the lines of a piece after their repairs; None for no repairs.

    What is about rows of a line is done first, all at once, for the rows are those of the line as it is.
    """
    first = piece.first
    before = {number: line.removesuffix(b"\r") for number, line in enumerate(lines, first)}
    about_rows = [(step, rows) for step, rows in zip(job.steps, piece.targets, strict=True) if isinstance(rows, Mapping) and rows]
    changed = _changed_by_rows(before, about_rows, job.context, output)
    touched = bool(about_rows)
    dropped: dict[int, bytes] = {}
    for step, targets in zip(job.steps, piece.targets, strict=True):
        if isinstance(targets, Mapping):
            continue
        # What an earlier repair took away, or made several of, is not touched again.
        numbers = [line for line in targets if line in before and len(changed.get(line, (b"",))) == 1]
        touched = touched or bool(numbers)
        now = [Line(changed[line][0] if line in changed else before[line]) for line in numbers]
        after = dict(zip(numbers, _repair_lines(now, step, job.context, output), strict=True))
        changed |= {line: parts for line, parts in after.items() if parts is not None}
        if step.fix.drops:
            dropped |= {line: before[line] for line in numbers if after[line] == []}
    output.dropped = b"".join(line + b"\n" for _, line in sorted(dropped.items()))
    if not touched:
        return None
    repaired: list[bytes] = []
    origins: list[int] = []
    for number, line in enumerate(lines, first):
        end = b"\r" if line.endswith(b"\r") else b""
        parts = [part + end for part in changed[number]] if number in changed else [line]
        repaired += parts
        origins += [number] * len(parts)
    output.origins = origins if job.tracked else ()
    return _Repaired(repaired, bool(changed.get(first + len(lines) - 1, True)))


def _changed_by_rows(
    before: Mapping[int, bytes],
    steps: Sequence[tuple[Step, Mapping[int, Sequence[int | Row]]]],
    context: Context,
    output: Output,
) -> dict[int, list[bytes]]:
    """Return what repairs of rows make of lines, by number.

    Repairs of several rules in a line are made together; one that is about the same bytes as an earlier one waits for the next
    turn, when the rule finds what is left.
    """
    numbers = sorted({number for _, rows in steps for number in rows})
    some = [Line(before[number]) for number in numbers]
    records = reader_of(context).records(some, context)
    changed: dict[int, list[bytes]] = {}
    for number, line, record in zip(numbers, some, records, strict=True):
        edits: list[Edit] = []
        for step, by_line in steps:
            rows = _rows(record, step, by_line.get(number, ()))
            if not rows:
                continue
            with guarded(step.rule):
                own = sure_edits(step.fix, line, record, rows)
            if not own or overlap([*edits, *own]):
                continue
            edits += own
            output.applied[step.rule.code] += 1
        if edits:
            changed[number] = edited(line.raw, edits)
    return changed


def _rows(record: Record | None, step: Step, rows: Sequence[int | Row]) -> list[Row]:
    """Return the rows of a record by their numbers; those that are there already as they are."""
    there = [row for row in rows if isinstance(row, Mapping)]
    return there + [record.row(step.table, row) for row in rows if record and not isinstance(row, Mapping)]


def _repair_lines(lines: Sequence[Line], step: Step, context: Context, output: Output) -> Iterator[list[bytes] | None]:
    """Yield the lines in place of each raw line, None where it stays; raises RuleError where the repair fails."""
    needs_record = step.fix.unit == "record"
    records = reader_of(context).records(lines, context) if needs_record else [None] * len(lines)
    for line, record in zip(lines, records, strict=True):
        with guarded(step.rule):
            edits = sure_edits(step.fix, line, record, ())
        parts = edited(line.raw, edits) if edits else [line.raw]
        if parts == [line.raw]:
            yield None
            continue
        output.applied[step.rule.code] += 1
        yield parts


@contextmanager
def guarded(rule: Rule) -> Iterator[None]:
    """Turn whatever the code of a rule raises into a RuleError that names it."""
    try:
        yield
    except BaseException as error:
        raise_if_interrupted(error)
        raise RuleError(rule.failure(error), rule.code) from error


def sure_edits(fix: Fix, line: Line, record: Record | None, rows: Sequence[Row], *, deeply: bool = True) -> list[Edit]:
    """Return the edits of a repair, checked; raises ValueError for edits that no repair may make.

    They are within the line, and do not overlap. A line that is JSON stays JSON, and an object an object. Where a repair says
    which texts it changes, it changes these and nothing else.

    Args:
        deeply: Whether the line is read again to see that; else the edits alone are looked at.
    """
    promised = fix.promise(record, rows) if fix.promise else None
    if promised is None:
        edits = list((fix.edit(line, record, rows) if fix.edit else None) or ())
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
            raise ValueError("its repair is refused: it leaves a line that is not an object")
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
        *path, last = (key_of(part) for part in pointer.split("/")[1:])
        holder = value
        for part in path:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        holder[int(last) if isinstance(holder, list) else last] = text
    return value
