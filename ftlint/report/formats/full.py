"""`full`: every kept finding with the line around it and carets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.report.formats import WIDTH, Format
from ftlint.report.formats.grouped import heading, statistics, totals
from ftlint.report.formats.text import COLORS, cut, fix_word, folded, paint, plain, width, window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.report.finding import Finding
    from ftlint.report.formats import Style
    from ftlint.report.report import Report


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the report."""
    for file in report.files:
        yield from heading(file, snippets=style.snippets)
    yield ""
    for finding in report.findings:
        yield from _finding(finding, style)
    omitted = sum(report.counts.values()) - len(report.findings)
    if omitted:
        yield f"… and {omitted:,} more; --max-findings shows more of a rule"
    if style.statistics:
        yield from statistics(report)
    yield totals(report)


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    fix = fix_word(finding.applicability)
    head = f"{plain(finding.message)}" + (f" ({fix})" if fix else "")
    label = f"{finding.level} {finding.code} {finding.rule}"
    first, *more = folded([f"{label}:", *head.split(" ")], WIDTH, "  ")
    yield paint(label, color=style.color, fg=COLORS[finding.level], bold=True) + first[len(label) :]
    yield from more
    index = f"{plain(finding.path)}:{finding.line}:{finding.column or 1}" if finding.line else plain(finding.path)
    yield f"  --> {index}" + (f"  {plain(finding.pointer)}" if finding.pointer else "")
    if finding.text is not None and finding.column is not None and style.snippets:
        text, start, end = window(finding, 100)
        shown = cut(text, WIDTH - 4)
        carets = "^" * max(1, min(width(text[start:end]), WIDTH - 4 - width(text[:start])))
        yield f"  | {shown}"
        yield f"  | {' ' * width(text[:start])}{paint(carets, color=style.color, fg=COLORS[finding.level])}"
    yield ""


FORMAT = Format("full", render)
