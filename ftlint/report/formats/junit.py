"""`junit`: a suite a file, a case a rule that found something; for CI systems that show tests."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from ftlint.report.formats import FEW, Format
from ftlint.report.formats.text import plain
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.report.finding import Finding
    from ftlint.report.formats import Style
    from ftlint.report.report import Report

_SHOWN = 3
"""Findings of a case that its text names."""


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - the signature of all reporters
    """Yield the XML."""
    shown: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in report.findings:
        shown[finding.path, finding.code].append(finding)
    counts = report.counts_by_file
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<testsuites name="ftlint">'
    for name in dict.fromkeys(file.path for file in report.files):
        yield from _suite(name, {code: count for (path, code), count in counts.items() if path == name}, shown)
    if report.problems:
        yield f'<testsuite name="ftlint" tests="{len(report.problems)}" failures="0" errors="{len(report.problems)}">'
        for text in report.problems:
            yield f'<testcase name="rules" classname="ftlint"><error message={_quoted(text)}/></testcase>'
        yield "</testsuite>"
    yield "</testsuites>"


def _suite(path: str, counts: dict[str, int], shown: dict[tuple[str, str], list[Finding]]) -> Iterator[str]:
    """Yield the suite of a file; where nothing was found it has one case, which passes."""
    name = _quoted(path)
    failed = {code: shown[path, code] for code in sorted(counts) if any(f.level != "info" for f in shown[path, code])}
    yield f'<testsuite name={name} tests="{max(1, len(failed))}" failures="{len(failed)}" errors="0">'
    for code, findings in failed.items():
        first = findings[0]
        message = f"{numbered(counts[code], 'finding')}: {first.message}"
        yield f"<testcase name={_quoted(f'{code} {first.rule}')} classname={name}><failure message={_quoted(message)}>"
        yield from (escape(plain(f"{f.path}:{f.line or 1}:{f.column or 1}: {f.message}")) for f in findings[:_SHOWN])
        if counts[code] > _SHOWN:
            yield f"and {counts[code] - _SHOWN:,} more"
        yield "</failure></testcase>"
    if not failed:
        yield f'<testcase name="ftlint" classname={name}/>'
    yield "</testsuite>"


def _quoted(text: str) -> str:
    """Return a text as an attribute; control characters, which XML cannot have, as escapes."""
    return quoteattr(plain(text))


FORMAT = Format("junit", render, alone=True, shown=FEW)
