"""The baseline: how many findings of a rule a file may have, because it had them when the gate was put up."""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from msgspec import Struct, field

from ftlint.errors import ConfigError, InputError, did_you_mean
from ftlint.rule import DatasetRule
from ftlint.rule.registry import known_rules
from ftlint.sources.files import writing

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from ftlint.engine.result import CheckedFile, DatasetReport
    from ftlint.report.report import Report
    from ftlint.rule import Rule

DEFAULT = "ftlint-baseline.json"
VERSION = 1


class Baseline(Struct):
    """Accepted numbers of findings, by file and rule name. folder: what the files' paths are relative to."""

    folder: Path
    files: dict[str, dict[str, int]] = field(default_factory=dict)

    def key(self, file: CheckedFile) -> str:
        """Return what a file is called in the baseline."""
        return Path(os.path.relpath(file.path, self.folder)).as_posix()

    def allowed(self, file: CheckedFile, rule: str) -> int:
        """Return how many findings of a rule are accepted in a file."""
        return self.files.get(self.key(file), {}).get(rule, 0)


def read(path: Path) -> Baseline:
    """Return the baseline of a file; raises ConfigError for one that is none."""
    try:
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot read the baseline {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not a baseline: {error}") from error
    files = content.get("files") if isinstance(content, dict) and content.get("version") == VERSION else None
    rows = files.values() if isinstance(files, dict) else [None]
    counts = [row.values() if isinstance(row, dict) else [None] for row in rows]
    if files is None or not all(type(count) is int and count > 0 for row in counts for count in row):
        raise ConfigError(
            f'{path} is not a baseline; it should be {{"version": {VERSION}, "files": {{"FILE": {{"RULE": NUMBER}}}}}}'
        )
    names = {word: rule.name() for rule in known_rules() for word in (rule.name(), rule.code, *rule.formerly)}
    if unknown := next((rule for row in files.values() for rule in row if rule not in names), None):
        raise ConfigError(f"{path}: no rule is called {unknown!r}{did_you_mean(unknown, names)}")
    accepted: dict[str, dict[str, int]] = {}
    for name, rules in files.items():
        row = accepted.setdefault(posixpath.normpath(name), {})
        for rule, count in rules.items():
            row[names[rule]] = row.get(names[rule], 0) + count
    return Baseline(path.absolute().parent, accepted)


def write(path: Path, baseline: Baseline) -> None:
    """Write a baseline, sorted, so that it diffs well."""
    files = {name: dict(sorted(rules.items())) for name, rules in sorted(baseline.files.items()) if rules}
    with writing(str(path)) as out:
        out.write(orjson.dumps({"version": VERSION, "files": files}, option=orjson.OPT_INDENT_2) + b"\n")


def of(reports: Iterable[DatasetReport], folder: Path) -> Baseline:
    """Return the baseline that accepts all errors and warnings of these reports."""
    baseline = Baseline(folder)
    for (key, rule), count in _counts(reports, baseline).items():
        baseline.files.setdefault(key, {})[rule] = count
    return baseline


def pruned(baseline: Baseline, reports: Iterable[DatasetReport], rules: Iterable[Rule], alone: Container[str]) -> Baseline:
    """Return a baseline that accepts no more than is found now, in the files and of the rules of this run.

    Args:
        alone: Paths of files that are checked without the others of their dataset.
    """
    reports = list(reports)
    compared = _compared(baseline, reports, rules, alone)
    counts = _counts(reports, baseline)
    files = {
        file: {
            rule: min(count, counts[file, rule]) if (file, rule) in compared else count
            for rule, count in accepted.items()
            if (file, rule) not in compared or counts[file, rule]
        }
        for file, accepted in baseline.files.items()
        # One that is gone, or has another name now, would excuse a file that comes after it.
        if Path(baseline.folder, file).exists()
    }
    return Baseline(baseline.folder, files)


def stale(baseline: Baseline, report: Report, alone: Container[str]) -> list[str]:
    """Return a phrase for each entry, of the files and rules of a report, that accepts more than there is."""
    counts = _counts(report.datasets, baseline)
    compared = _compared(baseline, report.datasets, report.rules, alone)
    return [
        f"{file} has {counts[file, rule]:,} of {count:,} {rule}"
        for file, accepted in baseline.files.items()
        for rule, count in accepted.items()
        if (file, rule) in compared and counts[file, rule] < count
    ]


def _compared(
    baseline: Baseline, reports: Iterable[DatasetReport], rules: Iterable[Rule], alone: Container[str]
) -> set[tuple[str, str]]:
    """Return the files and rules whose findings are compared: not a dataset's in a file of it that is checked alone."""
    rules = list(rules)
    return {
        (baseline.key(file), rule.name())
        for report in reports
        for file in report.files
        for rule in rules
        if rule.code not in report.failures and not (file.path in alone and isinstance(rule, DatasetRule))
    }


def hidden(baseline: Baseline, report: DatasetReport) -> Mapping[tuple[str, str], int]:
    """Return the findings that a baseline hides in a dataset, by path and rule name: all of a rule in a file, or none."""
    counts = _counts([report], baseline)
    return {
        (file.path, rule): count
        for file in report.files
        for (key, rule), count in counts.items()
        if key == baseline.key(file) and count <= baseline.allowed(file, rule)
    }


def _counts(reports: Iterable[DatasetReport], baseline: Baseline) -> Counter[tuple[str, str]]:
    """Return how many errors and warnings there are, by file and rule name."""
    counts: Counter[tuple[str, str]] = Counter()
    for report in reports:
        for some in report.by_file():
            if some.violations.level != "info":
                counts[baseline.key(some.file), some.rule.name()] += some.total.violations
    return counts
