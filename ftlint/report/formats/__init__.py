"""Reporters: one file a format. A reporter turns a report into lines of text."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from ftlint.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ftlint.report.findings import Report

FORMATS = ("grouped", "full", "concise", "json", "jsonl", "sarif", "github", "junit", "markdown")
ALONE = frozenset({"json", "jsonl", "sarif", "junit"})
"""Formats that stand alone: what is written beside them breaks them."""

WITH_EDITS = frozenset({"json", "jsonl", "sarif"})
"""Formats that show what repairs do to a line."""

WIDTH = 120


@dataclass(frozen=True)
class Style:
    """How a report is to look.

    paths, options: what the user named, for the commands that go on from there. seconds: how long it took. width: columns.
    """

    color: bool = False
    snippets: bool = True
    statistics: bool = False
    paths: Sequence[str] = ()
    options: Sequence[str] = ()
    seconds: float | None = None
    width: int = WIDTH


def check_format(name: str) -> str:
    """Return the name of a format; raises UsageError for an unknown one."""
    if name not in FORMATS:
        raise UsageError(f"unknown output format {name!r}{did_you_mean(name, FORMATS)} (known are {', '.join(FORMATS)})")
    return name


def reporter(name: str) -> Callable[[Report, Style], Iterator[str]]:
    """Return the reporter of a known format."""
    render: Callable[[Report, Style], Iterator[str]] = import_module(f"ftlint.report.formats.{name}").render
    return render


_FEW = frozenset({"grouped", "jsonl", "github", "junit", "markdown"})
"""Formats that show a few findings of a rule, or read them all again."""


def kept(formats: Iterable[str], asked: int | None) -> int:
    """Return how many findings a rule and file these formats show. asked: `--max-findings`."""
    return asked or max((3 if name in _FEW else 1000 for name in formats), default=3)
