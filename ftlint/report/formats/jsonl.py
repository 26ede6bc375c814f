"""`jsonl`: a finding a line, all of them, and the summary as the last line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from ftlint import __version__
from ftlint.report.formats import FEW, Format
from ftlint.report.formats.json import VERSION, described, dumped, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.report.formats import Style
    from ftlint.report.report import Report


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - the signature of all reporters
    """Yield the findings as they are read again from the files, whatever limit the report has."""
    for finding in report.every():
        yield dumped(finding)
    last = {
        "version": VERSION,
        "ftlint": __version__,
        "summary": summary(report),
        "files": [described(f, snippets=report.snippets) for f in report.files],
    }
    yield orjson.dumps(last).decode()


FORMAT = Format("jsonl", render, alone=True, edits=True, every=True, shown=FEW)
