"""`json`: one object with everything, for programs. Within a version keys are only added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from ftlint import __version__
from ftlint.dialects import named
from ftlint.report.formats import Format
from ftlint.text.labels import merged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.engine.result import CheckedFile
    from ftlint.report.finding import Finding
    from ftlint.report.formats import Style
    from ftlint.report.report import Report

VERSION = 1
_OPTIONS = orjson.OPT_NON_STR_KEYS


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - the signature of all reporters
    """Yield the report as one object, a finding a line so that it diffs well."""
    head = {
        "version": VERSION,
        "ftlint": __version__,
        "summary": summary(report),
        "files": [described(file, snippets=report.snippets) for file in report.files],
    }
    yield f'{orjson.dumps(head).decode()[:-1]},"findings":['
    findings = [dumped(finding) for finding in report.findings]
    yield from (line + "," * (index + 1 < len(findings)) for index, line in enumerate(findings))
    yield "]}"


def dumped(finding: Finding) -> str:
    """Return a finding as a line of JSON."""
    return orjson.dumps(as_dict(finding), default=_plain, option=_OPTIONS).decode()


def as_dict(finding: Finding) -> dict[str, Any]:
    """Return a finding as an object."""
    return {
        "rule": finding.rule,
        "code": finding.code,
        "level": finding.level,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_column": finding.end_column,
        "byte_offset": finding.byte_offset,
        "pointer": finding.pointer,
        "message": finding.message,
        "args": finding.args,
        "url": finding.url,
        "fix": _fix(finding),
        "related": [{"path": index.path, "line": index.line} for index in finding.related],
    }


def _plain(value: Any) -> Any:
    """Return what JSON has for a value: sets in order, so that two reports are the same."""
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else str(value)


def _fix(finding: Finding) -> dict[str, Any] | None:
    """Return how a finding can be repaired; edits are in bytes of the file."""
    if finding.fix is None:
        return None
    edits = [
        {
            "byte_offset": (finding.byte_offset or 0) + edit.start,
            "byte_length": edit.end - edit.start,
            "content": edit.text.decode("utf-8", "replace"),
        }
        for edit in finding.fix.edits
    ]
    return {"applicability": finding.fix.applicability, "title": finding.fix.title, "edits": edits}


def summary(report: Report) -> dict[str, Any]:
    """Return the exact counts, by rule and by level."""
    return {
        "records": report.records,
        "findings": sum(report.counts.values()),
        "baselined": report.baselined,
        "problems": report.problems,
        "levels": report.levels,
        "rules": dict(sorted(report.counts.items())),
        **({"found": dict(report.found), "fixed": dict(report.fixed), "notes": _notes(report)} if report.found else {}),
    }


def _notes(report: Report) -> list[str]:
    return [text if report.snippets else text.partition(": ")[0] for _, text in report.notes]


def _repair(report: Report) -> dict[str, Any]:
    """Return what a repair did."""
    return {"found": dict(report.found), "fixed": dict(report.fixed), "notes": _notes(report)}


def _facts(context: Context, *, snippets: bool) -> dict[str, Any]:
    """Return what the dialect knows of a file; the texts in it only where they may show."""
    nothing: dict[str, Any] = {"separator": None, "separators": [], "stop": None}
    return {**nothing, **named(context.dialect).facts(context.known)} if snippets else nothing


def described(file: CheckedFile, *, snippets: bool = True) -> dict[str, Any]:
    """Return what a file is taken to be. snippets: whether texts of the data may show."""
    context = file.context
    return {
        "path": file.path,
        "role": file.role,
        "lines": file.facts.lines,
        "records": file.facts.records,
        "dialect": context.dialect,
        "target": context.target.name,
        "encoding": context.encoding,
        **_facts(context, snippets=snippets),
        "task": context.task,
        "labels": len(merged(file.labels)) if file.labels is not None else None,
        "surveyed": context.surveyed,
        "unread": sorted(file.facts.unread),
    }


FORMAT = Format("json", render, alone=True, edits=True)
