"""`github`: workflow commands that GitHub shows as annotations, no more than it keeps, every rule with its share."""

from __future__ import annotations

import os
from collections import defaultdict
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from ftlint.report.formats import FEW, Format
from ftlint.report.formats.text import by_severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ftlint.report.finding import Finding
    from ftlint.report.formats import Style
    from ftlint.report.report import Report

MOST = 10
"""Annotations of a level that GitHub keeps of a step (actions/toolkit, pull request 734)."""

_EACH = 3
"""Annotations of one rule: of many alike, a few tell as much."""

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - the signature of all reporters
    """Yield annotations, the worst first, and a last one that says how many findings have none."""
    for text in report.problems[:MOST]:
        yield f"::error title=ftlint::{_escaped(text)}"
    shown = 0
    for level, command in _COMMANDS.items():
        room = MOST if level != "info" else MOST - 1
        for finding in _chosen(report.findings, level)[:room]:
            shown += 1
            yield _annotation(command, finding)
    left = sum(report.counts.values()) - shown
    if left:
        yield f"::notice title=ftlint::and {left:,} more; the job summary and the log have them"


def _chosen(findings: Iterable[Finding], level: str) -> list[Finding]:
    """Return findings of a level: the first of every rule, then the second ones, and so on."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in by_severity(findings):
        if finding.level == level and len(by_rule[finding.code]) < _EACH:
            by_rule[finding.code].append(finding)
    return [finding for finding in chain.from_iterable(zip_longest(*by_rule.values())) if finding]


def _annotation(command: str, finding: Finding) -> str:
    path = _path(finding.path)
    line = finding.line or 1  # without a line it is not shown at the file
    properties = {"file": path, "line": line, "endLine": line}
    if finding.line and finding.column and finding.end_column:
        properties |= {"col": finding.column, "endColumn": finding.end_column}
    properties["title"] = f"ftlint {finding.code} ({finding.rule})"
    index = " ".join(filter(None, (f"{path}:{line}" if finding.line else path, finding.pointer)))
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{command} {listed}::{_escaped(f'{index} {finding.message}')}"


def _path(path: str) -> str:
    """Return a path as GitHub knows it: relative to the repository, where it is inside."""
    root = os.environ.get("GITHUB_WORKSPACE")
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - `..` goes, links stay
    return whole.relative_to(root).as_posix() if root and whole.is_relative_to(root) else Path(path).as_posix()


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


FORMAT = Format("github", render, shown=FEW)
