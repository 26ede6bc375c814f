"""Which repairs run, and on which lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from ftlint.dialects import named
from ftlint.dialects.base import RECORDS
from ftlint.engine.repair.lines import guarded
from ftlint.errors import RuleError, raise_if_interrupted
from ftlint.records.reader import reader_of
from ftlint.rule import RecordRule
from ftlint.rule.fixes import Fix, FixContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.engine.dataset import Dataset
    from ftlint.engine.repair.result import Repaired
    from ftlint.engine.result import DatasetReport
    from ftlint.rule import Applicability, Rule, Violations
    from ftlint.rule.fixes import Row
    from ftlint.sources import Source


class Allowed(Struct, frozen=True):
    """Which repairs may run. unsafe: those that change data too; fixable: rules whose repair runs only when they are named.

    Attributes:
        unfixable: Rules whose repair does not run.
        spares: Whether a rule is not to be looked at in the file of a path.
    """

    unsafe: bool = False
    fixable: frozenset[type[Rule]] = frozenset()
    unfixable: frozenset[type[Rule]] = frozenset()
    spares: Callable[[Rule, str], bool] = lambda *_: False

    def permits(self, rule: Rule, applicability: Applicability | None) -> bool:
        """Whether a repair of a rule may run."""
        if type(rule) in self.unfixable or applicability is None:
            return False
        if applicability == "safe":
            return True
        return self.unsafe and (applicability == "unsafe" or type(rule) in self.fixable)


class Action(Struct):
    """A rule, its repair, and the lines of the file that it is for; None: every line.

    Attributes:
        positions: For each line, which may come several times, the row of the rule's table to repair; or, where `each` is
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

    def touches(self, first: int, end: int) -> bool:
        """Whether it is for a line from `first` to before `end`."""
        return self.lines is None or self.lines.search_sorted(first) < self.lines.search_sorted(end)

    def targets(self, first: int, end: int) -> Sequence[int] | Mapping[int, Sequence[int | Row]]:
        """Return the lines from `first` to before `end` that it is for; of a repair of rows with their rows."""
        if self.lines is None:
            return {} if self.fix.unit == "rows" else range(first, end)
        within = slice(self.lines.search_sorted(first), self.lines.search_sorted(end))
        lines = self.lines[within].to_list()
        if self.fix.unit != "rows":
            return lines
        numbers = [0] * len(lines) if self.positions is None else self.positions[within].to_list()
        rows: dict[int, list[int | Row]] = {}
        for line, number in zip(lines, numbers, strict=True):
            with guarded(self.rule):
                rows.setdefault(line, []).append(self.each(number) if self.each else number)
        return rows


def chosen_actions(
    report: DatasetReport, dataset: Dataset, allowed: Allowed, repaired: Repaired, *, lines_only: bool
) -> list[list[Action]]:
    """Return for each file what is to be done, in the order of the rules. lines_only: only what makes lines records."""
    actions: list[list[Action]] = [[] for _ in report.files]
    absent, settled = _absent(dataset, report), set[str]()
    contexts = {file.role: file.context for file in report.files}
    labels = next((file.labels for file in report.files if file.labels), {})
    for rule, violations in report.violations:
        if violations.refused and allowed.permits(rule, "request"):
            repaired.note("refused", f"{rule.code} {rule.name()}: {violations.refused}")
        if not allowed.permits(rule, violations.repair):
            continue
        fix_context = FixContext(contexts[violations.role], allowed.unsafe, labels, absent)
        fix = _fix_of(rule, violations, fix_context)
        if fix is None or fix.sets in settled or (lines_only and fix.unit not in {"file", "line"}) or (lines_only and fix.drops):
            continue
        if fix.once and repaired.applied[rule.code]:
            continue
        settled |= {fix.sets} - {""}
        _note(rule, fix, repaired)
        for index, lines, rows in _lines_of(report, violations, fix):
            file = report.files[index]
            each = violations.each if rows is not None and not isinstance(rule, RecordRule) else None
            if not allowed.spares(rule, file.path):
                same = file.role == violations.role
                mine = fix if same else _fix_of(rule, violations, replace(fix_context, dataset=file.context))
                actions[index] += [Action(rule, mine, lines, rows, each)] if mine else []
    return actions


def _note(rule: Rule, fix: Fix, repaired: Repaired) -> None:
    """Keep what a repair chooses."""
    known = fix.labels is not None and fix.labels.items() <= repaired.labels.items()
    if fix.note and not known:
        repaired.note("chosen", f"{rule.code} {rule.name()}: {fix.note}")
    if fix.labels:
        repaired.labels |= {old: new for old, new in fix.labels.items() if old not in repaired.labels.values()}
    if fix.keys:
        repaired.keys |= fix.keys


def _fix_of(rule: Rule, violations: Violations, fix_context: FixContext) -> Fix | None:
    """Return the repair that a rule proposes; raises RuleError where it fails."""
    try:
        return _of_its_kind(rule.fix(violations, fix_context))
    except BaseException as error:
        raise_if_interrupted(error)
        raise RuleError(rule.failure(error), rule.code) from error


def _of_its_kind(fix: Any) -> Fix | None:
    """Return what a rule proposed, if it is a repair or None; else raise TypeError."""
    if fix is not None and not isinstance(fix, Fix):
        raise TypeError(f"`fix` returned a {type(fix).__name__}, which is not a Fix")
    return fix


def _lines_of(
    report: DatasetReport, violations: Violations, fix: Fix
) -> Iterator[tuple[int, pl.Series | None, pl.Series | None]]:
    """Yield the index of each file that a repair concerns, the file's lines that it is for (None: all), and their rows."""
    same_role = [index for index, file in enumerate(report.files) if file.role == violations.role]
    if fix.unit == "file":
        yield same_role[violations.file], None, None
        return
    if fix.scope != "found":
        yield from ((index, None, None) for index in (range(len(report.files)) if fix.scope == "dataset" else same_role))
        return
    lines = violations.lines if violations.repaired is None else violations.repaired
    if lines is None:
        return
    for index in same_role:
        file = report.files[index]
        inside = (lines >= file.first) & (lines < file.first + file.facts.lines)
        mine = lines.filter(inside) - file.first
        if not len(mine):
            continue
        if fix.unit == "rows":
            numbers = pl.int_range(0, len(lines), dtype=pl.UInt32, eager=True) if violations.each else violations.positions
            yield index, mine, None if numbers is None else numbers.filter(inside)
        else:
            yield index, mine.unique().sort(), None


def proposed(rule: Rule, violations: Violations, dataset: Dataset, report: DatasetReport) -> Fix | None:
    """Return the repair that a rule proposes for these violations, if all that may be is allowed."""
    context = next(file.context for file in report.files if file.role == violations.role)
    labels = next((file.labels for file in report.files if file.labels), {})
    try:
        return _fix_of(rule, violations, FixContext(context, unsafe=True, labels=labels, absent=_absent(dataset, report)))
    except RuleError as error:
        report.failures.setdefault(rule.code, str(error))
        return None


class _Absent(Struct, frozen=True):
    """Finds a text whose mark occurs nowhere in files that are read by lines; it can be sent to other processes."""

    files: tuple[tuple[Source, Context], ...]
    known: dict[tuple[str, ...], str | None] = field(default_factory=dict)

    def __call__(self, candidates: tuple[str, ...], *columns: str) -> str | None:
        key = (*candidates, "", *columns)
        if key not in self.known:
            self.known[key] = next((text for text in candidates if not self._occurs(text, columns)), None)
        return self.known[key]

    def _occurs(self, text: str, columns: Sequence[str]) -> bool:
        return any(_occurs(text.strip() or text, source, context, columns) for source, context in self.files)


def _absent(dataset: Dataset, report: DatasetReport) -> _Absent:
    files = zip(dataset.sources, report.files, strict=True)
    return _Absent(tuple((source, file.context) for source, file in files if file.facts.read_by_lines))


def _occurs(text: str, source: Source, context: Context, columns: Sequence[str]) -> bool:
    """Whether a text is in one of these columns of a source's records; without any, in one of their texts."""
    raw = json.dumps(text)[1:-1].encode()
    dialect = named(context.dialect)
    for span in source.spans():
        data = source.read(span)[1]
        # What is not in the bytes is not in the texts, unless an escape hides it.
        if dialect.checked and (raw in data or b"\\u00" in data):
            tables = reader_of(context).read(data).tables
            texts = [tables[RECORDS][column] for column in columns] or [dialect.texts(tables)["text"]]
            if any(column.str.contains(text, literal=True).any() for column in texts):
                return True
    return False
