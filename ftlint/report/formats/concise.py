"""`concise`: a line a finding, `path:line:column: CODE name: message`, for editors and grep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.report.formats import WIDTH, Format
from ftlint.report.formats.grouped import statistics
from ftlint.report.formats.text import COLORS, cut, paint, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.report.formats import Style
    from ftlint.report.report import Report

_LEAST = 90
"""Columns that a message gets, however long the path is."""


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the report."""
    for finding in report.findings:
        index = f"{plain(finding.path)}:{finding.line or 1}:{finding.column or 1}: "
        code = paint(finding.code, color=style.color, fg=COLORS[finding.level], bold=True)
        rest = f" {finding.rule}: {plain(finding.message)}"
        yield index + code + cut(rest, max(_LEAST, WIDTH - len(index) - len(finding.code)))
    omitted = sum(report.counts.values()) - len(report.findings)
    if omitted:
        yield f"… and {omitted:,} more; --max-findings shows more of a rule"
    if style.statistics:
        yield from statistics(report)


FORMAT = Format("concise", render)
