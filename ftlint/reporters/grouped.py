"""`grouped`: by rule, because data repeats itself; what a person reads."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftlint.reporters import WIDTH
from ftlint.reporters.text import COLORS, cut, describe, fix_word, paint, percent, plain, window
from ftlint.rule import LEVELS
from ftlint.rule import render as render_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.findings import CheckedFile, Finding, Report
    from ftlint.reporters import Style
    from ftlint.rule import Level, Rule


@dataclass
class Group:
    """Findings of one rule and level in one file: how many, and the first of them."""

    rule: Rule
    level: Level
    file: CheckedFile
    count: int = 0
    shown: list[Finding] = field(default_factory=list)


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the report."""
    groups = _groups(report)
    for file in report.files:
        yield from _file(file, [group for group in groups if group.file is file], style)
    if style.statistics:
        yield from statistics(report)
    yield from repairs(report)
    yield from _summary(report, style)


def _groups(report: Report) -> list[Group]:
    """Return the groups, by file, level and code."""
    groups: dict[tuple[str, str, Level, str], Group] = {}
    for dataset in report.datasets:
        for rule, hits, file, indexes in dataset.by_file():
            key = (file.path, file.role, hits.level, rule.code)
            groups.setdefault(key, Group(rule, hits.level, file)).count += len(indexes)
    by_place: dict[tuple[str, Level, str], list[Group]] = defaultdict(list)
    for group in groups.values():
        by_place[group.file.path, group.level, group.rule.code].append(group)
    for finding in report.findings:
        by_place[finding.path, finding.level, finding.code][0].shown.append(finding)
    return sorted(groups.values(), key=lambda group: (LEVELS.index(group.level), group.rule.code))


def _file(file: CheckedFile, groups: list[Group], style: Style) -> Iterator[str]:
    path = plain(file.path)
    described = [*describe(file), *(["nothing found"] if not groups else [])]
    if len(path) <= 30:
        lines = [f"{path}: {described[0]}", *(" " * (len(path) + 2) + line for line in described[1:])]
    else:
        lines = [path, *(f"  {line}" for line in described)]
    yield from (cut(line, WIDTH) for line in lines)
    yield ""
    if not groups:
        return
    for group in groups:
        yield from _group(group, style)
    yield ""


def _group(group: Group, style: Style) -> Iterator[str]:
    rule, shown = group.rule, group.shown
    one = group.count == 1 and shown
    if one or not rule.headline:
        text = shown[0].message if shown else rule.summary()
    else:
        text = f"{group.count:,} {rule.headline}"
        if not rule.once:
            text += f" ({percent(group.count, group.file.facts.lines)})"
    fix = fix_word(shown[0]) if shown else ""
    head = cut(f"{group.level:7} {rule.code} {rule.name()} · {plain(text)}", WIDTH - (len(fix) + 3 if fix else 0))
    head += f" · {fix}" if fix else ""
    label = f"{group.level:7} {rule.code}"
    yield paint(label, color=style.color, fg=COLORS[group.level], bold=True) + head[len(label) :]
    if group.level == "info":
        return
    places = [finding for finding in shown if finding.line is not None][:3]
    if not places:
        return
    digits = max(3, *(len(f"{finding.line:,}") for finding in places))
    for finding in places:
        detail = "" if one else rule.detail  # what is alone has said it above
        yield f"  {finding.line:>{digits},}  {_place(finding, detail, style, WIDTH - digits - 4)}".rstrip()
    if group.count > len(places):
        yield f"  {'⋮':>{digits}}  {group.count - len(places):,} more"


def _place(finding: Finding, detail: str, style: Style, columns: int) -> str:
    if detail:
        return cut(plain(render_message(detail, finding.args)), columns)
    if not style.snippets:
        return cut(plain(finding.message), columns)
    text, start, end = window(finding, min(columns, 90))
    cutoff = cut(text, columns)
    if cutoff != text or not style.color:
        return cutoff
    return text[:start] + paint(text[start:end], color=style.color, fg=COLORS[finding.level], bold=True) + text[end:]


def repairs(report: Report) -> Iterator[str]:
    """Yield what was repaired, a line a rule, and what was chosen for a whole dataset."""
    rules = {rule.code: rule for rule in report.rules}
    for code in [code for code in rules if report.fixed[code]]:
        left = f", {report.counts[code]:,} left" if report.counts[code] else ""
        yield f"fixed   {code} {rules[code].name()} · {report.fixed[code]:,} repaired{left}"
    yield from (cut(f"chosen  {note}", WIDTH) for note in report.notes)
    if report.fixed:
        yield ""


def statistics(report: Report) -> Iterator[str]:
    """Yield a line a rule: count, code, name and whether it can be fixed, the commonest first."""
    rules = {rule.code: rule for rule in report.rules}
    for code, count in sorted(report.counts.items(), key=lambda item: (-item[1], item[0])):
        mark = {"safe": "safe fix", "unsafe": "unsafe fix", "request": "on request"}.get(rules[code].fixable or "", "")
        yield f"{count:>12,}  {code}  {rules[code].name():24} {mark}".rstrip()
    if report.counts:
        yield ""


def _summary(report: Report, style: Style) -> Iterator[str]:
    levels = report.levels
    parts = [f"{levels[level]:,} {level}{'s' * (levels[level] != 1)}" for level in ("error", "warning") if levels[level]]
    records = f"{report.records:,} record{'s' * (report.records != 1)}"
    files = f" in {len(report.files):,} files" if len(report.files) > 1 else ""
    seconds = f" ({style.seconds:.2f} s)" if style.seconds is not None else ""
    found = " and ".join(parts) or ("Nothing but information" if levels["info"] else "Nothing found")
    yield paint(f"{found} in {records}{files}{seconds}", color=style.color, bold=True)
    yield from (cut(line, WIDTH) for line in _ways_on(report, style))


def _ways_on(report: Report, style: Style) -> Iterator[str]:
    """Yield the commands that go on from here."""
    if not report.levels["error"] + report.levels["warning"]:
        return
    fixes: Counter[str] = Counter()
    for dataset in report.datasets:
        for rule, hits in dataset.hits:
            if hits.lines is None or not rule.depends:
                fixes[hits.repair or ""] += len(hits)
    paths = shlex.join(style.paths) if 0 < len(style.paths) <= 3 else "…"
    ways = []
    if fixes["safe"]:
        ways.append((f"{fixes['safe']:,} can be repaired safely:", f"ftlint check --fix {paths}", "  (see it first: --diff)"))
    if fixes["unsafe"]:
        more = " more" if fixes["safe"] else ""
        ways.append((f"{fixes['unsafe']:,}{more} by changing the data:", f"ftlint check --fix --unsafe-fixes {paths}", ""))
    worst = min(report.counts_by_level, key=lambda key: (LEVELS.index(key[1]), key[0]))
    ways.append(("what a rule means:", f"ftlint rule {worst[0]}", ""))
    room = max(len(what) for what, _, _ in ways)
    yield from (f"  {what:{room}}  {how}{more}" for what, how, more in ways)
