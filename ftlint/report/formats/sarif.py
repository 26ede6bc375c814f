"""`sarif`: SARIF 2.1.0, for code scanning and editors; the worst 5,000 findings of one run."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from ftlint import __version__
from ftlint.report.formats import Format
from ftlint.report.formats.text import by_severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.records.edits import Edit
    from ftlint.report.finding import Finding, RelatedLocation
    from ftlint.report.formats import Style
    from ftlint.report.report import Report
    from ftlint.rule import Rule

MOST = 5_000
"""Results that GitHub keeps of a run (docs.github.com, SARIF support for code scanning)."""

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_SEVERITIES = {"error": "error", "warning": "warning", "info": "recommendation"}
_HOME = "https://ftlint.readthedocs.io/"


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - the signature of all reporters
    """Yield the report as one object, a result a line."""
    rules = sorted(report.rules, key=lambda rule: rule.code)
    indexes = {rule.code: index for index, rule in enumerate(rules)}
    driver = {
        "name": "ftlint",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": _HOME,
        "rules": [_rule(rule) for rule in rules],
    }
    results = by_severity(report.findings)[:MOST]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the repository, or the folder that ftlint ran in"}}},
        "invocations": [_invocation(report)],
        "properties": {"ftlint/omittedResults": sum(report.counts.values()) - len(results)},
    }
    head = orjson.dumps(run).decode()[:-1]
    yield f'{{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{head},"results":['
    for number, finding in enumerate(results, 1):
        yield orjson.dumps(_result(finding, indexes[finding.code])).decode() + "," * (number < len(results))
    yield "]}]}"


def _rule(rule: Rule) -> dict[str, Any]:
    documentation = rule.documentation()
    return {
        "id": rule.code,
        "name": rule.name(),
        "shortDescription": {"text": rule.summary()},
        "fullDescription": {"text": rule.summary()},
        "help": {"text": documentation, "markdown": documentation},
        "helpUri": rule.url(),
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {"tags": [rule.family()], "precision": "high", "problem.severity": _SEVERITIES[rule.level]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    """Return how the run went; a rule that failed is a notification."""
    failed = [{"level": "error", "message": {"text": text}} for text in report.problems]
    exit_code = 2 if failed else 0 if report.ok else 1
    return {"executionSuccessful": not failed, "exitCode": exit_code, "toolExecutionNotifications": failed}


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(finding.path)}
    region = _region(finding)
    if region:
        physical["region"] = region
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.pointer}]
    links = "".join(f" [{index.path}:{index.line}]({number})" for number, index in enumerate(finding.related, 1))
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.level],
        "message": {"text": _without_links(finding.message) + links},
        "locations": [location],
        "partialFingerprints": {"ftlint/record/v1": _fingerprint(finding)},
    }
    if finding.related:
        result["relatedLocations"] = [_related(number, index) for number, index in enumerate(finding.related, 1)]
    if finding.fix and finding.fix.edits and finding.text is not None:
        result["fixes"] = [_fix(finding, finding.text)]
    return result


def _without_links(text: str) -> str:
    """Return a text in which no part of the data makes a link (SARIF 3.11.6)."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _artifact(path: str) -> Mapping[str, str]:
    """Return where a file is: relative to the repository on a runner, else to the folder that ftlint runs in."""
    file, root = Path(os.path.abspath(path)), Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())  # noqa: PTH100 - links stay
    if file.is_relative_to(root):
        return {"uri": quote(file.relative_to(root).as_posix()), "uriBaseId": "SRCROOT"}
    return {"uri": file.as_uri()}


def _region(finding: Finding) -> dict[str, int]:
    """Return the part of the line that a finding is about; nothing for the file as a whole."""
    if finding.line is None:
        return {"startLine": 1, "startColumn": 1, "endColumn": 1}
    region = {"startLine": finding.line}
    if finding.column is not None and finding.end_column is not None:
        region |= {"startColumn": finding.column, "endLine": finding.line, "endColumn": finding.end_column}
        text = finding.text
        # Bytes that are not UTF-8 are one character each in the text, and their number is not known from it.
        if finding.byte_offset is not None and text is not None and "\ufffd" not in text:
            before, inside = text[: finding.column - 1], text[finding.column - 1 : finding.end_column - 1]
            region |= {"byteOffset": finding.byte_offset + len(before.encode()), "byteLength": len(inside.encode())}
    return region


def _related(number: int, location: RelatedLocation) -> dict[str, Any]:
    physical = {"artifactLocation": _artifact(location.path), "region": {"startLine": location.line}}
    return {"id": number, "physicalLocation": physical, "message": {"text": f"{location.path}, line {location.line:,}"}}


def _fix(finding: Finding, text: str) -> dict[str, Any]:
    assert finding.fix
    title = finding.fix.title or f"{finding.fix.applicability} fix of {finding.rule}"
    replacements = [_replacement(edit, text.encode(), finding.line or 1) for edit in finding.fix.edits]
    changes = [{"artifactLocation": _artifact(finding.path), "replacements": replacements}]
    return {"description": {"text": title}, "artifactChanges": changes}


def _replacement(edit: Edit, line: bytes, number: int) -> dict[str, Any]:
    """Return an edit by lines and columns; what takes the line end away ends where the next line starts."""
    columns = {"startColumn": len(line[: edit.start].decode("utf-8", "replace")) + 1}
    if edit.end > len(line):
        columns |= {"endLine": number + 1, "endColumn": 1}
    else:
        columns |= {"endLine": number, "endColumn": len(line[: edit.end].decode("utf-8", "replace")) + 1}
    region = {"startLine": number, **columns}
    return {"deletedRegion": region, "insertedContent": {"text": edit.text.decode("utf-8", "replace")}}


def _fingerprint(finding: Finding) -> str:
    """Return a hash of rule, record and place, which stays when records move or are written in another way."""
    record = finding.identity
    content = json.dumps([finding.code, finding.path if record is None else record, finding.pointer], ensure_ascii=True)
    return hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).hexdigest()


FORMAT = Format("sarif", render, alone=True, edits=True)
