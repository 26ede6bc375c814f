"""Findings made of violations: the line is read again, and its rule says where exactly the fault is, and what repairs it."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cached_property
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from msgspec import Struct, field

from ftlint.dialects import named
from ftlint.dialects.base import RECORDS
from ftlint.engine.repair.lines import sure_edits
from ftlint.errors import raise_if_interrupted
from ftlint.records.line import Line
from ftlint.records.spans import raw_offsets
from ftlint.report.finding import Finding, FindingFix, RelatedLocation
from ftlint.rule import LineRule, Location, RecordRule, Violations, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.engine.result import CheckedFile, DatasetReport
    from ftlint.records.edits import Edit
    from ftlint.records.lines import RawLine
    from ftlint.records.reader import Record
    from ftlint.rule import Applicability, Rule
    from ftlint.rule.fixes import Fix, Row


class _Line(Struct, dict=True):
    """A line on which something was found. number: in the file, 0-based. record: what it holds, if it is one.

    Attributes:
        offset: Its byte offset.
        end: Its line end.
        given: Edits that findings have, by rule.
    """

    number: int
    line: Line
    offset: int
    end: bytes
    record: Record | None = None
    given: set[tuple[str, tuple[Edit, ...]]] = field(default_factory=set)

    @cached_property
    def identity(self) -> str:
        """A hash of the record, however it is written; of a line that is not JSON, of its bytes."""
        try:
            content = orjson.dumps(self.line.value, option=orjson.OPT_SORT_KEYS)
        except (ValueError, TypeError):
            content = self.line.raw.strip()
        return hashlib.blake2b(content, digest_size=16).hexdigest()


class _Hit(NamedTuple):
    """One of the violations of a rule, the one with a number. line: that of the file; None for the file as a whole."""

    file: CheckedFile
    line: int | None
    rule: Rule
    violations: Violations
    number: int


_DEEPLY = 20
"""Repairs of a line that are tried for each finding; a line of many findings would be read as often."""

_BATCH, _BYTES = 512, 4 << 20
"""Violations whose records are read at once, and about how many bytes of lines."""


class Findings:
    """Makes the findings of a dataset.

    Attributes:
        edits: Whether repairs come with their edits.
        snippets: Whether texts of the data may show.
        private: Rules that say what must not.
    """

    def __init__(self, report: DatasetReport, *, edits: bool, snippets: bool, private: Sequence[Rule] = ()) -> None:
        self.report, self.edits, self.snippets, self.private = report, edits and snippets, snippets, private
        self._fixes: dict[int, Fix | None] = {}
        self._last: tuple[int, _Line | None] = (0, None)

    def all(self, limit: int | None) -> Iterator[Finding]:
        """Yield the findings, at most `limit` a rule and file, by file and line."""
        batch: list[tuple[_Hit, RawLine | None]] = []
        size = 0
        for hit in self._kept(limit):
            line = None if hit.line is None else hit.file.lines.line(hit.line)
            if line and not (batch and batch[-1][1] and batch[-1][1].offset == line.offset and batch[-1][0].file is hit.file):
                size += len(line.raw)
            batch.append((hit, line))
            if len(batch) == _BATCH or size > _BYTES:
                yield from self._made(batch)
                batch, size = [], 0
        yield from self._made(batch)

    def _kept(self, limit: int | None) -> list[_Hit]:
        """Return the violations that become findings, by file and line."""
        kept: list[tuple[int, int, str, _Hit]] = []
        seen: Counter[tuple[str, int]] = Counter()
        order = {id(file): index for index, file in enumerate(self.report.files)}
        for rule, violations, file, _, indexes, _ in self.report.by_file():
            position = order[id(file)]
            room = len(indexes) if limit is None else max(0, limit - seen[rule.code, position])
            seen[rule.code, position] += len(indexes)
            for index in indexes[:room]:
                line = None if violations.lines is None else violations.lines[index] - file.first
                kept.append((position, -1 if line is None else line, rule.code, _Hit(file, line, rule, violations, index)))
        kept.sort(key=lambda entry: entry[:3])
        return [hit for _, _, _, hit in kept]

    def _made(self, batch: Sequence[tuple[_Hit, RawLine | None]]) -> Iterator[Finding]:
        """Yield the findings of some violations with their lines, which are read as records once each."""
        known: dict[tuple[int, int], _Line] = {}
        for _, some in groupby(batch, key=lambda entry: id(entry[0].file)):
            mine = {hit.line: (hit.file, line) for hit, line in some if hit.line is not None and line}
            if not mine:
                continue
            # The last line of the batch before may have more findings.
            lines = {number: self._line(number, file, line) for number, (file, line) in mine.items()}
            new = [line for line in lines.values() if line is not self._last[1]]
            file = next(iter(mine.values()))[0]
            for line, record in zip(new, file.lines.records([line.line for line in new]), strict=True):
                line.record = record
            known |= {(id(file), number): line for number, line in lines.items()}
            self._last = (id(file), next(reversed(lines.values())))
        yield from (self._finding(hit, None if hit.line is None else known[id(hit.file), hit.line]) for hit, _ in batch)

    def _line(self, number: int, file: CheckedFile, line: RawLine) -> _Line:
        """Return a line of a file, the last one of the batch before if it is that."""
        before, last = self._last
        if last and before == id(file) and last.number == number:
            return last
        return _Line(number, Line(line.raw), line.offset, line.end)

    def _finding(self, hit: _Hit, line: _Line | None) -> Finding:
        file, _, rule, violations, index = hit
        args = {**violations.args, **self._each(rule, violations, index)}
        location = self._place(hit, line, args) if line else None
        related: tuple[RelatedLocation, ...] = ()
        if violations.related is not None:
            other = self.report.file_of(violations.related_role or violations.role, violations.related[index])
            related = (RelatedLocation(other.path, violations.related[index] - other.first + 1),)
            args["first"] = f"{related[0].line:,}" + (f" of {other.path}" if other.path != file.path else "")
        column = end_column = None
        if location is not None and line:
            args |= location.args
            column, end_column = _columns(line.line, location)
        how = location.fix if location and location.fix != "rule" and violations.repair else violations.repair
        said = self._rendered(rule, violations.message or rule.message, args)
        shows = self.snippets and not self._hides(said, line)
        tells = shows or rule.private
        return Finding(
            rule=rule.name(),
            code=rule.code,
            level=violations.level,
            path=file.path,
            line=line.number + 1 if line else None,
            column=column,
            end_column=end_column,
            byte_offset=line.offset if line else None,
            pointer=self._pointer(location.pointer, file) if location and location.pointer else None,
            message=said if tells else rule.summary(),
            args=args if tells else {},
            url=rule.url(),
            fix=(self._fix(hit, how, line) if shows else FindingFix(how)) if how else None,
            related=related,
            text=line.line.shown if line and shows else None,
            identity=line.identity if line else None,
        )

    def _hides(self, said: str, line: _Line | None) -> bool:
        """Whether a sentence, or the line that it is about, holds what must not be printed; of a rule that fails it may."""
        texts = [said] if line is None else [said, line.line.shown]
        return any(rule.code in self.report.failures or any(map(rule.hides, texts)) for rule in self.private)

    def _each(self, rule: Rule, violations: Violations, index: int) -> Mapping[str, Any]:
        """Return what a rule knows of one of its faults."""
        try:
            return violations.each(index) if violations.each else {}
        except BaseException as error:  # noqa: BLE001 - a rule may be anybody's; the others have something to say too
            raise_if_interrupted(error)
            self.report.failed(rule, error)
            return {}

    def _place(self, hit: _Hit, line: _Line, args: Mapping[str, Any]) -> Location | None:
        """Return where in its line a fault is."""
        file, _, rule, violations, index = hit
        try:
            if isinstance(rule, LineRule) and not violations.located:
                return rule.explain(line.line, file.context)
            if line.record is None:
                return None
            if isinstance(rule, RecordRule) and not violations.located:
                position = 0 if violations.positions is None else violations.positions[index]
                return rule.explain(line.record.row(rule.table, position), file.context)
            return rule.locate(line.record.row(RECORDS), args, file.context)
        except BaseException as error:  # noqa: BLE001 - a rule may be anybody's; the others have something to say too
            raise_if_interrupted(error)
            self.report.failed(rule, error)
            return None

    def _fix(self, hit: _Hit, how: Applicability, line: _Line | None) -> FindingFix:
        """Return how a fault can be repaired."""
        rule, violations = hit.rule, hit.violations
        if not self.edits:
            return FindingFix(how)
        if id(violations) not in self._fixes:
            self._fixes[id(violations)] = self.report.fix(rule, violations)
        fix = self._fixes[id(violations)]
        if fix is None or fix.unit == "file":
            return FindingFix(how)
        if line is None or fix.scope != "found":
            return FindingFix(how, fix.note)
        try:
            deeply = len(line.given) < _DEEPLY
            edits = sure_edits(fix, line.line, line.record, self._rows(fix, hit, line), deeply=deeply)
        except BaseException as error:  # noqa: BLE001 - likewise
            raise_if_interrupted(error)
            self.report.failed(rule, error)
            return FindingFix(how, fix.note)
        # What takes the line away takes its line end too; and it goes once, whatever else the rule finds in it.
        size, most = len(line.line.raw), len(line.line.raw) + len(line.end)
        made = tuple(edit._replace(end=most) if edit.end > size else edit for edit in edits)
        if line.end == b"\r\n":
            made = tuple(edit._replace(text=edit.text.replace(b"\n", line.end)) for edit in made)
        again = (rule.code, made) in line.given
        line.given.add((rule.code, made))
        return FindingFix(how, fix.note, () if again else made)

    def _rows(self, fix: Fix, hit: _Hit, line: _Line) -> list[Row]:
        """Return the row that a fault is in, where its repair is for rows."""
        if fix.unit != "rows":
            return []
        if hit.violations.each and not isinstance(hit.rule, RecordRule):
            return [hit.violations.each(hit.number)]
        if line.record is None:
            return []
        table = hit.rule.table if isinstance(hit.rule, RecordRule) else RECORDS
        return [line.record.row(table, 0 if hit.violations.positions is None else hit.violations.positions[hit.number])]

    def _pointer(self, pointer: str, file: CheckedFile) -> str | None:
        """Return a pointer; where no text of the data may show, up to the first key that the dialect does not know."""
        if self.snippets:
            return pointer
        keys = named(file.context.dialect).members()
        known = takewhile(lambda part: part.isdecimal() or part in keys, pointer.split("/")[1:])
        return "".join(f"/{part}" for part in known) or None

    def _rendered(self, rule: Rule, message: str, args: Mapping[str, Any]) -> str:
        try:
            return render(message, args)
        except BaseException as error:  # noqa: BLE001 - likewise
            raise_if_interrupted(error)
            self.report.failed(rule, error)
            return rule.summary()


def _columns(line: Line, location: Location) -> tuple[int, int]:
    """Return first and last column, 1-based and end exclusive, of a place in a line."""
    size = len(line.shown)
    start, end = location.start, location.end
    if location.pointer is not None:
        try:
            span = line.span(location.pointer)
        except (ValueError, IndexError, RecursionError):
            span = None
        if span is None:
            return 1, size + 1
        start, end = raw_offsets(line.text, span, start, end) if line.text[span[0]] == '"' else span
    start = min(max(start, 0), size)
    return start + 1, min(max(start, size if end is None else end), size) + 1
