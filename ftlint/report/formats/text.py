"""What the reporters for people share: colours, widths, and a window of a line around a fault."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

import click

from ftlint.rule import LEVELS
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ftlint.engine.result import CheckedFile
    from ftlint.metrics import FileFacts
    from ftlint.report.finding import Finding
    from ftlint.report.report import Report
    from ftlint.rule import Rule

COLORS = {"error": "red", "warning": "yellow", "info": "blue"}
_FIX_WORDS = {"safe": "safe fix", "unsafe": "unsafe fix", "request": "fix on request"}


def paint(text: str, *, color: bool, **style: object) -> str:
    """Return a text in colour, where there is to be any."""
    return click.style(text, **style) if color and text else text  # type: ignore[arg-type] # click's own keywords


def width(text: str) -> int:
    """Return the columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum((not unicodedata.combining(char)) * (2 if unicodedata.east_asian_width(char) in "WF" else 1) for char in text)


def cut(text: str, columns: int) -> str:
    """Return a text that is no wider than this, with `…` where it was cut."""
    if width(text) <= columns:
        return text
    kept = text[: columns - 1]
    while width(kept) > columns - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def plain(text: str) -> str:
    """Return a text whose control characters show as escapes, so that no data steers the terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in text)


def window(finding: Finding, columns: int) -> tuple[str, int, int]:
    """Return a part of the finding's line around the fault, and where in it the fault starts and ends."""
    text = finding.text or ""
    start = (finding.column or 1) - 1
    end = max(start + 1, (finding.end_column or start + 2) - 1)
    end = min(end, start + columns // 2)
    before = min(start, max(columns - (end - start) - 20, columns // 3))
    first, last = start - before, min(len(text), end + columns - before - (end - start))
    head = ("…" if first else "") + plain(text[first:start])
    fault, tail = plain(text[start:end]), plain(text[end:last]) + ("…" if last < len(text) else "")
    head = head if width(head) <= columns else head[-columns:]
    return head + fault + tail, len(head), len(head) + len(fault)


def folded(words: Iterable[str], columns: int, indent: str) -> list[str]:
    """Return words on lines that are no wider than this, the second and further ones indented."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}" if lines[-1].strip() else lines[-1] + word
        if width(longer) <= columns or not lines[-1].strip():
            lines[-1] = longer
        else:
            lines.append(indent + word)
    return [cut(line, columns) for line in lines]


def fix_word(how: str | None) -> str:
    """Return how something can be repaired, in words; an empty text where it cannot."""
    return _FIX_WORDS.get(how or "", "")


def percent(part: int, whole: int) -> str:
    """Return a share in percent, as exact as its size asks for."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.1:
        return "<0.1 %"
    return f"{share:.0f} %" if share >= 10 or share == 0 else f"{share:.1f} %"


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, the worst first, then by file and line."""
    return sorted(findings, key=lambda finding: (LEVELS.index(finding.level), finding.path, finding.line or 0))


def by_rule(report: Report) -> list[tuple[Rule, list[Finding]]]:
    """Return the rules that found something with their kept findings, the worst first."""
    kept: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        kept[finding.code].append(finding)
    rules = [rule for rule in report.rules if report.counts[rule.code]]
    worst = {rule.code: min((LEVELS.index(finding.level) for finding in kept[rule.code]), default=3) for rule in rules}
    return sorted(((rule, kept[rule.code]) for rule in rules), key=lambda pair: (worst[pair[0].code], pair[0].code))


def describe(file: CheckedFile, *, snippets: bool = True) -> list[str]:
    """Return the lines that say what a file is taken to be. snippets: whether texts of the data may show."""
    from ftlint.dialects import named  # noqa: PLC0415 - keeps the import of this module light

    context, facts = file.context, file.facts
    if facts.spread is not None:
        return [f"{facts.size:,} bytes, {numbered(facts.spread.objects, 'object')}, not one a line"]
    if facts.charset or not facts.records:
        return [f"{facts.size:,} bytes, no record could be read"]
    if not named(context.dialect).checked:
        kind = numbered(facts.records, f"{context.dialect} record")
        return [f"{kind}: bytes, JSON, keys and their types are checked", "not looked at: texts, tokens, duplicates, splits"]
    if not context.recognised:
        return [f"{numbered(facts.records, 'record')}, of no known shape or of several, read as {context.dialect}"]
    kind = named(context.dialect).shown or context.dialect
    role = " validation" if file.role == "valid" else ""
    target = f" for {context.target.name}" if context.target.source else ", no target named"
    first = f"{numbered(facts.records, f'{kind}{role} record')}{target}"
    if not context.surveyed:
        return [f"{first}; none of them could be surveyed"]
    return _inferred(file, first, snippets=snippets)


def _inferred(file: CheckedFile, first: str, *, snippets: bool) -> list[str]:
    """Return the lines that say what was inferred of records. first: what is first."""
    from ftlint.dialects import named  # noqa: PLC0415 - keeps the import of this module light
    from ftlint.text.labels import merged  # noqa: PLC0415 - likewise

    context, dialect, facts = file.context, named(file.context.dialect), file.facts
    if dialect.tells_task or context.classification:
        first += f", {context.task}"
    if context.classification and file.labels is not None:
        first += f" with {numbered(len(merged(file.labels)), 'label')}"
    phrases = dialect.describe(context) if snippets else []
    unread = _unread(facts, snippets=snippets)
    return [first, *([", ".join(phrases)] if phrases else []), *([f"not looked at: {unread}"] if unread else [])]


def _unread(facts: FileFacts, *, snippets: bool) -> str:
    """Return what records hold that no rule looks at; keys only where texts of the data may show."""
    results = sorted(facts.unread)
    if facts.further:
        keys = ", ".join(f'"{key}"' for key in facts.further) if snippets else ""
        results.append(f"what the further keys hold{f' ({keys})' if keys else ''}")
    return ", ".join(results)
