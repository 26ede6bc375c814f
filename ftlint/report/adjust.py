"""What the configuration makes of a report: other levels, what it ignores in some files, what the baseline accepts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ftlint.engine.dataset import alone_in
from ftlint.report import baseline
from ftlint.rule.registry import matching
from ftlint.sources.discovery import matches

if TYPE_CHECKING:
    from ftlint.config import Config
    from ftlint.engine.result import CheckedFile, DatasetReport
    from ftlint.report.findings import Report
    from ftlint.rule import Hits, Rule


def adjusted(report: DatasetReport, config: Config) -> DatasetReport:
    """Return a report with the levels of the configuration, and without what it ignores in some files."""
    levels = {rule: level for word, level in config.settings.levels.items() for rule in matching([word], "levels")}
    hits = [(rule, replace(found, level=levels.get(type(rule), found.level))) for rule, found in report.hits]
    ignores = [(pattern, matching(words, "per-file-ignores")) for pattern, words in config.settings.per_file_ignores.items()]

    def ignored(rule: Rule, _: Hits, file: CheckedFile) -> bool:
        return any(type(rule) in rules and matches(file.path, [pattern]) for pattern, rules in ignores)

    report = replace(report, hits=hits)
    return report.without(ignored) if ignores else report


def accepted(report: Report, config: Config) -> Report:
    """Return a report without what the baseline accepts, if there is one; what it accepts too much of is in `stale`."""
    path = config.baseline
    if path is None:
        return report
    known = baseline.read(path)
    report.stale = baseline.stale(known, report, alone_in({file.path for file in report.files}, config))
    for place, dataset in enumerate(report.datasets):
        hidden = baseline.hidden(known, dataset)
        report.baselined += sum(hidden.values())

        def accepts(rule: Rule, hits: Hits, file: CheckedFile, names: frozenset[tuple[str, str]] = frozenset(hidden)) -> bool:
            return hits.level != "info" and (file.path, rule.name()) in names

        report.datasets[place] = dataset.without(accepts) if hidden else dataset
    return report
