"""What the command line and other programs call: paths, file objects, records or frames in, a report out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from itertools import chain, islice
from os import PathLike, fspath
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ftlint import config as configuration
from ftlint.dialects import broken_dialects, names
from ftlint.engine.check import check_dataset
from ftlint.engine.commit import commit, target_of
from ftlint.engine.dataset import Dataset, options_of
from ftlint.engine.processes import engine
from ftlint.engine.repair import Allowed, Repaired, proposed, repair_dataset
from ftlint.engine.serial import Engine, Serial
from ftlint.errors import ConfigError, InputError, UsageError, did_you_mean
from ftlint.report.adjust import accepted, adjusted, spared
from ftlint.report.findings import Report
from ftlint.rule.registry import Selection, broken_packs, configured, matching
from ftlint.sources import BLOCK, FRAME, RECORDS, Source, content_of, open_source, temporary_source
from ftlint.sources.frames import frame_of, rows_of
from ftlint.sources.huggingface import is_of_datasets, rebuilt, splits_of, table_of
from ftlint.sources.memory import Repair, Split, as_line, as_object
from ftlint.targets import target
from ftlint.text.tokens import definition

CONFIGURED: Any = ...
"""Stands for the number of findings that the configuration names, or 1,000."""

_OF_THE_COMMAND = {"output", "include", "exclude"}
"""Settings that say what a command reads and writes."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ftlint.config import Config
    from ftlint.evaluation.evaluate import Evaluation
    from ftlint.options import DatasetOptions
    from ftlint.prepare.profile import Profile
    from ftlint.rule import Rule


def check(
    data: Any,
    *,
    valid: Any = None,
    config: str | PathLike[str] | Mapping[str, Any] | None = None,
    jobs: int | None = None,
    max_findings: int | None = CONFIGURED,
    **settings: Any,
) -> Report:
    """Check a dataset and return the report.

    data: a path (or several in a list), a binary or text file object, an iterable of dicts, or a polars, pandas or Arrow
    frame. valid: a validation file of the same kinds. config: a configuration file, or its keys and values; without it
    none is read. jobs: processes (the configuration's, or one); more than one needs the caller's
    `if __name__ == "__main__"`. max_findings: how many findings are kept a rule and file (None: all; without it the
    configuration's, or 1,000); counts are exact. settings: any key of a configuration file
    (`target="davinci"`, `select=["SEP"]`, `rules={"rare-label": {"minimum": 50}}`).

    Raises InputError for what cannot be read, ConfigError for settings that do not fit.
    """
    if is_of_datasets(data):
        data, others = splits_of(data)
        valid = others if valid is None else valid
    resolved = _resolved(config, settings)
    jobs, limit = _processes(resolved, jobs), _limit(resolved, max_findings)
    training = _on_disk(_sources(data), jobs)
    if valid is None and len(training) > 1:
        datasets = [Dataset([source], _options(source, resolved)) for source in training]
    else:
        validation = _on_disk(_sources(valid), jobs) if valid is not None else []
        datasets = [Dataset(training, _options(training[0], resolved) if training else resolved.options(), validation)]
    with engine(jobs, sum(dataset.size for dataset in datasets)) as by:
        report = run(datasets, resolved, by=by, limit=limit)
    report.edits = True
    report.findings  # noqa: B018 - rendered while the sources are open
    report.close()
    return report


def run(
    datasets: Sequence[Dataset],
    config: Config,
    *,
    by: Engine | None = None,
    limit: int | None = 1000,
    block: int = BLOCK,
    progress: Callable[[int], None] | None = None,
    rules: Iterable[Rule] | None = None,
) -> Report:
    """Check datasets by a resolved configuration; the report's sources are open until it is closed.

    by: the engine; without one, this process alone. limit: findings kept a rule and file. block: bytes of a block.
    progress: called with the bytes of each block that is done. rules: instead of those that are installed and selected.
    """
    rules = _rules(config) if rules is None else list(rules)
    by = by or Serial()
    reports = [check_dataset(dataset, rules, by, block=block, progress=progress) for dataset in datasets]
    for dataset, report in zip(datasets, reports, strict=True):
        report.fix = partial(proposed, dataset=dataset, report=report)
    adjusted_ones = [adjusted(report, config) for report in reports]
    snippets = not config.settings.no_snippets
    return accepted(Report(adjusted_ones, rules, limit, config.settings.fail_on, _broken(), snippets=snippets), config)


class _Process:
    """What polars' threads have to do with this process: they do not survive a fork."""

    used = False
    forked = False


def _forked() -> None:
    _Process.forked = _Process.used


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _refuse_forks() -> None:
    """Raise UsageError in a process that was forked after ftlint had worked in its parent: it would wait for ever."""
    if _Process.forked:
        raise UsageError(
            "this process was forked after ftlint had been used in it, which polars' threads do not survive; "
            'start it with the method "spawn" (multiprocessing.get_context("spawn"))'
        )
    _Process.used = True


def _broken() -> tuple[str, ...]:
    """Return a sentence for each installed pack or dialect that cannot be loaded."""
    return (*broken_packs(), *broken_dialects())


def _resolved(config: str | PathLike[str] | Mapping[str, Any] | None, settings: Mapping[str, Any]) -> Config:
    """Return the configuration of a library call: a file only where one is named."""
    _refuse_forks()
    chosen = {} if config is None or isinstance(config, (str, PathLike)) else dict(config)
    for name in (*chosen, *settings):
        if name.replace("-", "_") in _OF_THE_COMMAND:
            raise ConfigError(f"{name} is a setting of the command; a library call takes data, and returns a report")
    file = Path(config) if isinstance(config, (str, PathLike)) else None
    return configuration.load({**chosen, **settings}, file=file, isolated=True)


def _rules(config: Config) -> list[Rule]:
    """Return the selected rules with their options."""
    settings = config.settings
    selection = Selection(
        None if settings.select is None else tuple(settings.select),
        tuple(settings.extend_select),
        tuple(settings.ignore),
        frozenset({"like"} if settings.like else ()),
    )
    _check_names(config)
    return configured(selection.rules(), settings.rules)


def _check_names(config: Config) -> None:
    """Raise ConfigError for names in the settings that mean nothing."""
    matching(config.settings.levels, "levels")
    for words in config.settings.per_file_ignores.values():
        matching(words, "per-file-ignores")
    for name in config.settings.targets:
        own = target(name, config.settings.targets)
        definition(own.encoding)
        for dialect in own.dialects:
            if dialect not in names():
                raise ConfigError(f"targets.{name}: unknown dialect {dialect!r}{did_you_mean(dialect, names())}")
    named = config.settings.dialect
    if named is not None and named not in names():
        raise ConfigError(f"unknown dialect {named!r}{did_you_mean(named, names())} (known are {', '.join(names())})")


def _sources(data: Any) -> list[Source]:
    """Return the sources of whatever a caller has."""
    if isinstance(data, str) and data.lstrip()[:1] in {"{", "["} and not Path(data).exists():
        raise InputError("data is a text that holds JSON; records are given as dicts, lines of JSON as bytes or a file object")
    if isinstance(data, (str, PathLike)):
        return [open_source(fspath(data))]
    if isinstance(data, (bytes, bytearray, memoryview)):
        return [Source("<bytes>", len(data), bytes(data))]
    if hasattr(data, "read"):
        content = data.read()
        content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        return [Source(str(getattr(data, "name", "<stream>")), len(content), content)]
    frame = None if isinstance(data, Split) else frame_of(data)
    return _of_records(data) if frame is None else [_in_memory(FRAME, _lines(rows_of(frame), of_frame=True))]


def _of_records(data: Any) -> list[Source]:
    """Return the sources of records, or of paths or splits, that come one by one."""
    if isinstance(data, Split):
        return [temporary_source(data.name, partial(_write_lines, data.records))]
    if isinstance(data, Mapping) or not hasattr(data, "__iter__"):
        kind = "a single record" if isinstance(data, Mapping) else "None" if data is None else f"a {type(data).__name__}"
        raise InputError(f"data is {kind}; it should be a path, a file object, an iterable of dicts, or a frame")
    items = iter(data)
    first = list(islice(items, 1))
    if first and isinstance(first[0], (Split, str, PathLike)):
        return [source for item in chain(first, items) for source in _sources(item)]
    # There may be more records than memory holds: they go to a file as they come.
    return [temporary_source(RECORDS, partial(_write_lines, chain(first, items)))]


def _write_lines(records: Iterable[Any], out: IO[bytes]) -> None:
    for number, record in enumerate(records, 1):
        out.write(as_line(record, number))


def _lines(records: Sequence[Any], *, of_frame: bool) -> list[bytes]:
    """Return records as lines; of a frame also those with values that JSON does not have, which come back as they are."""
    return [as_line(record, number, as_object if of_frame else None) for number, record in enumerate(records, 1)]


def _in_memory(name: str, lines: Sequence[bytes]) -> Source:
    content = b"".join(lines)
    return Source(name, len(content), content)


def _on_disk(sources: list[Source], jobs: int) -> list[Source]:
    """Return sources that other processes can read, without being sent their bytes."""
    if jobs == 1:
        return sources
    return [
        source if source.data is None else temporary_source(source.path, lambda out, data=source.data: out.write(data))  # type: ignore[misc] # its result is not looked at
        for source in sources
    ]


def _processes(config: Config, jobs: int | None) -> int:
    """Return how many processes are wanted; raises ConfigError for what is no number of them."""
    wanted = (config.settings.jobs or 1) if jobs is None else jobs
    return _counted("jobs", wanted)


def _limit(config: Config, limit: int | None) -> int | None:
    """Return how many findings are kept a rule and file; raises ConfigError for what is no number of them."""
    if limit is CONFIGURED:
        return config.settings.max_findings or 1000
    return None if limit is None else _counted("max_findings", limit)


def _counted(name: str, value: int) -> int:
    if type(value) is not int or value < 1:
        raise ConfigError(f"{name} must be a number of 1 or more, not {value!r}")
    return value


def _options(source: Source, config: Config) -> DatasetOptions:
    """Return what is configured of a file; of what is none, in general."""
    return options_of(str(source.origin), config) if source.origin else config.options()


def profile(
    data: Any,
    *,
    exact_tokens: bool = False,
    positive_class: str | None = None,
    config: str | PathLike[str] | Mapping[str, Any] | None = None,
    jobs: int | None = None,
    **settings: Any,
) -> Profile:
    """Return what a dataset is: labels, tokens, costs, and how to train on it and ask the model afterwards.

    data: one path, file object, frame or iterable of dicts, as of `check`. exact_tokens: count all tokens instead of estimating
    them. positive_class: of two labels the one that counts as positive. The other arguments are those of `check`.

    Raises InputError for data without records, UsageError for an unknown label, ConfigError for settings that do not fit.
    """
    from ftlint.prepare.profile import profile as profiled  # noqa: PLC0415 - a check needs none of it

    resolved = _resolved(config, settings)
    jobs = _processes(resolved, jobs)
    sources = _on_disk(_sources(data), jobs)
    if len(sources) != 1:
        raise InputError("one dataset is profiled at a time; call it for each file")
    try:
        with engine(jobs, sources[0].size) as by:
            return profiled(sources[0], _options(sources[0], resolved), by, exact=exact_tokens, positive=positive_class)
    finally:
        sources[0].close()


def evaluate(
    predictions: Any,
    labels: Any,
    *,
    train: Any = None,
    positive_class: str | None = None,
    beta: float = 1.0,
    config: str | PathLike[str] | Mapping[str, Any] | None = None,
    **settings: Any,
) -> Evaluation:
    """Return how good a model's answers are (extra `ftlint[evaluate]`).

    Args:
        predictions: A path, or an iterable with a text, a response of the API, or an object with a `text` for each record.
        labels: The records that were asked, with the right answers, in the same order; data as of `check`.
        train: What was trained on, so that labels that were never asked for are named; data as of `check`.
        positive_class: Of two labels the one that is looked for; the rarer where None.
        beta: Of F-beta.
        config: As of `check`.
        **settings: As of `check`: `stop`, `separator`, `dialect`, `task`.

    Raises:
        InputError: For data without records, or another number of predictions than records.
        UsageError: For a positive class that is no label.

    """
    from ftlint.evaluation.answers import answers_of  # noqa: PLC0415 - a check needs none of it
    from ftlint.evaluation.evaluate import evaluate as evaluated  # noqa: PLC0415 - likewise
    from ftlint.evaluation.predictions import of_values, read  # noqa: PLC0415 - likewise

    resolved = _resolved(config, settings)
    given = (
        read(content_of(fspath(predictions)), fspath(predictions))
        if isinstance(predictions, (str, PathLike))
        else of_values(predictions)
    )

    def answers(data: Any) -> list[str]:
        results: list[str] = []
        for source in _sources(data):
            with closing(source):
                results += answers_of(source, _options(source, resolved))
        return results

    trained = [] if train is None else answers(train)
    return evaluated(answers(labels), given, trained=trained, positive=positive_class, beta=beta)


def fix(
    data: Any,
    *,
    unsafe: bool = False,
    config: str | PathLike[str] | Mapping[str, Any] | None = None,
    jobs: int | None = None,
    max_findings: int | None = CONFIGURED,
    **settings: Any,
) -> tuple[Any, Report]:
    """Repair a dataset; return it, and the report on what is left.

    data: a path, which is repaired in place and returned; a frame, of which one of its kind comes back; bytes or a file
    object: bytes; a Dataset of Hugging Face's: one; an iterable of dicts: a list. unsafe: also what changes texts or drops
    records. The other arguments are those of `check`; `fixable` and `unfixable` among the settings name rules.

    Raises InputError for what cannot be read or written, ConfigError for settings that do not fit.
    """
    if is_of_datasets(data):
        table, report = fix(table_of(data), unsafe=unsafe, config=config, jobs=jobs, max_findings=max_findings, **settings)
        return rebuilt(data, table), report
    resolved = _resolved(config, settings)
    jobs, limit = _processes(resolved, jobs), _limit(resolved, max_findings)
    frame = frame_of(data)
    rows = None
    if frame is not None:
        rows = rows_of(frame)
    elif not isinstance(data, (str, PathLike, bytes, bytearray, memoryview)) and not hasattr(data, "read"):
        items = list(data)
        rows = None if items and all(isinstance(item, (str, PathLike)) for item in items) else items
        data = items if rows is None else data
    lines = None if rows is None else _lines(rows, of_frame=frame is not None)
    sources = _on_disk(_sources(data) if lines is None else [_in_memory(FRAME if frame is not None else RECORDS, lines)], jobs)
    if len(sources) != 1:
        raise InputError("one dataset is repaired at a time; call it for each file")
    [source] = sources
    source.refuse_repair()
    with engine(jobs, source.size) as by:
        [repaired], report = run_fix(
            [Dataset([source], _options(source, resolved))],
            resolved,
            unsafe=unsafe,
            by=by,
            limit=limit,
            target=target_of,
            track=rows is not None,
        )
    report.findings  # noqa: B018 - rendered while the sources are open
    original, new, origins = repaired.files[0]
    try:
        if original.origin:
            commit(original, new)
            return data, report
        content = b"".join(new.parts())
    finally:
        repaired.close()
        source.close()
    if rows is None or lines is None or origins is None:
        return content, report
    after = list(zip(origins, content.split(b"\n"), strict=False))
    repair = Repair([line.rstrip(b"\n") for line in lines], after, repaired.keys)
    return (repair.of_records(rows) if frame is None else repair.of_frame(frame)), report


def run_fix(
    datasets: Sequence[Dataset],
    config: Config,
    *,
    unsafe: bool,
    by: Engine,
    limit: int | None = 1000,
    target: Callable[[Source], Path | None] = lambda _: None,
    dropped: IO[bytes] | None = None,
    track: bool = False,
    rules: Iterable[Rule] | None = None,
) -> tuple[list[Repaired], Report]:
    """Repair datasets into temporary files, which the caller puts in place or deletes; the report is on what is left.

    rules: instead of those that are installed and selected; their repairs run that run on request.
    """
    settings = config.settings
    named = None if rules is None else list(rules)
    rules = _rules(config) if named is None else named
    allowed = Allowed(
        unsafe or settings.unsafe_fixes,
        frozenset(matching(settings.fixable, "fixable") if named is None else map(type, named)),
        frozenset(matching(settings.unfixable, "unfixable")),
        spared(config),
    )
    repaired = [repair_dataset(dataset, rules, by, allowed, dropped=dropped, target=target, track=track) for dataset in datasets]
    left = [adjusted(item.report, config) for item in repaired]
    report = Report(left, rules, limit, settings.fail_on, _broken(), snippets=not settings.no_snippets)
    for item in repaired:
        report.found.update(item.found)
        report.fixed.update(item.applied)
        report.notes += item.notes
    return repaired, accepted(report, config)
