"""Turns of check and write, until nothing that a repair claims is left."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import Counter
from typing import IO, TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from ftlint.dialects import named
from ftlint.engine.check import check_dataset
from ftlint.engine.dataset import Dataset
from ftlint.engine.repair.choose import Action, Allowed, chosen_actions
from ftlint.engine.repair.result import Repaired, close_all, composed
from ftlint.engine.repair.write import write
from ftlint.engine.survey import survey
from ftlint.errors import RuleError
from ftlint.sources import Source, temporary_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ftlint.dialects.context import Context
    from ftlint.engine.base import Engine
    from ftlint.engine.repair.result import Files
    from ftlint.engine.result import DatasetReport
    from ftlint.rule import Rule

ROUNDS = 10


class _Run(Struct, frozen=True):
    """What a repair was asked for; see `repair_dataset`."""

    dataset: Dataset
    rules: Sequence[Rule]
    engine: Engine
    allowed: Allowed
    dropped: IO[bytes] | None
    target: Callable[[Source], Path | None]
    track: bool
    progress: Callable[[int], None]

    def check(self, dataset: Dataset, known: Context | None = None) -> DatasetReport:
        return check_dataset(dataset, self.rules, self.engine, known=known, progress=self.progress)


def repair_dataset(
    dataset: Dataset,
    rules: Sequence[Rule],
    engine: Engine,
    allowed: Allowed,
    *,
    dropped: IO[bytes] | None = None,
    target: Callable[[Source], Path | None] = lambda _: None,
    track: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Repaired:
    """Repair a dataset into temporary files.

    Args:
        dataset: What is repaired.
        rules: Those that are checked, and whose repairs run.
        engine: Does the work.
        allowed: Which repairs may run.
        dropped: Takes the lines that go.
        target: The file that a source's repaired form will replace, beside which it is made.
        track: Whether to keep where lines come from.
        progress: Called with the bytes of what was checked or written; data is read several times.

    """
    run = _Run(dataset, rules, engine, allowed, dropped, target, track, progress or (lambda _: None))
    unsettled: list[Rule] = []
    failed: dict[str, str] = {}
    start = dropped.tell() if dropped else 0
    while True:
        without = {type(rule) for rule in rules if rule in unsettled or rule.code in failed}
        try:
            repaired, restless = _settle(replace(run, allowed=replace(allowed, unfixable=allowed.unfixable | without)))
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


def _settle(run: _Run) -> tuple[Repaired, list[Rule]]:
    """Repair until nothing changes; return the rules that never come to rest, if there are any."""
    report = run.check(run.dataset)
    found = Counter({rule.code: 0 for rule, _ in report.violations})
    for rule, violations in report.violations:
        found[rule.code] += len(violations)
    repaired = Repaired(report, found)
    for source, file in zip(run.dataset.sources, report.files, strict=True):
        repaired.files.append((source, source, array("Q", range(file.facts.lines)) if run.track else None))
    try:
        return _turns(run, repaired)
    except BaseException:
        repaired.close()
        raise


def _turns(run: _Run, repaired: Repaired) -> tuple[Repaired, list[Rule]]:
    """Repair turn by turn, from the report of a check on, until nothing changes."""
    report = repaired.report
    current, seen = run.dataset, set[bytes]()
    known: Context | None = None
    changed = Counter[str]()
    doubted = True
    for turn in range(ROUNDS):
        # The lines that become records may change what the others are judged by; from then on nothing does.
        lines_first = doubted = doubted and _in_doubt(report)
        known = None if lines_first else known or _context(report)
        actions = chosen_actions(report, current, run.allowed, repaired, lines_only=lines_first)
        if not any(actions) and not lines_first:
            break
        files, changed = _write_all(run, report, actions, repaired)
        before, repaired.files = repaired.files, files
        if not changed:
            close_all(files, keep=before)
            repaired.files = before
            doubted = False
            if lines_first:
                continue
            break
        repaired.applied += changed
        known = _settled(known, actions, changed)
        sources = [source for _, source, _ in files]
        current = Dataset(sources[: len(run.dataset.train)], run.dataset.options, sources[len(run.dataset.train) :])
        report = repaired.report = run.check(current, known)
        close_all(before, keep=files)
        if turn:  # the second turn usually is the last, and finds nothing to do
            state = _state(sources)
            if state in seen:
                return repaired, _restless(run.rules, changed)
            seen.add(state)
    else:
        return repaired, _restless(run.rules, changed)
    if known and repaired.applied:
        _say_what_changed(known, survey(current.train, run.dataset.options), repaired)
    return repaired, []


def _settled(known: Context | None, actions: list[list[Action]], changed: Counter[str]) -> Context | None:
    """Return what is known of a dataset after these repairs."""
    for action in (action for mine in actions for action in mine):
        if known and action.fix.settles and changed[action.rule.code]:
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
    """Whether something is not a record, or of no known shape: as a record it may change what is inferred from the rest."""
    facts = [file.facts for file in report.files]
    if not all(fact.read_by_lines for fact in facts) or not _context(report).surveyed or not _context(report).recognised:
        return True
    return any(fact.lines - fact.blank - fact.records for fact in facts)


def _write_all(
    run: _Run, report: DatasetReport, actions: Sequence[Sequence[Action]], repaired: Repaired
) -> tuple[Files, Counter[str]]:
    """Write the files that have actions; return all files, and how often each rule changed something."""
    files: Files = []
    changed = Counter[str]()
    for file, mine, (original, source, origins) in zip(report.files, actions, repaired.files, strict=True):
        if not mine:
            files.append((original, source, origins))
            continue
        lines: list[int] | None = None

        def write_it(out: IO[bytes], file: Any = file, source: Source = source, mine: Sequence[Action] = mine) -> None:
            nonlocal lines
            written = write(file, source, mine, out, run.engine, dropped=run.dropped, tracked=run.track)
            changed.update(written.applied)
            lines = written.origins

        new = temporary_source(source.path, write_it, run.target(original))
        run.progress(source.size)
        files.append((original, new, composed(origins, lines)))
    return files, changed


def _state(sources: Iterable[Source]) -> bytes:
    """Return a digest of the bytes of all sources."""
    digest = hashlib.blake2b(digest_size=16)
    for source in sources:
        for part in source.parts():
            digest.update(part)
        digest.update(b"\0")
    return digest.digest()
