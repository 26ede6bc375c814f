"""Repairs datasets: check, write with the repairs, and again until nothing that a repair claims is left."""

from __future__ import annotations

import hashlib
import os
import tempfile
from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import polars as pl

from ftlint.datasets import Dataset
from ftlint.decode import decode
from ftlint.dialects import named
from ftlint.engine.local import check_dataset
from ftlint.engine.write import Action, Written, write
from ftlint.fixes import Drop, FileFix, Rewrite, Situation
from ftlint.rule import Rule
from ftlint.sources import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ftlint.context import Context
    from ftlint.engine.workers import Workers
    from ftlint.findings import DatasetReport
    from ftlint.rule import Applicability, Hits

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
    notes: what was chosen for the whole dataset. unsettled: rules whose repairs went on for ever and were taken back.
    files: for each original its repaired source, and for each line of that the original's line (None: not comparable).
    """

    report: DatasetReport
    found: Counter[str]
    applied: Counter[str] = field(default_factory=Counter)
    notes: dict[str, None] = field(default_factory=dict)
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
    folder: Callable[[Source], str | None] = lambda _: None,
) -> Repaired:
    """Repair a dataset into temporary files. dropped: takes the lines that go. folder: where a source's new file is made."""
    unsettled: list[Rule] = []
    while True:
        keep = replace(allowed, unfixable=allowed.unfixable | {type(rule) for rule in unsettled})
        start = dropped.tell() if dropped else 0
        repaired, restless = _settle(dataset, rules, workers, keep, dropped, folder)
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
    allowed: Allowed,
    dropped: IO[bytes] | None,
    folder: Callable[[Source], str | None],
) -> tuple[Repaired, list[Rule]]:
    """Repair until nothing changes; return the rules that never come to rest, if there are any."""
    report = check_dataset(dataset, rules, workers)
    found = Counter({rule.code: 0 for rule, _ in report.hits})
    for rule, hits in report.hits:
        found[rule.code] += len(hits)
    originals = [*dataset.train, *dataset.valid]
    repaired = Repaired(report, found, files=[(source, source, None) for source in originals])
    repaired.files = [(source, source, _identity(file.facts.lines)) for source, file in zip(originals, report.files, strict=True)]
    current, seen = dataset, {_state(originals)}
    for _ in range(ROUNDS):
        actions = _actions(report, current, allowed, repaired)
        if not any(actions):
            return repaired, []
        sources = []
        changed = Counter[str]()
        for place, (file, mine) in enumerate(zip(report.files, actions, strict=True)):
            original, source, origins = repaired.files[place]
            if mine:
                written = Written(changed, dropped)
                new = _written(source, file.context, mine, written, folder(original))
                repaired.files[place] = (original, new, _composed(origins, written.origins))
                if source is not original:
                    source.close()
                source = new
            sources.append(source)
        if not changed:
            return repaired, []
        repaired.applied += changed
        current = Dataset(sources[: len(dataset.train)], dataset.wishes, sources[len(dataset.train) :])
        report = repaired.report = check_dataset(current, rules, workers)
        state = _state(sources)
        if state in seen:
            break
        seen.add(state)
    return repaired, [rule for rule in rules if changed.get(rule.code)]


def _actions(report: DatasetReport, dataset: Dataset, allowed: Allowed, repaired: Repaired) -> list[list[Action]]:
    """Return for each file what is to be done, in the order of the rules."""
    actions: list[list[Action]] = [[] for _ in report.files]
    absent = _absent(dataset, report)
    for rule, hits in sorted(report.hits, key=lambda found: found[0].order()):
        contexts = {file.role: file.context for file in report.files}
        context = contexts[hits.role]
        if not allowed.permits(rule, hits.applicability or rule.applicability(context)):
            continue
        fix = rule.fix(hits, Situation(context, allowed.unsafe, absent))
        if fix is None:
            continue
        if isinstance(fix, Rewrite) and fix.note:
            repaired.notes[f"{rule.code} {rule.name()}: {fix.note}"] = None
        everywhere = isinstance(fix, Rewrite) and fix.everywhere
        chosen = fix.lines if isinstance(fix, Drop) and fix.lines is not None else hits.lines
        places = [place for place, file in enumerate(report.files) if everywhere or file.role == hits.role]
        for place, file in ((place, report.files[place]) for place in places):
            if everywhere:
                actions[place].append(Action(rule.code, fix))
            elif isinstance(fix, FileFix):
                same_role = [other for other in report.files if other.role == hits.role]
                if same_role[hits.file] is file:
                    actions[place].append(Action(rule.code, fix))
            elif chosen is not None:
                end = file.first + file.facts.lines
                mine = chosen.filter((chosen >= file.first) & (chosen < end)) - file.first
                if len(mine):
                    actions[place].append(Action(rule.code, fix, mine.sort()))
    return actions


def _absent(dataset: Dataset, report: DatasetReport) -> Callable[[Sequence[str]], str | None]:
    """Return a function that finds a text whose mark occurs nowhere in the dataset."""

    def find(candidates: Sequence[str]) -> str | None:
        left = list(candidates)
        for source, file in zip([*dataset.train, *dataset.valid], report.files, strict=True):
            dialect = named(file.context.dialect)
            for span in source.spans():
                frame = decode(source.read(span)[1], dialect).frame
                texts = pl.concat([frame.get_column(key) for key in dialect.texts])
                left = [text for text in left if not texts.str.contains(text.strip() or text, literal=True).any()]
        return left[0] if left else None

    return find


def _written(source: Source, context: Context, actions: list[Action], written: Written, folder: str | None) -> Source:
    """Write a source with its repairs to a temporary file, and return that as a source."""
    name = Path(source.path).name
    descriptor, path = tempfile.mkstemp(prefix=temporary_prefix(name) if folder else "ftlint-", suffix=".tmp", dir=folder)
    with os.fdopen(descriptor, "wb") as out:
        write(source, context, actions, out, written)
        out.flush()
        size = out.tell()
    return Source(source.path, size, file=Path(path), temporary=True)


def temporary_prefix(name: str) -> str:
    """Return what the names of the temporary files of a file start with; the process's number tells whether it still runs."""
    return f".{name}.ftlint-{os.getpid()}-"


def remove_leftovers(folder: str, name: str) -> None:
    """Delete temporary files of this file that processes left behind which were killed."""
    for path in Path(folder).glob(f".{name}.ftlint-*.tmp"):
        number = path.name.removeprefix(f".{name}.ftlint-").split("-", 1)[0]
        if number.isdigit() and not _runs(int(number)):
            with suppress(OSError):
                path.unlink()


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _state(sources: Iterable[Source]) -> bytes:
    """Return a digest of the bytes of all sources."""
    digest = hashlib.blake2b(digest_size=16)
    for source in sources:
        for part in source.parts():
            digest.update(part)
        digest.update(b"\0")
    return digest.digest()


def _identity(lines: int) -> array[int]:
    return array("Q", range(lines))


def _composed(first: array[int] | None, second: array[int] | None) -> array[int] | None:
    """Return the lines that lines of the newest file come from in the original."""
    if first is None or second is None:
        return None
    return array("Q", (first[line] for line in second))
