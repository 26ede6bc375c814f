"""Repairs datasets: check, write with the repairs, and again until nothing that a repair claims is left."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING

import polars as pl

from ftlint.datasets import Dataset
from ftlint.decode import decode
from ftlint.dialects import named
from ftlint.engine.local import check_dataset
from ftlint.engine.write import Action, Written, write
from ftlint.fixes import Drop, FileFix, Relines, Rewrite, Situation
from ftlint.sources import Source, temporary_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from ftlint.context import Context
    from ftlint.engine.workers import Workers
    from ftlint.findings import DatasetReport
    from ftlint.fixes import Fix
    from ftlint.rule import Applicability, Hits, Rule

ROUNDS = 10


@dataclass(frozen=True)
class Allowed:
    """Which repairs may run. unsafe: those that change data too; fixable: rules whose repair runs only when they are named."""

    unsafe: bool = False
    fixable: frozenset[type[Rule]] = frozenset()
    unfixable: frozenset[type[Rule]] = frozenset()

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
    notes: what was chosen for the whole dataset. labels: new names by old ones.
    unsettled: rules whose repairs went on for ever and were taken back.
    files: for each original its repaired source, and for each line of that the original's line (None: not comparable).
    """

    report: DatasetReport
    found: Counter[str]
    applied: Counter[str] = field(default_factory=Counter)
    notes: dict[str, None] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    unsettled: list[str] = field(default_factory=list)
    files: list[tuple[Source, Source, array[int] | None]] = field(default_factory=list)

    def close(self) -> None:
        """Delete the temporary files."""
        for _, source, _ in self.files:
            source.close()


def repair_dataset(
    dataset: Dataset,
    rules: Sequence[Rule],
    workers: Workers,
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
    while True:
        keep = replace(allowed, unfixable=allowed.unfixable | {type(rule) for rule in unsettled})
        start = dropped.tell() if dropped else 0
        repaired, restless = _settle(dataset, rules, workers, allowed=keep, dropped=dropped, target=target, track=track)
        if not restless:
            repaired.unsettled = [rule.name() for rule in unsettled]
            return repaired
        # What does not settle is taken back: all over again, without these rules.
        repaired.close()
        unsettled += restless
        if dropped:
            dropped.seek(start)
            dropped.truncate()


def _settle(
    dataset: Dataset,
    rules: Sequence[Rule],
    workers: Workers,
    *,
    allowed: Allowed,
    dropped: IO[bytes] | None,
    target: Callable[[Source], Path | None],
    track: bool,
) -> tuple[Repaired, list[Rule]]:
    """Repair until nothing changes; return the rules that never come to rest, if there are any."""
    report = check_dataset(dataset, rules, workers)
    found = Counter({rule.code: 0 for rule, _ in report.hits})
    for rule, hits in report.hits:
        found[rule.code] += len(hits)
    originals = [*dataset.train, *dataset.valid]
    repaired = Repaired(report, found)
    for source, file in zip(originals, report.files, strict=True):
        repaired.files.append((source, source, array("Q", range(file.facts.lines)) if track else None))
    current, seen = dataset, set[bytes]()
    changed = Counter[str]()
    for turn in range(ROUNDS):
        # The lines that become records may change what the others are judged by.
        lines_first = turn == 0 and _many_broken(report)
        actions = _actions(report, current, allowed, repaired, lines_only=lines_first)
        if not any(actions) and not lines_first:
            return repaired, []
        changed = Counter[str]()
        files = _write_all(report, actions, repaired, Written(changed, dropped), target)
        before, repaired.files = repaired.files, files
        if not changed:
            _close(files, keep=before)
            repaired.files = before
            if lines_first:
                continue
            return repaired, []
        repaired.applied += changed
        sources = [source for _, source, _ in files]
        current = Dataset(sources[: len(dataset.train)], dataset.wishes, sources[len(dataset.train) :])
        report = repaired.report = check_dataset(current, rules, workers)
        _close(before, keep=files)
        if turn:  # the second turn usually is the last, and finds nothing to do
            state = _state(sources)
            if state in seen:
                break
            seen.add(state)
    return repaired, [rule for rule in rules if changed.get(rule.code)]


def _many_broken(report: DatasetReport) -> bool:
    """Whether so many lines are no records that the inference from the others is in doubt."""
    facts = [file.facts for file in report.files]
    return any(fact.pretty is not None or fact.charset for fact in facts) or sum(
        fact.lines - fact.blank - fact.records for fact in facts
    ) > 0.1 * sum(fact.lines for fact in facts)


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
    absent = _absent(dataset, report)
    contexts = {file.role: file.context for file in report.files}
    labels = next((file.labels for file in report.files if file.labels), {})
    for rule, hits in report.hits:
        context = contexts[hits.role]
        if not allowed.permits(rule, hits.repair):
            continue
        fix = rule.fix(hits, Situation(context, allowed.unsafe, labels, absent))
        if fix is None or (lines_only and not isinstance(fix, (FileFix, Relines))):
            continue
        known = isinstance(fix, Rewrite) and fix.table is not None and fix.table.items() <= repaired.labels.items()
        if isinstance(fix, (Rewrite, Drop)) and fix.note and not known:
            repaired.notes[f"{rule.code} {rule.name()}: {fix.note}"] = None
        if isinstance(fix, Rewrite) and fix.table:
            repaired.labels |= {old: new for old, new in fix.table.items() if old not in repaired.labels.values()}
        for place, lines in _places(report, hits, fix):
            actions[place].append(Action(rule.code, fix, lines))
    return actions


def _places(report: DatasetReport, hits: Hits, fix: Fix) -> Iterator[tuple[int, pl.Series | None]]:
    """Yield the place of each file that a repair concerns, and the file's lines that it is for (None: all)."""
    same_role = [place for place, file in enumerate(report.files) if file.role == hits.role]
    if isinstance(fix, (Rewrite, Relines)) and fix.everywhere:
        yield from ((place, None) for place in range(len(report.files)))
        return
    if isinstance(fix, Drop) and fix.when:
        yield from ((place, None) for place in same_role)
        return
    if isinstance(fix, FileFix):
        yield same_role[hits.file], None
        return
    lines = hits.lines
    if lines is None:
        return
    for place in same_role:
        file = report.files[place]
        mine = lines.filter((lines >= file.first) & (lines < file.first + file.facts.lines)) - file.first
        if len(mine):
            yield place, mine.sort()


def _absent(dataset: Dataset, report: DatasetReport) -> Callable[..., str | None]:
    """Return a function that finds a text whose mark occurs nowhere in the dataset."""

    def find(candidates: Sequence[str], *keys: str) -> str | None:
        left = list(candidates)
        for source, file in zip([*dataset.train, *dataset.valid], report.files, strict=True):
            dialect = named(file.context.dialect)
            for span in source.spans():
                frame = decode(source.read(span)[1], dialect).frame
                texts = pl.concat([frame.get_column(key) for key in keys or dialect.texts])
                left = [text for text in left if not texts.str.contains(text.strip() or text, literal=True).any()]
        return left[0] if left else None

    return find


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
