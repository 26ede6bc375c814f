"""The engine on one machine: blocks to processes, results merged in order, rules that judge the whole."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import polars as pl

from ftlint.dialects import named
from ftlint.engine.part import Plan
from ftlint.engine.survey import survey, survey_valid
from ftlint.metrics import FileFacts, Fingerprints, Gathered, Labels
from ftlint.records.lines import LineReader
from ftlint.records.spread import spread
from ftlint.report.findings import CheckedFile, DatasetReport
from ftlint.rule import LEVELS, DatasetRule, LineRule, RecordRule
from ftlint.sources import BLOCK
from ftlint.sources.charset import charset_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.engine.dataset import Dataset
    from ftlint.engine.processes import Workers
    from ftlint.metrics import Metric
    from ftlint.rule import Hits, Level, Rule
    from ftlint.sources import Source


def check_dataset(
    dataset: Dataset,
    rules: Sequence[Rule],
    workers: Workers,
    *,
    block: int = BLOCK,
    progress: Callable[[int], None] | None = None,
    known: Context | None = None,
) -> DatasetReport:
    """Check a dataset with these rules.

    block: bytes of a block. progress: called with the bytes of each block that is done. known: what is known of the dataset;
    without it, what a survey shows.
    """
    report = DatasetReport([], [])
    context = known or survey(dataset.train, dataset.wishes)
    roles = [("train", dataset.train, context)]
    if dataset.valid:
        roles.append(("valid", dataset.valid, survey_valid(dataset.valid, dataset.wishes, context)))
    with ExitStack() as cleanup:
        train: Gathered | None = None
        for role, sources, judged_by in roles:
            applying = tuple(rule for rule in rules if role in rule.roles and _applies(rule, judged_by, report))
            plan = Plan(judged_by, applying, _metrics(applying, judged_by, with_valid=bool(dataset.valid)))
            gathering = cleanup.enter_context(_Gathering(role, plan, report))
            for source in sources:
                gathering.read(source, workers, block, progress or (lambda _: None))
                source.check_unchanged()
            train = gathering.judge(train)
    return report


def _applies(rule: Rule, context: Context, report: DatasetReport) -> bool:
    """Whether a rule is for a dataset, and what it needs to see is there."""
    try:
        if not rule.applies(context):
            return False
        wanted = rule.wants(context) if isinstance(rule, DatasetRule) else ()
        rule.applicability(context)
    except Exception as error:  # noqa: BLE001 - a rule may be anybody's; the others have something to say too
        report.failures[rule.code] = rule.failure(error)
        return False
    return named(context.dialect).checked or not any(kind.needs_texts for kind in wanted)


def _metrics(rules: Iterable[Rule], context: Context, *, with_valid: bool) -> tuple[type[Metric], ...]:
    """Return the metrics that these rules need; training files also gather what their validation files are compared with."""
    wanted = [kind for rule in rules if isinstance(rule, DatasetRule) for kind in rule.wants(context)]
    if with_valid and named(context.dialect).checked:
        wanted += [Fingerprints, Labels] if context.classification else [Fingerprints]
    return tuple(sorted(set(wanted), key=lambda kind: kind.__name__))


class _Gathering:
    """Merges the blocks of the files of one role, in order, into a report."""

    def __init__(self, role: str, plan: Plan, report: DatasetReport) -> None:
        self.role, self.plan, self.report = role, plan, report
        self.files: list[CheckedFile] = []
        self.metrics = [kind() for kind in plan.metrics]
        self.hits: dict[tuple[str, Level], list[pl.Series]] = {}
        self.lines = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for metric in self.metrics:
            metric.close()

    def read(self, source: Source, workers: Workers, block: int, progress: Callable[[int], None]) -> None:
        """Check one file."""
        reader = LineReader(source, self.plan.context)
        facts = FileFacts()
        file = CheckedFile(source.path, self.role, facts, self.plan.context, self.lines, reader)
        self.files.append(file)
        self.report.files.append(file)
        facts.charset, facts.lines_wanted = charset_of(source), source.takes_lines
        facts.spread = None if facts.charset or source.made_of_records else spread(source)
        if not facts.read_by_lines:
            facts.size = source.size
            return
        for result in workers.results(self.plan, source, block):
            if result.facts.lines:
                reader.starts.append(result.start)
                reader.firsts.append(facts.lines)
            self.report.failures |= result.failures
            for key, lines in result.hits.items():
                self.hits.setdefault(key, []).append(lines.cast(pl.UInt64) + self.lines)
            facts.merge(result.facts)
            for mine, theirs in zip(self.metrics, result.metrics, strict=True):
                mine.merge(theirs)
            self.lines += result.facts.lines
            progress(result.facts.size)

    def judge(self, train: Gathered | None) -> Gathered:
        """Add to the report what line and record rules found, and what dataset rules find now; return what they judged.

        train: in a validation file's case, what its training files gave.
        """
        gathered = Gathered(
            role=self.role,
            context=self.plan.context,
            metrics={type(metric): metric for metric in self.metrics},
            files=[file.facts for file in self.files],
            fetch=self._fetch,
            train=train,
        )
        for rule in self.plan.rules:
            if rule.code in self.report.failures:
                continue
            try:
                found = list(self._hits_of(rule, gathered))
            except Exception as error:  # noqa: BLE001 - likewise
                self.report.failures[rule.code] = rule.failure(error)
                continue
            for hits in found:
                self._report(rule, hits)
        if Labels in gathered.metrics and self.plan.context.classification:
            for file in self.files:
                file.labels = gathered.get(Labels).counts
        return gathered

    def _hits_of(self, rule: Rule, gathered: Gathered) -> Iterator[Hits]:
        """Yield what a rule found."""
        found = {level: pl.concat(parts) for level in LEVELS if (parts := self.hits.get((rule.code, level)))}
        if isinstance(rule, (LineRule, RecordRule)):
            yield from rule.report(found, gathered)
        # What few lines of many hold says nothing of the dataset: first these must be records.
        if isinstance(rule, DatasetRule) and (rule.reads_broken or not gathered.mostly_broken):
            yield from rule.judge(gathered)

    def _report(self, rule: Rule, hits: Hits) -> None:
        if len(hits):
            hits.role = self.role
            if hits.applicability == "rule":
                hits.applicability = rule.applicability(self.plan.context)
            self.report.hits.append((rule, hits))

    def _fetch(self, lines: Sequence[int]) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield line and columns of the records on these rising lines, read again."""
        for file, following in zip(self.files, [*self.files[1:], None], strict=True):
            end = following.first if following else self.lines
            inside = [line - file.first for line in lines if file.first <= line < end]
            yield from ((line + file.first, row) for line, row in file.reader.rows(inside))
