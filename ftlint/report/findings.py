"""What a check found: findings, and the report that counts and places them."""

from __future__ import annotations

import hashlib
import html
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import orjson

from ftlint.dialects import named
from ftlint.dialects.base import RECORDS
from ftlint.engine.repair.lines import sure_edits
from ftlint.errors import FindingsError, raise_if_interrupted
from ftlint.records.line import Line
from ftlint.records.spans import raw_offsets
from ftlint.rule import LEVELS, LineRule, Location, RecordRule, Violations, render
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.engine.result import CheckedFile, DatasetReport
    from ftlint.records.edits import Edit
    from ftlint.records.lines import RawLine
    from ftlint.records.reader import Record
    from ftlint.rule import Applicability, Level, Rule
    from ftlint.rule.fixes import Fix, Row


_IN_A_NOTEBOOK = 20
"""Findings that a notebook shows."""


@dataclass(frozen=True, slots=True)
class RelatedLocation:
    """A line of a file that a finding names besides its own."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class FindingFix:
    """How a finding can be repaired.

    applicability: `safe`, `unsafe` or on `request`. title: what the repair chooses, in words; empty where it needs none.
    edits: what it does to the finding's line; none where it concerns more than that, or the report was not asked for edits.
    """

    applicability: Applicability
    title: str = ""
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. Lines and columns are 1-based and counted in characters; None where the file as a whole is meant.

    rule: its name. pointer: JSON Pointer of the value. args: what the message was made of. fix: how ftlint can repair it; None
    where it cannot. related: other lines that belong to it. text: the raw line; None where there is none, or it shall not show.
    identity: what tells the record from others, however it is written; None for the file as a whole.
    """

    rule: str
    code: str
    level: Level
    path: str
    line: int | None
    column: int | None
    end_column: int | None
    byte_offset: int | None
    pointer: str | None
    message: str
    args: Mapping[str, Any]
    url: str
    fix: FindingFix | None
    related: tuple[RelatedLocation, ...] = ()
    text: str | None = field(default=None, repr=False)
    identity: str | None = field(default=None, repr=False)

    @property
    def applicability(self) -> Applicability | None:
        """How safely the finding can be repaired; None where it cannot be."""
        return self.fix.applicability if self.fix else None


@dataclass
class _Line:
    """A line on which something was found. number: in the file, 0-based. record: what it holds, if it is one.

    offset: its byte offset. end: its line end. given: edits that findings have, by rule.
    """

    number: int
    line: Line
    offset: int
    end: bytes
    record: Record | None = None
    given: set[tuple[str, tuple[Edit, ...]]] = field(default_factory=set)

    @cached_property
    def identity(self) -> str:
        """A hash of the record, however it is written; of a line that is no JSON, of its bytes."""
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


class _Findings:
    """Makes the findings of a dataset.

    edits: whether repairs come with their edits. snippets: whether texts of the data may show.
    """

    def __init__(self, report: DatasetReport, *, edits: bool, snippets: bool) -> None:
        self.report, self.edits, self.snippets = report, edits and snippets, snippets
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
            message=self._rendered(rule, violations.message or rule.message, args) if self.snippets else rule.summary(),
            args=args if self.snippets else {},
            url=rule.url(),
            fix=self._fix(hit, how, line) if how else None,
            related=related,
            text=line.line.shown if line and self.snippets else None,
            identity=line.identity if line else None,
        )

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


@dataclass(frozen=True)
class Report:
    """What a check found, in all datasets; a value that does not change.

    Counts are exact; `findings` are at most `limit` a rule and file.

    edits: whether findings come with the edits of their repairs. snippets: whether texts of the data may show. baselined: how
    many findings a baseline hides; stale: what it accepts more of than there is. unreadable: a sentence for each file that
    could not be read.

    After a repair: found, how many findings each rule had before; fixed, how often each repaired; notes, what
    else is to be said of it, as kind (`chosen`, `refused`, `undone`, `note`) and text.
    """

    datasets: Sequence[DatasetReport] = field(repr=False)
    rules: Sequence[Rule] = field(repr=False)
    limit: int | None = 1000
    fail_on: str = "warning"
    broken_packs: tuple[str, ...] = ()
    found: Counter[str] = field(default_factory=Counter, repr=False)
    fixed: Counter[str] = field(default_factory=Counter, repr=False)
    notes: Sequence[tuple[str, str]] = field(default=(), repr=False)
    edits: bool = False
    snippets: bool = True
    baselined: int = 0
    stale: Sequence[str] = ()
    unreadable: Sequence[str] = ()

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process: numbers and findings, without the files that they were found in."""
        for name in ("findings", "counts_by_level", "counts_by_file", "counts", "records", "survey"):
            getattr(self, name)  # made while the files are there
        return {**vars(self), "datasets": (), "rules": (), "broken_packs": tuple(self.failures)}

    def _repr_html_(self) -> str:
        """Return the report as a notebook shows it: what was found, and the first findings."""
        cells = [
            (one.level, one.code, one.rule, one.path if one.line is None else f"{one.path}:{one.line}", one.message)
            for one in sorted(self.findings, key=lambda one: LEVELS.index(one.level))[:_IN_A_NOTEBOOK]
        ]
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in cells)
        head = "".join(f"<th>{name}</th>" for name in ("level", "code", "rule", "place", "message"))
        table = f"<table><tr>{head}</tr>{rows}</table>" if cells else ""
        return f"<p>ftlint: {html.escape(repr(self)[9:-1])}</p>{table}"

    @cached_property
    def counts(self) -> Counter[str]:
        """How many findings each rule has, by code."""
        counts: Counter[str] = Counter()
        for (code, _), count in self.counts_by_level.items():
            counts[code] += count
        return counts

    @cached_property
    def counts_by_level(self) -> Counter[tuple[str, Level]]:
        """How many findings there are, by code and level."""
        counts: Counter[tuple[str, Level]] = Counter()
        for dataset in self.datasets:
            for rule, violations in dataset.violations:
                counts[rule.code, violations.level] += len(violations)
        return counts

    @cached_property
    def counts_by_file(self) -> Counter[tuple[str, str]]:
        """How many findings there are, by path and code."""
        counts: Counter[tuple[str, str]] = Counter()
        for dataset in self.datasets:
            for some in dataset.by_file():
                counts[some.file.path, some.rule.code] += some.total.violations
        return counts

    @property
    def levels(self) -> dict[Level, int]:
        """How many findings there are at each level."""
        totals: dict[Level, int] = dict.fromkeys(LEVELS, 0)
        for (_, level), count in self.counts_by_level.items():
            totals[level] += count
        return totals

    @cached_property
    def findings(self) -> list[Finding]:
        """The findings, by file and line."""
        return [
            finding
            for dataset in self.datasets
            for finding in _Findings(dataset, edits=self.edits, snippets=self.snippets).all(self.limit)
        ]

    def every(self) -> Iterator[Finding]:
        """Yield all findings, whatever the limit, by file and line; the report must not be closed."""
        yield from self._made(None)

    def _made(self, limit: int | None) -> Iterator[Finding]:
        for dataset in self.datasets:
            yield from _Findings(dataset, edits=self.edits, snippets=self.snippets).all(limit)

    @property
    def failures(self) -> list[str]:
        """A sentence for each rule that failed, and for each pack of rules that could not be loaded."""
        failed = dict.fromkeys(text for dataset in self.datasets for text in dataset.failures.values())
        text = failed if self.snippets else [without_reason(text) for text in failed]
        return [*self.broken_packs, *text]

    @property
    def problems(self) -> list[str]:
        """A sentence for all that makes the exit code 2: files that cannot be read, rules that failed, a stale baseline."""
        return [*self.unreadable, *self.failures, *(f"the baseline is stale: {text}" for text in self.stale)]

    @property
    def ok(self) -> bool:
        """Whether nothing at or above the level `fail_on` was found, no rule failed, and the baseline is not stale."""
        if self.problems:
            return False
        if self.fail_on == "never":
            return True
        failing = LEVELS[: LEVELS.index(self.fail_on) + 1]
        return not any(self.levels[level] for level in failing)

    @property
    def files(self) -> list[CheckedFile]:
        """All files that were checked."""
        return [file for dataset in self.datasets for file in dataset.files]

    @cached_property
    def records(self) -> int:
        """How many records the files hold."""
        return sum(file.facts.records for file in self.files)

    @cached_property
    def survey(self) -> Context | None:
        """What was inferred of the first dataset."""
        return self.files[0].context if self.files else None

    def to_frame(self) -> pl.DataFrame:
        """Return the findings as a polars frame: a column for each fact, `fix` is how safely one can be repaired."""
        import polars as pl  # noqa: PLC0415 - keeps the import of this module light

        names = {"rule": pl.String, "code": pl.String, "level": pl.String, "path": pl.String, "line": pl.UInt64}
        names |= {"column": pl.UInt64, "end_column": pl.UInt64, "byte_offset": pl.UInt64}
        names |= {"pointer": pl.String, "message": pl.String, "url": pl.String, "fix": pl.String}
        own = [name for name in names if name != "fix"]
        rows = [[*(getattr(one, name) for name in own), one.applicability] for one in self.findings]
        return pl.DataFrame(rows, schema=names, orient="row")

    def raise_for_findings(self) -> Self:
        """Return the report where it is `ok`; else raise FindingsError, which says what was found and has the report."""
        if self.ok:
            return self
        worst = sorted(self.findings, key=lambda finding: LEVELS.index(finding.level))[:5]
        listed = [f"{finding.code} {finding.rule}: {finding.message}" for finding in worst]
        count = sum(self.counts.values())
        raise FindingsError(f"{numbered(count, 'finding')}: " + "; ".join([*self.failures, *self.stale, *listed]), self)

    def __repr__(self) -> str:
        """Return what was found, in a line."""
        levels = ", ".join(numbered(count, level) for level, count in self.levels.items() if count) or "nothing found"
        return f"<Report: {levels} in {numbered(self.records, 'record')}>"

    def rendered(self, *, close: bool = True) -> Self:
        """Return the report with its findings made, while the files are there. close: whether they are forgotten then."""
        self.findings  # noqa: B018 - a cached property
        if close:
            self.close()
        return self

    def close(self) -> None:
        """Forget the files; findings that were not asked for before are lost."""
        for file in self.files:
            file.lines.close()


def without_reason(failure: str) -> str:
    """Return the sentence on a rule that failed without what its exception said, which may quote the data."""
    return f"{failure.partition(' failed: ')[0]} failed"
