"""`html`: one page that needs nothing else and no network, for people who look rather than read.

Texts of the data are in it as JSON alone, and get into the page as text, never as markup; its own style and script are named in
the content security policy by their hashes, so that a browser runs nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import orjson

from ftlint import __version__
from ftlint.report.formats import Format
from ftlint.report.formats.grouped import totals
from ftlint.report.formats.text import by_rule, cut, describe, fix_word, plain, window
from ftlint.rule import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.report.finding import Finding
    from ftlint.report.formats import Style
    from ftlint.report.report import Report
    from ftlint.rule import Rule

_COLUMNS = 160
"""Characters of a line around a fault."""

_EDITS, _EDIT, _AROUND = 5, 240, 30
"""Edits of a repair that are shown, characters of one, and bytes of the line around it."""

_BAR, _LABEL = 22, 210
"""Height of a bar of the picture, and width of its label, in the picture's own units; it is 720 wide."""


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the page."""
    rules = by_rule(report)
    css, script = (files(__package__).joinpath("page", name).read_text("utf-8") for name in ("page.css", "page.js"))
    policy = f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    yield "<!doctype html>"
    yield f'<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>ftlint: {escape(totals(report))}</title><style>{css}</style></head><body>"
    yield f'<header><h1>ftlint</h1><p class="verdict {_worst(report)}">{escape(totals(report))}</p>'
    yield from (f'<p class="problem">{escape(plain(problem))}</p>' for problem in report.problems)
    yield "<dl>"
    for file in report.files:
        about = "".join(f"<dd>{escape(plain(line))}</dd>" for line in describe(file, snippets=report.snippets))
        yield f"<dt>{escape(plain(file.path))}</dt>{about}"
    yield f"</dl></header><main>{_picture(report, rules)}"
    yield from _filters() if rules else ()
    yield f'<div id="rules"></div></main><footer>ftlint {escape(__version__)}</footer>'
    yield f'<script type="application/json" id="data">{_data(report, rules, style)}</script>'
    yield f"<script>{script}</script></body></html>"


def _hash(text: str) -> str:
    """Return how a content security policy names a style or a script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _worst(report: Report) -> str:
    return next((level for level in LEVELS if report.levels[level]), "none")


def _picture(report: Report, rules: Sequence[tuple[Rule, list[Finding]]]) -> str:
    """Return a bar a rule, as long as its share of the most findings that one has."""
    if not rules:
        return ""
    most = max(report.counts[rule.code] for rule, _ in rules)
    bars = []
    for index, (rule, findings) in enumerate(rules):
        count, at = report.counts[rule.code], index * _BAR
        length = max(2, round((720 - _LABEL - 80) * count / most))
        level = _level(rule, findings)
        name = f'<text x="0" y="{at + 15}">{rule.code} {cut(rule.name(), 26)}</text>'
        bar = f'<rect class="{level}" x="{_LABEL}" y="{at + 3}" width="{length}" height="{_BAR - 6}" rx="3"/>'
        bars.append(f'<a href="#{rule.code}">{name}{bar}<text x="{_LABEL + length + 6}" y="{at + 15}">{count:,}</text></a>')
    return (
        f'<svg viewBox="0 0 720 {len(rules) * _BAR}" role="group" aria-label="Findings by rule"><title>Findings by rule</title>'
        f"{''.join(bars)}</svg>"
    )


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


def _data(report: Report, rules: Sequence[tuple[Rule, list[Finding]]], style: Style) -> str:
    """Return the findings as JSON that can stand in a script: no `<` in it begins a tag."""
    made = [
        {
            "code": rule.code,
            "name": rule.name(),
            "summary": rule.summary(),
            "url": rule.url(),
            "level": _level(rule, findings),
            "count": report.counts[rule.code],
            "findings": [_finding(finding, snippets=style.snippets) for finding in findings],
        }
        for rule, findings in rules
    ]
    return orjson.dumps(made).decode().replace("<", "\\u003c")


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
    return result


def _edits(finding: Finding) -> list[list[str]]:
    """Return what a repair takes from the line and what it writes instead, with what is before and after."""
    raw = (finding.text or "").encode("utf-8", "surrogateescape")
    edits = finding.fix.edits[:_EDITS] if finding.fix else ()
    return [
        [
            plain(raw[max(0, edit.start - _AROUND) : edit.start].decode("utf-8", "ignore")),
            _shown(raw[edit.start : edit.end]),
            _shown(edit.text),
            plain(raw[edit.end : edit.end + _AROUND].decode("utf-8", "ignore")),
        ]
        for edit in edits
    ]


def _shown(part: bytes) -> str:
    return cut(plain(part.decode("utf-8", "replace")), _EDIT)


FORMAT = Format("html", render, edits=True)
