"""`grouped`: by rule, because data repeats itself; what a person reads."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ftlint.report.formats import FEW, WIDTH, Format
from ftlint.report.formats.text import COLORS, cut, describe, fix_word, folded, paint, percent, plain, window
from ftlint.rule import LEVELS
from ftlint.rule import render as render_message
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.engine.result import CheckedFile, DatasetReport
    from ftlint.report.finding import Finding
    from ftlint.report.formats import Style
    from ftlint.report.report import Report
    from ftlint.rule import Applicability, Count, Level, Rule, Violations


_MANY = 3
"""Files from which on those without errors and warnings take a line each."""


class Group(Struct):
    """Findings of one rule and level in one file: how many, in how many places of records, and the first of them.

    Attributes:
        parts: For each kind of them the lines, how many records one stands for, and how safely it can be repaired.
        plans: What a repair would choose.
        changes: How many records repairs of each kind change, where that is not the number of findings.
    """

    rule: Rule
    level: Level
    file: CheckedFile
    count: int = 0
    parts: list[tuple[Count, int | None, Applicability | None]] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)
    shown: list[Finding] = field(default_factory=list)
    plans: dict[str, None] = field(default_factory=dict)

    def add(self, violations: Violations, count: Count, plan: str) -> None:
        """Count some findings of the rule."""
        if plan:
            self.plans[plan] = None
        self.count += count.violations
        self.parts.append((count, violations.affects, violations.repair))
        if violations.repair and (violations.changes or violations.affects):
            self.changes[violations.repair] += violations.changes or (violations.affects or 0) * count.violations

    @property
    def places(self) -> int:
        """How many places of records are at fault."""
        return sum(count.violations * (affects or 1) for count, affects, _ in self.parts)

    @property
    def records(self) -> int:
        """How many records have a fault; one that has several counts once."""
        return min(sum(count.records if affects is None else affects for count, affects, _ in self.parts), _whole(self))

    def repair(self) -> str:
        """Return how the findings can be repaired, in words; an empty text where none can."""
        ways = {finding.applicability for finding in self.shown}
        best = next((way for way in ("safe", "unsafe", "request") if way in ways), None)
        unseen = self.rule.depends and self.count > len(self.shown)
        word = fix_word(best)
        changed = self.changes[best] if best else 0
        if best and changed:
            word += f" of {numbered(min(changed, _whole(self)), 'record')}"
        word += " for some" if best and (len(ways) > 1 or unseen) else ""
        return word + (f": {'; '.join(self.plans)}" if best and self.plans else "")


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the report."""
    groups = _groups(report)
    many = len(report.files) > _MANY
    for file in report.files:
        own = [group for group in groups if group.file is file]
        # Of many files those in which nothing is wrong take a line.
        if many and all(group.level == "info" for group in own):
            yield _line_of(file, own, style)
        else:
            yield from _file(file, own, style)
    if style.statistics:
        yield from statistics(report)
    yield from repairs(report, width=style.width)
    yield from _summary(report, style)


def _groups(report: Report) -> list[Group]:
    """Return the groups, by file, level and code."""
    groups: dict[tuple[str, str, Level, str], Group] = {}
    for dataset in report.datasets:
        for some in dataset.by_file():
            rule, violations, file = some.rule, some.violations, some.file
            key = (file.path, file.role, violations.level, rule.code)
            plan = _plan(dataset, rule, violations) if report.snippets else ""
            groups.setdefault(key, Group(rule, violations.level, file)).add(violations, some.total, plan)
    by_place: dict[tuple[str, Level, str], list[Group]] = defaultdict(list)
    for group in groups.values():
        by_place[group.file.path, group.level, group.rule.code].append(group)
    for finding in report.findings:
        by_place[finding.path, finding.level, finding.code][0].shown.append(finding)
    return sorted(groups.values(), key=lambda group: (LEVELS.index(group.level), group.rule.code))


def _plan(dataset: DatasetReport, rule: Rule, violations: Violations) -> str:
    """Return what the repair of these violations would choose or take away, in words; an empty text where that needs none."""
    fix = dataset.fix(rule, violations) if violations.repair in {"safe", "unsafe"} else None
    if fix is None or fix.unit == "file":
        return ""
    both = fix.scope == "dataset" and fix.note and any(file.role == "valid" for file in dataset.files)
    return f"{fix.note}, of both files" if both else fix.note


def _file(file: CheckedFile, groups: list[Group], style: Style) -> Iterator[str]:
    yield from heading(file, "" if groups else "nothing found", snippets=style.snippets, width=style.width)
    yield ""
    for group in groups:
        yield from _group(group, style)
    if groups:
        yield ""


def _line_of(file: CheckedFile, groups: list[Group], style: Style) -> str:
    """Return a line for a file without errors and warnings."""
    notes = f", {numbered(sum(group.count for group in groups), 'note')}" if groups else ""
    return cut(f"{plain(file.path)}: {describe(file, snippets=style.snippets)[0]}{notes}", style.width)


def heading(file: CheckedFile, more: str = "", *, snippets: bool = True, width: int = WIDTH) -> Iterator[str]:
    """Yield a file's path and what it is taken to be, and `more`."""
    path = plain(file.path)
    described = [*describe(file, snippets=snippets), *([more] if more else [])]
    indent = " " * (len(path) + 2) if len(path) <= 30 else "  "
    lines = [line for text in described for line in folded(text.split(" "), width - len(indent), "  ")]
    if len(path) > 30:
        yield path
    yield from (
        cut(f"{path}: {line}" if not index and len(path) <= 30 else indent + line, width) for index, line in enumerate(lines)
    )


def _group(group: Group, style: Style) -> Iterator[str]:
    rule, shown = group.rule, group.shown
    if not rule.headline or (group.count == 1 and shown):
        for finding in shown:
            yield from _head(
                group, finding.message, fix_word(finding.applicability) if group.count > 1 else group.repair(), style
            )
        if not shown:
            yield from _head(group, rule.summary(), group.repair(), style)
    else:
        number = group.count if rule.once else group.records
        several = f", {group.places:,} places" if group.places > number else ""
        share = "" if rule.once else f" ({percent(group.records, _whole(group))}{several})"
        yield from _head(group, f"{number:,} {rule.headline}{share}", group.repair(), style)
    if group.level == "info":
        return
    context = group.file.context
    symptom = rule.symptom(context.target) if group.level == "error" and "target" in context.given else ""
    if symptom:
        words = f"{context.target.name} says: {symptom}".split(" ")
        yield from (" " * 8 + line for line in folded(words, style.width - 8, ""))
    indexes = [finding for finding in shown if finding.line is not None][:3]
    if not indexes:
        return
    digits = max(3, *(len(f"{finding.line:,}") for finding in indexes))
    for finding in indexes:
        detail = "" if group.count == 1 or not style.snippets else rule.detail  # what is alone has said it above
        yield f"  {finding.line:>{digits},}  {_place(finding, detail, style, style.width - digits - 4)}".rstrip()
    if group.count > len(indexes):
        yield f"  {'⋮':>{digits}}  {group.count - len(indexes):,} more"


def _head(group: Group, text: str, repair: str, style: Style) -> Iterator[str]:
    """Yield what is wrong, and whether it can be repaired."""
    label = f"{group.level:7} {group.rule.code}"
    how, *rest = repair.split() or [""]
    fix = [f"· {how}", *rest] if how else []  # the dot stays with what it introduces
    first, *more = folded([label, group.rule.name(), "·", *plain(text).split(" "), *fix], style.width, " " * 8)
    yield paint(label, color=style.color, fg=COLORS[group.level], bold=True) + first[len(label) :]
    yield from more


def _whole(group: Group) -> int:
    """Return of how many lines or records a group's findings are a part."""
    facts = group.file.facts
    return facts.lines if group.rule.family() in {"file", "json"} else facts.records


def _place(finding: Finding, detail: str, style: Style, columns: int) -> str:
    if detail:
        return cut(plain(render_message(detail, finding.args)), columns)
    if not style.snippets:
        column = f"column {finding.column:,}" if finding.column else ""
        return cut(plain(", ".join(filter(None, (finding.pointer, column)))), columns)
    text, start, end = window(finding, min(columns, 90))
    cutoff = cut(text, columns)
    if cutoff != text or not style.color:
        return cutoff
    return text[:start] + paint(text[start:end], color=style.color, fg=COLORS[finding.level], bold=True) + text[end:]


def repairs(report: Report, verb: str = "fixed", width: int = WIDTH) -> Iterator[str]:
    """Yield what was repaired, or would be, a line a rule, and what else there is to say of it."""
    rules = {rule.code: rule for rule in report.rules}
    for code in [code for code in rules if report.fixed[code]]:
        left = f", {report.counts[code]:,} left" if report.counts[code] else ""
        yield f"{verb:7} {code} {rules[code].name()} · {report.fixed[code]:,} repaired{left}"
    for kind, whole in report.notes:
        text = whole if report.snippets else whole.partition(": ")[0]
        first, *more = folded([f"{kind:7}", *text.split(" ")], width, " " * 8)
        yield from (plain(first), *more)
    if report.fixed or report.notes:
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
    yield paint(f"{totals(report)}{_seconds(style)}", color=style.color, bold=True)
    yield from _ways_on(report, style)


def totals(report: Report) -> str:
    """Return how much was found, in a sentence."""
    levels = report.levels
    parts = [numbered(levels[level], level) for level in ("error", "warning") if levels[level]]
    files = f" in {len(report.files):,} files" if len(report.files) > 1 else ""
    notes = f" ({numbered(levels['info'], 'note')})" if levels["info"] and not parts else ""
    result = " and ".join(parts) or ("No errors or warnings" if notes else "Nothing found")
    known = f"; {numbered(report.baselined, 'finding')} more in the baseline" if report.baselined else ""
    unread = f"; {numbered(len(report.unreadable), 'file')} could not be read" if report.unreadable else ""
    return f"{result} in {numbered(report.records, 'record')}{files}{notes}{known}{unread}"


def _seconds(style: Style) -> str:
    return f" ({style.seconds:.2f} s)" if style.seconds is not None else ""


def _ways_on(report: Report, style: Style) -> Iterator[str]:
    """Yield the commands that go on from here; they are never cut."""
    if not report.levels["error"] + report.levels["warning"]:
        return
    if tables := [file.path for file in report.files if file.lines.source.table]:
        yield f"  repairs need lines of JSON:  ftlint convert {shlex.quote(tables[0])}"
        return
    paths = style.paths if len(style.paths) <= 3 else ["…"]
    command = " ".join(["ftlint check --fix", *map(shlex.quote, (*style.options, *paths))]).replace("'…'", "…")
    safe, unsafe = _repairable(report, "safe"), _repairable(report, "unsafe")
    ways = []
    if safe:
        ways.append((f"{safe} can be repaired safely{_changed(report, 'safe')}:", command))
    if unsafe:
        more = " more" if safe else ""
        what = f"{unsafe}{more} by changing the data{_changed(report, 'unsafe')}:"
        ways.append((what, command.replace("--fix", "--fix --unsafe-fixes", 1)))
    if asked := _on_request(report):
        count, codes = asked
        ways.append((f"{count:,} on request:", command.replace("--fix", f"--fix --unsafe-fixes --fixable {codes}", 1)))
    worst = min(report.counts_by_level, key=lambda key: (LEVELS.index(key[1]), key[0]))
    ways.append(("what a rule means:", f"ftlint rule {worst[0]}"))
    room = max(len(what) for what, _ in ways)
    for index, (what, how) in enumerate(ways):
        line = f"  {what:{room}}  {how}"
        if len(line) > style.width:
            yield f"  {what}"
            line = f"    {how}"
        hint = "  (see it first: --diff)" if index == 0 and (safe or unsafe) else ""
        yield line + (hint if len(line + hint) <= style.width else "")
    revealing = {rule.code for rule in report.rules if rule.reveals}
    if any(finding.code in revealing and finding.applicability in {"safe", "unsafe"} for finding in report.findings):
        yield "  more may be found, and repaired, when this is done"


def _on_request(report: Report) -> tuple[int, str] | None:
    """Return how many warnings and errors are repaired where their rules are named, and these; None for none."""
    violations = [
        (rule, some)
        for dataset in report.datasets
        for rule, some in dataset.violations
        if some.repair == "request" and some.level != "info"
    ]
    codes = ",".join(sorted({rule.code for rule, _ in violations}))
    return (sum(len(some) for _, some in violations), codes) if codes else None


def _changed(report: Report, how: Applicability) -> str:
    """Return how many records these repairs change at most, where one finding stands for many; else an empty text."""
    violations = [violations for dataset in report.datasets for _, violations in dataset.violations if violations.repair == how]
    if not any(some.affects or some.changes for some in violations):
        return ""
    changed = sum(some.changes or some.records for some in violations)
    return f", in up to {numbered(min(changed, report.records), 'record')}"


def _repairable(report: Report, how: Applicability) -> str:
    """Return how many findings can be repaired in a way; an empty text where none can.

    Where that depends on the case, and not all cases were looked at, it is `up to` a number. After a repair, what could be
    repaired safely is done.
    """
    count, unsure = 0, False
    kept = Counter(finding.code for finding in report.findings)
    ways = Counter((finding.code, finding.applicability) for finding in report.findings)
    for rule in report.rules:
        violations = [violations for dataset in report.datasets for other, violations in dataset.violations if other is rule]
        total = sum(map(len, violations))
        if not rule.depends:
            count += sum(len(some) for some in violations if some.repair == how)
        elif total <= kept[rule.code]:
            count += ways[rule.code, how]
        elif ways[rule.code, how] and not (report.found and how == "safe"):
            count, unsure = count + total, True
    return f"{'up to ' * unsure}{count:,}" if count else ""


FORMAT = Format("grouped", render, shown=FEW)
