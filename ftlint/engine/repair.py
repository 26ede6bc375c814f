"""Repairs datasets: check, write with the repairs, and again until nothing that a repair claims is left."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple

import polars as pl

from ftlint.dialects import named
from ftlint.dialects.base import RECORDS
from ftlint.engine.check import check_dataset
from ftlint.engine.dataset import Dataset
from ftlint.engine.survey import survey
from ftlint.engine.write import Action, Written, write
from ftlint.errors import RuleError, raise_if_interrupted
from ftlint.records.reader import reader_of
from ftlint.rule import RecordRule
from ftlint.rule.fixes import FileFix, Fix, FixContext, LineEdit, Rewrite
from ftlint.sources import Source, temporary_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from ftlint.dialects.context import Context
    from ftlint.engine.result import DatasetReport
    from ftlint.engine.serial import Engine
    from ftlint.rule import Applicability, Rule, Violations

ROUNDS = 10

NoteKind = Literal["chosen", "refused", "undone", "note"]


class Note(NamedTuple):
    """What a user is told of a repair, besides numbers."""

    kind: NoteKind
    text: str


@dataclass(frozen=True)
class Allowed:
    """Which repairs may run. unsafe: those that change data too; fixable: rules whose repair runs only when they are named.

    unfixable: rules whose repair does not run. spares: whether a rule is not to be looked at in the file of a path.
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


@dataclass
class Repaired:
    """A dataset after its repair.

    report: what is still found. found: how many findings each rule had at first. applied: how often each rule repaired.
    notes: what was chosen, what was refused, and what else there is to know of the repair. labels, keys: new names by old ones.
    files: for each original its repaired source, and for each line of that the original's line (None: not comparable).
    """

    report: DatasetReport
    found: Counter[str]
    applied: Counter[str] = field(default_factory=Counter)
    notes: dict[Note, None] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    files: list[tuple[Source, Source, array[int] | None]] = field(default_factory=list)

    def note(self, kind: NoteKind, text: str) -> None:
        """Keep a note, once."""
        self.notes[Note(kind, text)] = None

    def close(self) -> None:
        """Delete the temporary files."""
        for _, source, _ in self.files:
            source.close()


def repair_dataset(
    dataset: Dataset,
    rules: Sequence[Rule],
    engine: Engine,
    allowed: Allowed,
    *,
    dropped: IO[bytes] | None = None,
    target: Callable[[Source], Path | None] = lambda _: None,
    track: bool = False,
) -> Repaired:
    """Repair a dataset into temporary files.

    dropped: takes the lines that go. target: the file that a source's repaired form will replace, beside which it is made.
    track: whether to keep where lines come from.
    """
    unsettled: list[Rule] = []
    failed: dict[str, str] = {}
    start = dropped.tell() if dropped else 0
    while True:
        without = {type(rule) for rule in rules if rule in unsettled or rule.code in failed}
        keep = replace(allowed, unfixable=allowed.unfixable | without)
        try:
            repaired, restless = _settle(dataset, rules, engine, allowed=keep, dropped=dropped, target=target, track=track)
        except RuleError as error:
            if not error.code or error.code in failed:
                raise
            failed[error.code] = str(error)
        else:
            if not restless:
                for rule in unsettled:
                    repaired.note("undone", f"{rule.code} {rule.name()}: its repair never came to rest, and was taken back")
                repaired.report.failures |= failed
                return repaired
            repaired.close()
            unsettled += restless
        # What fails or does not settle is taken back: all over again, without these rules.
        if dropped:
            dropped.seek(start)
            dropped.truncate()


def _settle(
    dataset: Dataset,
    rules: Sequence[Rule],
    engine: Engine,
    *,
    allowed: Allowed,
    dropped: IO[bytes] | None,
    target: Callable[[Source], Path | None],
    track: bool,
) -> tuple[Repaired, list[Rule]]:
    """Repair until nothing changes; return the rules that never come to rest, if there are any."""
    report = check_dataset(dataset, rules, engine)
    result = Counter({rule.code: 0 for rule, _ in report.violations})
    for rule, violations in report.violations:
        result[rule.code] += len(violations)
    originals = [*dataset.train, *dataset.valid]
    repaired = Repaired(report, result)
    for source, file in zip(originals, report.files, strict=True):
        repaired.files.append((source, source, array("Q", range(file.facts.lines)) if track else None))
    try:
        return _turns(dataset, rules, engine, allowed, repaired, written=Written(Counter(), dropped), target=target)
    except BaseException:
        repaired.close()
        raise


def _turns(
    dataset: Dataset,
    rules: Sequence[Rule],
    engine: Engine,
    allowed: Allowed,
    repaired: Repaired,
    *,
    written: Written,
    target: Callable[[Source], Path | None],
) -> tuple[Repaired, list[Rule]]:
    """Repair turn by turn, from the report of a check on, until nothing changes."""
    report = repaired.report
    current, seen = dataset, set[bytes]()
    known: Context | None = None
    changed = Counter[str]()
    doubted = True
    for turn in range(ROUNDS):
        # The lines that become records may change what the others are judged by; from then on nothing does.
        lines_first = doubted = doubted and _in_doubt(report)
        known = None if lines_first else known or _context(report)
        actions = _actions(report, current, allowed, repaired, lines_only=lines_first)
        if not any(actions) and not lines_first:
            break
        changed = Counter[str]()
        files = _write_all(report, actions, repaired, replace(written, applied=changed), target)
        before, repaired.files = repaired.files, files
        if not changed:
            _close(files, keep=before)
            repaired.files = before
            doubted = False
            if lines_first:
                continue
            break
        repaired.applied += changed
        known = _settled(known, actions, changed)
        sources = [source for _, source, _ in files]
        current = Dataset(sources[: len(dataset.train)], dataset.options, sources[len(dataset.train) :])
        report = repaired.report = check_dataset(current, rules, engine, known=known)
        _close(before, keep=files)
        if turn:  # the second turn usually is the last, and finds nothing to do
            state = _state(sources)
            if state in seen:
                return repaired, _restless(rules, changed)
            seen.add(state)
    else:
        return repaired, _restless(rules, changed)
    if known and repaired.applied:
        _say_what_changed(known, survey(current.train, dataset.options), repaired)
    return repaired, []


def _settled(known: Context | None, actions: list[list[Action]], changed: Counter[str]) -> Context | None:
    """Return what is known of a dataset after these repairs."""
    for action in (action for mine in actions for action in mine):
        if known and isinstance(action.fix, Rewrite) and action.fix.settles and changed[action.rule.code]:
            known = action.fix.settles(known)
    return known


def _restless(rules: Sequence[Rule], changed: Counter[str]) -> list[Rule]:
    return [rule for rule in rules if changed[rule.code]]


def _context(report: DatasetReport) -> Context:
    """Return what is known of a dataset, of its training files."""
    return report.files[0].context


def _say_what_changed(known: Context, afterwards: Context, repaired: Repaired) -> None:
    """Note where a check of the repaired files alone would infer something else than what was found before the repair."""
    pairs = [
        ("target", known.target.name, afterwards.target.name),
        ("dialect", known.dialect, afterwards.dialect),
        ("task", known.task, afterwards.task),
    ]
    if known.dialect == afterwards.dialect:
        results, left = (named(it.dialect).facts(it.known) for it in (known, afterwards))
        pairs += [(what, _quoted(value), _quoted(left[what])) for what, value in results.items() if not isinstance(value, list)]
    for what, before, after in pairs:
        if before != after:
            repaired.note("note", f"{what} {before} was kept to the end; a check of the repaired data alone infers {after}")


def _quoted(value: Any) -> str:
    return "none" if value is None else json.dumps(value)


def _in_doubt(report: DatasetReport) -> bool:
    """Whether something is no record, or of no known shape: as a record it may change what is inferred from the rest."""
    facts = [file.facts for file in report.files]
    if not all(fact.read_by_lines for fact in facts) or not _context(report).surveyed or not _context(report).recognised:
        return True
    return any(fact.lines - fact.blank - fact.records for fact in facts)


Files = list[tuple[Source, Source, "array[int] | None"]]


def _write_all(
    report: DatasetReport,
    actions: list[list[Action]],
    repaired: Repaired,
    written: Written,
    target: Callable[[Source], Path | None],
) -> Files:
    """Write the files that have actions, and return all; `written` counts what the rules did."""
    files: Files = []
    for file, mine, (original, source, origins) in zip(report.files, actions, repaired.files, strict=True):
        if mine:
            written.origins = array("Q") if origins is not None else None
            new = _written(source, file.context, mine, written, target(original))
            files.append((original, new, _composed(origins, written.origins)))
        else:
            files.append((original, source, origins))
    return files


def _close(files: Files, keep: Files) -> None:
    """Delete the temporary files of these that are not among those to keep, nor an original."""
    kept = {id(source) for entry in keep for source in entry[:2]}
    for _, source, _ in files:
        if id(source) not in kept:
            source.close()


def _actions(
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
        sets = fix.sets if isinstance(fix, Rewrite) else ""
        if fix is None or sets in settled or (lines_only and not isinstance(fix, (FileFix, LineEdit))):
            continue
        if not isinstance(fix, FileFix) and fix.once and repaired.applied[rule.code]:
            continue
        settled |= {sets} - {""}
        _note(rule, fix, repaired)
        for index, lines, rows in _places(report, violations, fix):
            file = report.files[index]
            each = violations.each if rows is not None and not isinstance(rule, RecordRule) else None
            if not allowed.spares(rule, file.path):
                mine = (
                    fix if file.role == violations.role else _fix_of(rule, violations, replace(fix_context, dataset=file.context))
                )
                actions[index] += [Action(rule, mine, lines, rows, each)] if mine else []
    return actions


def _note(rule: Rule, fix: Fix, repaired: Repaired) -> None:
    """Keep what a repair chooses."""
    if isinstance(fix, FileFix):
        return
    known = isinstance(fix, Rewrite) and fix.table is not None and fix.table.items() <= repaired.labels.items()
    if fix.note and not known:
        repaired.note("chosen", f"{rule.code} {rule.name()}: {fix.note}")
    if isinstance(fix, Rewrite) and fix.table:
        repaired.labels |= {old: new for old, new in fix.table.items() if old not in repaired.labels.values()}
    if isinstance(fix, LineEdit) and fix.names:
        repaired.keys |= fix.names


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
        raise TypeError(f"`fix` returned a {type(fix).__name__}, which is no repair")
    return fix


def _places(report: DatasetReport, violations: Violations, fix: Fix) -> Iterator[tuple[int, pl.Series | None, pl.Series | None]]:
    """Yield the place of each file that a repair concerns, and the file's lines that it is for (None: all), and their rows."""
    same_role = [index for index, file in enumerate(report.files) if file.role == violations.role]
    if isinstance(fix, FileFix):
        yield same_role[violations.file], None, None
        return
    if fix.scope != "found":
        yield from ((index, None, None) for index in (range(len(report.files)) if fix.scope == "dataset" else same_role))
        return
    lines = violations.lines
    if lines is None:
        return
    for index in same_role:
        file = report.files[index]
        inside = (lines >= file.first) & (lines < file.first + file.facts.lines)
        mine = lines.filter(inside) - file.first
        if not len(mine):
            continue
        if fix.of_rows:
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


def _absent(dataset: Dataset, report: DatasetReport) -> Callable[..., str | None]:
    """Return a function that finds a text whose mark occurs nowhere in the dataset."""
    read_by_lines = [
        (source, file.context) for source, file in zip(dataset.sources, report.files, strict=True) if file.facts.read_by_lines
    ]

    @cache
    def find(candidates: tuple[str, ...], *columns: str) -> str | None:
        for text in candidates:
            if not any(_occurs(text.strip() or text, source, context, columns) for source, context in read_by_lines):
                return text
        return None

    return find


def _occurs(text: str, source: Source, context: Context, columns: Sequence[str]) -> bool:
    """Whether a text stands in one of these columns of a source's records; without any, in one of their texts."""
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


def _written(source: Source, context: Context, actions: list[Action], written: Written, beside: Path | None) -> Source:
    """Write a source with its repairs to a temporary file, and return that as a source."""
    return temporary_source(source.path, lambda out: write(source, context, actions, out, written), beside)


def _state(sources: Iterable[Source]) -> bytes:
    """Return a digest of the bytes of all sources."""
    digest = hashlib.blake2b(digest_size=16)
    for source in sources:
        for part in source.parts():
            digest.update(part)
        digest.update(b"\0")
    return digest.digest()


def _composed(first: array[int] | None, second: array[int] | None) -> array[int] | None:
    """Return the lines that lines of the newest file come from in the original."""
    if first is None or second is None:
        return None
    return array("Q", (first[line] for line in second))
