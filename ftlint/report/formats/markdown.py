"""`markdown`: for job summaries and comments; a verdict, a table of rules, and what each rule found."""

from __future__ import annotations

import html
import shlex
from typing import TYPE_CHECKING

from ftlint.report.formats import FEW, Format
from ftlint.report.formats.grouped import totals
from ftlint.report.formats.text import by_rule, describe, fix_word, percent, plain
from ftlint.rule import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.report.finding import Finding
    from ftlint.report.formats import Style
    from ftlint.report.report import Report
    from ftlint.rule import Rule

MOST = 900_000
"""Bytes of a summary: GitHub takes 1,024 KiB of a step, and nothing of a longer one."""

_SHOWN = 3
_SIGNS = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines, as many whole rules as have room."""
    report.findings  # noqa: B018 - rules may fail only when they explain
    room = MOST
    parts = [_verdict(report, style), *_table(report)]
    left = 0
    for rule, findings in by_rule(report):
        details = _details(rule, findings, report.counts[rule.code])
        size = sum(len(line.encode()) + 1 for line in details)
        if size > room:
            left += 1
            continue
        room -= size
        parts.append(details)
    for part in parts:
        yield from part
    if left:
        yield f"{left} more rules have no room here; `--output json` has everything."
    yield ""
    yield f"Again: {_code(' '.join(['ftlint check', *map(shlex.quote, (*style.options, *style.paths))]))}"


def _verdict(report: Report, style: Style) -> list[str]:
    """Return what was found, and what the files were taken for."""
    mark = _SIGNS["error"] if not report.ok else "✅"
    lines = [f"## {mark} ftlint: {html.escape(totals(report))}", ""]
    lines += [f"- {_code(file.path)}: {_code(', '.join(describe(file, snippets=style.snippets)))}" for file in report.files[:50]]
    lines += [f"- and {len(report.files) - 50:,} more files"] if len(report.files) > 50 else []
    lines += [f"- {_code(text)}" for text in report.problems]
    return [*lines, ""]


def _table(report: Report) -> Iterator[list[str]]:
    """Yield the table of rules."""
    if not report.counts:
        return
    rows = ["| | rule | found | share | first lines | fix |", "|---|---|---:|---:|---|---|"]
    for rule, findings in by_rule(report):
        level = min((finding.level for finding in findings), key=LEVELS.index, default=rule.level)
        count = report.counts[rule.code]
        share = "" if rule.once or not report.records else percent(min(count, report.records), report.records)
        several = len({finding.path for finding in findings}) > 1
        lines = ", ".join(_first_line(finding, several=several) for finding in findings[:_SHOWN] if finding.line)
        fix = next((fix_word(finding.applicability) for finding in findings if finding.fix), "")
        link = f"[{rule.code} {rule.name()}]({rule.url()})"
        rows.append(f"| {_SIGNS[level]} | {link} | {count:,} | {share} | {lines} | {fix} |")
    yield [*rows, ""]


def _first_line(finding: Finding, *, several: bool) -> str:
    """Return where a finding is. several: whether others are in another file."""
    return f"{_code(f'{finding.path}:{finding.line}')}" if several else f"{finding.line:,}"


def _details(rule: Rule, findings: list[Finding], count: int) -> list[str]:
    """Return what a rule found, to be unfolded."""
    lines = [f"<details><summary>{rule.code} {rule.name()}: {html.escape(rule.summary())}</summary>", ""]
    for finding in findings[:_SHOWN]:
        index = f"{finding.path}:{finding.line}:{finding.column or 1}" if finding.line else finding.path
        lines.append(f"- {_code(index)} {_code(finding.message)}")
    lines += [f"- and {count - _SHOWN:,} more"] if count > _SHOWN else []
    return [*lines, "", "</details>", ""]


def _code(text: str) -> str:
    """Return a text that shows as it is: nothing in it is a tag, a mention, a link or the end of a table's cell."""
    return f"<code>{html.escape(plain(text)).replace('|', '&#124;').replace('`', '&#96;')}</code>"


FORMAT = Format("markdown", render, shown=FEW)
