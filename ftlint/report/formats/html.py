"""`html`: one page that needs nothing else and no network, for people who look rather than read.

Texts of the data are in it as JSON alone, and get into the page as text, never as markup.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import orjson

from ftlint.records.edits import edited
from ftlint.report.formats import Format
from ftlint.report.formats.grouped import repairs, totals
from ftlint.report.formats.text import by_rule, cut, describe, fix_word, plain, window
from ftlint.report.page import Bar, asset, bars, page_of
from ftlint.rule import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.report.finding import Finding
    from ftlint.report.formats import Style
    from ftlint.report.report import Report
    from ftlint.rule import Rule

_COLUMNS = 160
"""Characters of a line around a fault."""

_SHARED = ("duplicate", "split")
"""Families of rules about records that are there more than once."""

_EDITS, _EDIT, _AROUND = 5, 240, 30
"""Edits of a repair that are shown, characters of one, and bytes of the line around it."""


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the page."""
    rules = by_rule(report)
    data = orjson.dumps([_rule(rule, findings, report, style) for rule, findings in rules]).decode()
    tokens = asset("tokens.css") if style.pictures else ""
    body = _body(report, rules, style.pictures)
    yield from page_of(f"ftlint: {totals(report)}", body, style=tokens, script="findings.js", data=data)


def _body(report: Report, rules: Sequence[tuple[Rule, list[Finding]]], pictures: Sequence[str]) -> Iterator[str]:
    worst = next((level for level in LEVELS if report.levels[level]), "none")
    yield f'<header><h1>ftlint</h1><p class="verdict {worst}">{escape(totals(report))}</p>'
    yield from (f'<p class="problem">{escape(plain(problem))}</p>' for problem in report.problems)
    yield "<dl>"
    for file in report.files:
        about = "".join(f"<dd>{escape(plain(line))}</dd>" for line in describe(file, snippets=report.snippets))
        yield f"<dt>{escape(plain(file.path))}</dt>{about}"
    yield "</dl></header><main>"
    found = [(rule.code, rule.name(), report.counts[rule.code], _level(rule, findings)) for rule, findings in rules]
    yield from (f"<p>{escape(line)}</p>" for line in repairs(report) if line)
    yield "<h2>Findings by rule</h2>" if rules else ""
    yield bars("Findings by rule", [Bar(f"{code} {name}", count, level, f"#{code}") for code, name, count, level in found])
    yield from _shared(report, {code: level for code, _, _, level in found})
    if pictures:
        yield f"<details><summary><h2>The data: labels, lengths, and what is lost</h2></summary>{''.join(pictures)}</details>"
    yield from _filters() if rules else ()
    yield '<div id="rules"></div></main>'


def _shared(report: Report, levels: Mapping[str, str]) -> Iterator[str]:
    """Yield the picture of what is in the data more than once, or in two of its parts. levels: of the rules' findings."""
    found = [rule for rule in report.rules if rule.family() in _SHARED and report.counts[rule.code]]
    if found:
        title = f"Duplicates and leaks, of {report.records:,} records"
        rows = [Bar(f"{rule.code} {rule.name()}", report.counts[rule.code], levels[rule.code], f"#{rule.code}") for rule in found]
        yield f"<h2>{title}</h2>{bars(title, [Bar('all records', report.records), *rows])}"


def _level(rule: Rule, findings: Sequence[Finding]) -> str:
    return min((finding.level for finding in findings), key=LEVELS.index, default=rule.level)


def _filters() -> Iterator[str]:
    """Yield the controls that choose findings."""
    boxes = "".join(f'<label><input type="checkbox" value="{level}" checked> {level}</label>' for level in LEVELS)
    yield '<form role="search" aria-label="Findings">'
    yield '<label>Search <input type="search" id="search" placeholder="text, file, rule"></label>'
    yield f"<fieldset><legend>Levels</legend>{boxes}</fieldset>"
    yield '<label><input type="checkbox" id="fixable"> with a fix only</label>'
    yield '<p id="count" role="status"></p></form>'


def _rule(rule: Rule, findings: Sequence[Finding], report: Report, style: Style) -> dict[str, Any]:
    """Return what the page shows of a rule."""
    return {
        "code": rule.code,
        "name": rule.name(),
        "summary": rule.summary(),
        "url": rule.url(),
        "level": _level(rule, findings),
        "count": report.counts[rule.code],
        "findings": [_finding(finding, snippets=style.snippets) for finding in findings],
    }


def _finding(finding: Finding, *, snippets: bool) -> dict[str, Any]:
    """Return what the page shows of a finding."""
    result: dict[str, Any] = {
        "level": finding.level,
        "place": plain(finding.path) + (f":{finding.line}:{finding.column or 1}" if finding.line else ""),
        "message": plain(finding.message),
        "fix": fix_word(finding.applicability),
    }
    if finding.pointer:
        result["pointer"] = plain(finding.pointer)
    if finding.fix and finding.fix.title:
        result["title"] = plain(finding.fix.title)
    if finding.text is not None and snippets:
        text, start, end = window(finding, _COLUMNS)
        if finding.column is not None:
            result["line"] = [text[:start], text[start:end], text[end:]]
        result["edits"] = _edits(finding)
        result["drops"] = _drops(finding)
    return result


def _drops(finding: Finding) -> bool:
    """Whether a repair takes the whole record away."""
    raw = (finding.text or "").encode("utf-8", "surrogateescape")
    return bool(finding.fix and finding.fix.edits and not edited(raw, finding.fix.edits))


def _edits(finding: Finding) -> list[list[str]]:
    """Return what a repair takes from the line and what it writes instead, with what is before and after."""
    raw = (finding.text or "").encode("utf-8", "surrogateescape")
    edits = finding.fix.edits[:_EDITS] if finding.fix else ()
    return [
        [
            "…" * (edit.start > _AROUND) + plain(raw[max(0, edit.start - _AROUND) : edit.start].decode("utf-8", "ignore")),
            _shown(raw[edit.start : edit.end]),
            _shown(edit.text),
            plain(raw[edit.end : edit.end + _AROUND].decode("utf-8", "ignore")) + "…" * (edit.end + _AROUND < len(raw)),
        ]
        for edit in edits
    ]


def _shown(part: bytes) -> str:
    return cut(plain(part.decode("utf-8", "replace")), _EDIT)


FORMAT = Format("html", render, edits=True, pictures=True)
