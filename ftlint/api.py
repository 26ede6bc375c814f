"""What the command line and other programs call: paths, file objects, records or frames in, a report out."""

from __future__ import annotations

import json
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson
import polars as pl

from ftlint import config as configuration
from ftlint.datasets import Dataset
from ftlint.discovery import matches
from ftlint.engine.commit import commit, target_of
from ftlint.engine.local import check_dataset
from ftlint.engine.repair import Allowed, Repaired, repair_dataset
from ftlint.engine.workers import Workers
from ftlint.errors import ConfigError, InputError, did_you_mean
from ftlint.findings import DatasetReport, Report
from ftlint.registry import Selection, configured, matching
from ftlint.sources import BLOCK, Source, open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ftlint.config import Config
    from ftlint.rule import Hits, Rule


def check(
    data: Any,
    *,
    valid: Any = None,
    config: str | PathLike[str] | Mapping[str, Any] | None = None,
    jobs: int = 1,
    max_findings: int | None = 1000,
    **settings: Any,
) -> Report:
    """Check a dataset and return the report.

    data: a path (or several in a list), a binary or text file object, an iterable of dicts, or a polars, pandas or Arrow
    frame. valid: a validation file of the same kinds. config: a configuration file, or its keys and values; without it
    none is read. jobs: processes; more than one needs the caller's `if __name__ == "__main__"`. max_findings: how many
    findings are kept a rule and file (None: all); counts are exact. settings: any key of a configuration file
    (`target="davinci"`, `select=["SEP"]`, `rules={"rare-label": {"minimum": 50}}`).

    Raises InputError for what cannot be read, ConfigError for settings that do not fit.
    """
    resolved = _resolved(config, settings)
    training = _sources(data)
    if valid is None and len(training) > 1:
        datasets = [Dataset([source], resolved.wishes()) for source in training]
    else:
        datasets = [Dataset(training, resolved.wishes(), _sources(valid) if valid is not None else [])]
    with Workers(jobs, sum(dataset.size for dataset in datasets)) as workers:
        report = run(datasets, resolved, workers=workers, limit=max_findings)
    report.findings  # noqa: B018 - rendered while the sources are open
    report.close()
    return report


def run(
    datasets: Sequence[Dataset],
    config: Config,
    *,
    workers: Workers | None = None,
    limit: int | None = 1000,
    block: int = BLOCK,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Check datasets by a resolved configuration; the report's sources are open until it is closed.

    workers: processes; without them this one alone. limit: findings kept a rule and file. block: bytes of a block.
    progress: called with the bytes of each block that is done.
    """
    rules = _rules(config)
    workers = workers or Workers(1, 0)
    reports = [check_dataset(dataset, rules, workers, block=block, progress=progress) for dataset in datasets]
    return Report([_adjusted(report, config) for report in reports], rules, limit, config.settings.fail_on)


def _resolved(config: str | PathLike[str] | Mapping[str, Any] | None, settings: Mapping[str, Any]) -> Config:
    """Return the configuration of a library call: a file only where one is named."""
    chosen = {} if config is None or isinstance(config, (str, PathLike)) else dict(config)
    file = Path(config) if isinstance(config, (str, PathLike)) else None
    return configuration.load({**chosen, **settings}, file=file, isolated=True)


def _rules(config: Config) -> list[Rule]:
    """Return the selected rules with their options."""
    settings = config.settings
    selection = Selection(
        None if settings.select is None else tuple(settings.select), tuple(settings.extend_select), tuple(settings.ignore)
    )
    _check_names(config)
    return configured(selection.rules(), settings.rules)


def _check_names(config: Config) -> None:
    """Raise ConfigError for names in the settings that mean nothing."""
    from ftlint.dialects import names  # noqa: PLC0415 - keeps imports in one direction

    matching(config.settings.levels, "levels")
    for words in config.settings.per_file_ignores.values():
        matching(words, "per-file-ignores")
    dialect = config.settings.dialect
    if dialect is not None and dialect not in names():
        raise ConfigError(f"unknown dialect {dialect!r}{did_you_mean(dialect, names())}; known are {', '.join(names())}")


def _adjusted(report: DatasetReport, config: Config) -> DatasetReport:
    """Return the report with the levels of the configuration, and without what it ignores in some files."""
    levels = {rule: level for word, level in config.settings.levels.items() for rule in matching([word], "levels")}
    ignores = [(pattern, matching(words, "per-file-ignores")) for pattern, words in config.settings.per_file_ignores.items()]
    hits = [(rule, replace(found, level=levels.get(type(rule), found.level))) for rule, found in report.hits]
    kept = [(rule, remaining) for rule, found in hits if (remaining := _without_ignored(rule, found, report, ignores))]
    return DatasetReport(report.files, kept)


def _without_ignored(
    rule: Rule, hits: Hits, report: DatasetReport, ignores: Sequence[tuple[str, set[type[Rule]]]]
) -> Hits | None:
    patterns = [pattern for pattern, rules in ignores if type(rule) in rules]
    if not patterns:
        return hits
    single = DatasetReport(report.files, [(rule, hits)])
    kept = [indexes for _, _, file, indexes in single.by_file() if not matches(file.path, patterns)]
    if not kept:
        return None
    if hits.lines is None:
        return hits
    chosen = pl.concat([pl.Series(indexes, dtype=pl.UInt32) for indexes in kept])
    return replace(hits, lines=hits.lines.gather(chosen), related=None if hits.related is None else hits.related.gather(chosen))


def _sources(data: Any) -> list[Source]:
    """Return the sources of whatever a caller has."""
    if isinstance(data, (str, PathLike)):
        return [open_source(fspath(data))]
    if isinstance(data, (bytes, bytearray, memoryview)):
        return [Source("<bytes>", len(data), bytes(data))]
    if hasattr(data, "read"):
        content = data.read()
        content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        return [Source(str(getattr(data, "name", "<stream>")), len(content), content)]
    records = _frame_records(data)
    name = "<records>" if records is None else "<frame>"
    items: list[Any] = list(data) if records is None else list(records)
    if items and all(isinstance(item, (str, PathLike)) for item in items):
        return [open_source(fspath(item)) for item in items]
    lines = b"".join(_line(record, number) for number, record in enumerate(items, 1))
    return [Source(name, len(lines), lines)]


def _frame_records(data: Any) -> list[dict[str, Any]] | None:
    """Return the rows of a frame, without nulls: in a frame a null is how a missing key looks."""
    if isinstance(data, pl.LazyFrame):
        data = data.collect()
    elif not isinstance(data, pl.DataFrame) and hasattr(data, "__dataframe__"):
        data = pl.from_dataframe(data)
    elif hasattr(data, "__arrow_c_stream__"):
        data = pl.DataFrame(data)
    if not isinstance(data, pl.DataFrame):
        return None
    return [{key: value for key, value in row.items() if value is not None} for row in data.iter_rows(named=True)]


def _rows(data: Any) -> list[Any] | None:
    """Return the records of a frame or an iterable; None for what is bytes or files."""
    if isinstance(data, (str, PathLike, bytes, bytearray, memoryview)) or hasattr(data, "read"):
        return None
    frame = _frame_records(data)
    rows = list(data) if frame is None else frame
    return None if rows and all(isinstance(row, (str, PathLike)) for row in rows) else rows


def _value(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:
        return json.loads(line)


_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


def _line(record: Any, number: int) -> bytes:
    """Return a record as a line; raises InputError for what is not JSON."""
    try:
        return orjson.dumps(record, option=_PLAIN) + b"\n"
    except (TypeError, ValueError):
        pass
    try:
        # What orjson refuses and the standard library writes (a lone surrogate, NaN) is a finding, not an exception.
        return json.dumps(record).encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"record {number} cannot be written as JSON: {error}") from error


def fix(
    data: Any,
    *,
    unsafe: bool = False,
    config: str | PathLike[str] | Mapping[str, Any] | None = None,
    jobs: int = 1,
    max_findings: int | None = 1000,
    **settings: Any,
) -> tuple[Any, Report]:
    """Repair a dataset; return it, and the report on what is left.

    data: a path, which is repaired in place and returned; a polars frame, of which a frame comes back; bytes or a file
    object: bytes; an iterable of dicts: a list. unsafe: also what changes texts or drops records. The other arguments are
    those of `check`; `fixable` and `unfixable` among the settings name rules.

    Raises InputError for what cannot be read or written, ConfigError for settings that do not fit.
    """
    resolved = _resolved(config, settings)
    data = data.collect() if isinstance(data, pl.LazyFrame) else data
    rows = _rows(data)
    sources = _sources(data if rows is None else rows)
    if len(sources) != 1:
        raise InputError("one dataset is repaired at a time; call it for each file")
    [source] = sources
    with Workers(jobs, source.size) as workers:
        [repaired], report = run_fix(
            [Dataset([source], resolved.wishes())], resolved, unsafe=unsafe, workers=workers, limit=max_findings, target=target_of
        )
    report.findings  # noqa: B018 - rendered while the sources are open
    original, new, _ = repaired.files[0]
    try:
        if original.origin:
            commit(original, new)
            return data, report
        content = b"".join(new.parts())
    finally:
        repaired.close()
    if rows is None:
        return content, report
    # What no repair touched comes back as it was; not every value (NaN, large numbers) survives a way through JSON.
    untouched: dict[bytes, list[Any]] = {}
    for number, row in enumerate(rows, 1):
        untouched.setdefault(_line(row, number).strip(), []).append(row)
    lines = [line for line in content.split(b"\n") if line.strip()]
    records = [same.pop(0) if (same := untouched.get(line)) else _value(line) for line in lines]
    if isinstance(data, pl.DataFrame):
        return pl.DataFrame(records, schema=data.schema), report
    return records, report


def run_fix(
    datasets: Sequence[Dataset],
    config: Config,
    *,
    unsafe: bool,
    workers: Workers,
    limit: int | None = 1000,
    target: Callable[[Source], Path | None] = lambda _: None,
    dropped: IO[bytes] | None = None,
    track: bool = False,
) -> tuple[list[Repaired], Report]:
    """Repair datasets into temporary files, which the caller puts in place or deletes; the report is on what is left."""
    settings = config.settings
    rules = _rules(config)
    allowed = Allowed(
        unsafe or settings.unsafe_fixes,
        frozenset(matching(settings.fixable, "fixable")),
        frozenset(matching(settings.unfixable, "unfixable")),
    )
    repaired = [
        repair_dataset(dataset, rules, workers, allowed, dropped=dropped, target=target, track=track) for dataset in datasets
    ]
    report = Report([_adjusted(item.report, config) for item in repaired], rules, limit, settings.fail_on)
    for item in repaired:
        report.found.update(item.found)
        report.fixed.update(item.applied)
        report.notes += [*item.notes, *(f"{name}: its repair never came to rest, and was taken back" for name in item.unsettled)]
    return repaired, report
