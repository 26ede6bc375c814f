"""What the configuration makes of a report: other levels, what it ignores in some files, what the baseline accepts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from msgspec import structs

from ftlint.datasets import alone_in, covers
from ftlint.report import baseline
from ftlint.rule.registry import matching

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftlint.config import Config
    from ftlint.engine.result import CheckedFile, DatasetReport
    from ftlint.report.report import Report
    from ftlint.rule import Rule, Violations


def adjusted(report: DatasetReport, config: Config) -> DatasetReport:
    """Return a report with the levels of the configuration, and without what it ignores in some files."""
    levels = {rule: level for word, level in config.settings.levels.items() for rule in matching([word], "levels")}
    violations = [
        (rule, structs.replace(result, level=levels.get(type(rule), result.level))) for rule, result in report.violations
    ]
    is_spared = spared(config)

    def ignored(rule: Rule, _: Violations, file: CheckedFile) -> bool:
        return is_spared(rule, file.path)

    report = structs.replace(report, violations=violations)
    return report.hiding(ignored) if config.settings.per_file_ignores else report


def spared(config: Config) -> Callable[[Rule, str], bool]:
    """Return a function that tells whether the configuration ignores a rule in the file of a path."""
    ignores = [(pattern, matching(words, "per-file-ignores")) for pattern, words in config.settings.per_file_ignores.items()]

    @cache
    def rules_of(path: str) -> set[type[Rule]]:
        return {rule for pattern, rules in ignores if covers([pattern], path, config) for rule in rules}

    return lambda rule, path: type(rule) in rules_of(path)


def accepted(report: Report, config: Config) -> Report:
    """Return a report without what the baseline accepts, if there is one; what it accepts too much of is in `stale`."""
    path = config.baseline
    if path is None:
        return report
    known = baseline.read(path)
    stale = baseline.stale(known, report, alone_in({file.path for file in report.files}, config))
    baselined, left = 0, []
    for dataset in report.datasets:
        hidden = baseline.hidden(known, dataset)
        baselined += sum(hidden.values())

        def accepts(
            rule: Rule, violations: Violations, file: CheckedFile, names: frozenset[tuple[str, str]] = frozenset(hidden)
        ) -> bool:
            return violations.level != "info" and (file.path, rule.name()) in names

        left.append(dataset.hiding(accepts) if hidden else dataset)
    return replace(report, datasets=left, stale=stale, baselined=baselined)
