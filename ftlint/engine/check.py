"""A check: parts to an engine, what they hold merged, rules that judge the whole."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects import named
from ftlint.engine.inputs import inputs_of
from ftlint.engine.part import Part, Plan, Wanted, asks_for, work_on_lines
from ftlint.engine.result import CheckedFile, DatasetReport
from ftlint.engine.survey import survey, survey_valid
from ftlint.errors import raise_if_interrupted
from ftlint.metrics import FileFacts, Gathered, Labels
from ftlint.records.lines import Lines
from ftlint.records.spread import spread
from ftlint.rule import LEVELS, DatasetRule, LineRule, RecordRule, Violations
from ftlint.sources import BLOCK
from ftlint.sources.charset import charset_of
from ftlint.sources.kinds import HEAD, charsets_of, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.engine.base import Engine
    from ftlint.engine.dataset import Dataset
    from ftlint.engine.partial import Partial
    from ftlint.metrics import Metric
    from ftlint.rule import Rule
    from ftlint.sources import Source


def check_dataset(dataset: Dataset, rules: Sequence[Rule], engine: Engine, **more: Any) -> DatasetReport:
    """Check a dataset with these rules; arguments are those of `checked`."""
    with checked(dataset, rules, engine, **more) as report:
        return report


@contextmanager
def checked(
    dataset: Dataset,
    rules: Sequence[Rule],
    engine: Engine,
    *,
    block: int = BLOCK,
    progress: Callable[[int], None] | None = None,
    known: Context | None = None,
    limit: int | None = None,
    gather: Callable[[Context], tuple[type[Metric], ...]] = lambda _: (),
) -> Iterator[DatasetReport]:
    """Check a dataset with these rules, and yield the report while its metrics have all their rows.

    Args:
        dataset: What is checked.
        rules: What is looked for.
        engine: Does the work.
        block: Bytes of a part.
        progress: Called with the bytes of each part that is done.
        known: What is known of the dataset; without it, what a survey shows.
        limit: How many violations of a rule and level are kept of each file; None: all. Their number is exact all the same.
        gather: Metrics that are wanted besides those of the rules; they are on the report.

    """
    report = DatasetReport([], [])
    context = known or survey(dataset.train, dataset.options, rules, report.failures, valid=dataset.valid)
    roles = [("train", dataset.train, context)]
    if dataset.valid:
        roles.append(("valid", dataset.valid, survey_valid(dataset.valid, dataset.options, context)))
    with ExitStack() as cleanup:
        for role, sources, judged_by in roles:
            applying = tuple(rule for rule in rules if role in rule.roles and _applies(rule, judged_by, report))
            compared = _compared(rules, judged_by) if role == "train" and dataset.valid else set()
            plan = Plan(judged_by, applying, _metrics(applying, judged_by, {*compared, *gather(judged_by)}), limit)
            files = [_file(source, role, judged_by) for source in sources]
            partial = engine.fold(plan, _parts(files, block), progress or (lambda _: None))
            cleanup.callback(partial.close)
            for source in sources:
                source.check_unchanged()
            _settle(files, partial)
            report.files += files
            report.failures |= partial.failures
            for rule in applying:
                for kind in partial.broken:
                    if asks_for(rule, kind, judged_by):
                        report.failures.setdefault(rule.code, rule.failure(partial.broken[kind]))
            like = _like(dataset, applying) if role == "train" else ()
            gathered = report.gathered[role] = _gathered(
                role, plan, files, partial, engine, train=report.gathered.get("train"), like=like
            )
            _judge(plan, partial, gathered, report)
            if Labels in gathered.metrics and judged_by.classification:
                for file in files:
                    file.labels = gathered.get(Labels).counts
        yield report


def _applies(rule: Rule, context: Context, report: DatasetReport) -> bool:
    """Whether a rule is for a dataset, and what it needs to see is there."""
    if rule.code in report.failures:
        return False
    try:
        if not rule.applies(context):
            return False
        wanted = rule.wants(context) if isinstance(rule, DatasetRule) else ()
        rule.applicability(context)
        dialect = named(context.dialect)
        if isinstance(rule, RecordRule) and dialect.checked and not dialect.has(rule.table):
            return False
    except BaseException as error:  # noqa: BLE001 - a rule may be anybody's; the others have something to say too
        raise_if_interrupted(error)
        report.failed(rule, error)
        return False
    return dialect.checked or not any(kind.needs_texts for kind in wanted)


def _compared(rules: Sequence[Rule], context: Context) -> set[type[Metric]]:
    """Return the metrics of training files that rules about validation files ask for."""
    asking = [rule for rule in rules if isinstance(rule, DatasetRule) and rule.compares and rule.applies(context)]
    return {kind for rule in asking for kind in rule.compares} if named(context.dialect).checked else set()


def _metrics(rules: Sequence[Rule], context: Context, more: set[type[Metric]]) -> tuple[type[Metric], ...]:
    """Return the metrics that these rules need, and more."""
    wanted = {kind for rule in rules if isinstance(rule, DatasetRule) for kind in rule.wants(context)}
    return tuple(sorted(wanted | more, key=lambda kind: kind.__name__))


def _file(source: Source, role: str, context: Context) -> CheckedFile:
    """Return a file of which it is known whether its lines are to be read."""
    facts = FileFacts()
    facts.charset, facts.lines_wanted = charset_of(source), source.takes_lines
    facts.spread = None if facts.charset or source.made_of_records else spread(source)
    head = source.head(HEAD)
    if not source.made_of_records and head.lstrip()[:1] not in {b"{", b"["}:
        facts.columns = columns_of(head)
    if not head.isascii():
        facts.charsets = charsets_of(head)
    if not facts.read_by_lines:
        facts.size = source.size
    return CheckedFile(source.path, role, facts, context, 0, Lines(source, context))


def _parts(files: Sequence[CheckedFile], block: int) -> Iterator[Part]:
    """Yield the parts of files whose lines are read."""
    for index, file in enumerate(files):
        if file.facts.read_by_lines:
            yield from (Part(index, file.lines.source, span) for span in file.lines.source.spans(block))


def _settle(files: Sequence[CheckedFile], partial: Partial) -> None:
    """Tell files what was found in them, and where their lines are."""
    first = 0
    for index, file in enumerate(files):
        file.first = first
        if index in partial.facts:
            file.facts.merge(partial.facts[index])
        first += file.facts.lines
    for index, start, line in partial.index:
        files[index].lines.starts.append(start)
        files[index].lines.firsts.append(line - files[index].first)


def _like(dataset: Dataset, rules: Sequence[Rule]) -> Sequence[str]:
    """Return inputs as they will come in use, where they are named, and some rule asks for them."""
    wanted = dataset.options.like is not None and any(rule.asked_by == "like" for rule in rules)
    return inputs_of(dataset.options.like) if wanted and dataset.options.like else ()


def _gathered(
    role: str,
    plan: Plan,
    files: Sequence[CheckedFile],
    partial: Partial,
    engine: Engine,
    *,
    train: Gathered | None,
    like: Sequence[str],
) -> Gathered:
    """Return what is known of all records of a role. train: in a validation file's case, what its training files gave."""

    def fetch(lines: Sequence[int]) -> Iterator[tuple[int, Mapping[str, Any]]]:
        bounds = [*(file.first for file in files), partial.lines]
        for file, (start, end) in zip(files, pairwise(bounds), strict=True):
            inside = [line - start for line in lines if start <= line < end]
            yield from ((line + start, row) for line, row in file.lines.rows(inside))

    def on_lines(work: Callable[[Any, Any], Any], shared: Any, lines: pl.Series) -> Iterator[list[tuple[int, Any]]]:
        return engine.map(work_on_lines, (work, shared), _wanted(files, lines))

    return Gathered(
        role=role,
        context=plan.context,
        metrics={type(metric): metric for metric in partial.metrics},
        files=[file.facts for file in files],
        fetch=fetch,
        on_lines=on_lines,
        on_rows=engine.by_key,
        train=train,
        like=like,
    )


def _wanted(files: Sequence[CheckedFile], lines: pl.Series) -> Iterator[Wanted]:
    """Yield the parts of files that hold some of these lines, which rise."""
    for file in files:
        parts = list(file.lines.parts(file.facts.lines))
        bounds = [file.first + numbers.start for _, numbers in parts] + [file.first + file.facts.lines]
        places = lines.search_sorted(pl.Series(bounds, dtype=pl.UInt64)).to_list()
        for (span, numbers), (start, end) in zip(parts, pairwise(places), strict=True):
            if start < end:
                absolute = range(file.first + numbers.start, file.first + numbers.stop)
                yield Wanted(file.lines.source, file.context, span, absolute, lines[start:end])


def _judge(plan: Plan, partial: Partial, gathered: Gathered, report: DatasetReport) -> None:
    """Add to the report what line and record rules found, and what dataset rules find now."""
    for rule in plan.rules:
        if rule.code in report.failures:
            continue
        try:
            results = list(_violations_of(rule, partial, gathered))
            for violations in filter(len, results):
                _check_violations(violations, partial.lines)
                violations.role = gathered.role
                if violations.applicability == "rule":
                    violations.applicability = rule.applicability(plan.context)
        except BaseException as error:  # noqa: BLE001 - a rule may be anybody's; the others have something to say too
            raise_if_interrupted(error)
            report.failed(rule, error)
            continue
        report.violations += ((rule, violations) for violations in filter(len, results))


def _check_violations(violations: Violations, lines: int) -> None:
    """Raise ValueError for violations that no rule can have: of an unknown level, or on lines that are not there."""
    if violations.level not in LEVELS:
        raise ValueError(f"it reports at the level {violations.level!r}, which there is not")
    last = -1 if violations.lines is None else int(violations.line_numbers[-1])
    if last >= max(lines, 1):
        raise ValueError(f"it reports line {last}, and there are {lines}")


def _violations_of(rule: Rule, partial: Partial, gathered: Gathered) -> Iterator[Violations]:
    """Yield what a rule found."""
    if isinstance(rule, (LineRule, RecordRule)):
        tables = {level: table for level in LEVELS if (table := partial.found(rule.code, level)) is not None}
        results = {
            level: Violations(level, table["line"], positions=table["position"], counts=partial.counts[rule.code, level])
            for level, table in tables.items()
        }
        yield from rule.report(results, gathered)
    # What few lines of many hold says nothing of the dataset: first these must be records.
    if isinstance(rule, DatasetRule) and (rule.reads_broken or not gathered.mostly_broken):
        yield from rule.judge(gathered)
