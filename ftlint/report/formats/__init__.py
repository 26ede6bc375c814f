"""Formats of reports: one file a format, which says all that exist to know of it in a `Format` of the name FORMAT.

Packages bring others as entry points in the group `ftlint.formats`, each a `Format`.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ftlint import plugins
from ftlint.errors import UsageError, did_you_mean, raise_if_interrupted, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ftlint.report.report import Report

GROUP = "ftlint.formats"

FORMATS = ("grouped", "full", "concise", "json", "jsonl", "sarif", "github", "junit", "markdown", "html")
"""Modules of this package with `FORMAT`."""

WIDTH = 120


class Style(Struct, frozen=True):
    """How a report is to look.

    Attributes:
        paths, options: What the user named, for the commands that go on from there.
        seconds: How long it took.
        width: Columns.
        pictures: Of the data, as parts of a page.
    """

    color: bool = False
    snippets: bool = True
    statistics: bool = False
    paths: Sequence[str] = ()
    options: Sequence[str] = ()
    seconds: float | None = None
    width: int = WIDTH
    pictures: Sequence[str] = ()


class Format(Struct, frozen=True):
    """A format of reports.

    Attributes:
        name: As `--output` calls it.
        render: Yields the lines of a report.
        alone: Whether anything else that is written beside it breaks it.
        edits: Whether it shows the edits of repairs.
        pictures: Whether it shows pictures of the data.
        every: Whether it shows all findings, whatever number is kept (`Report.every`).
        shown: How many findings of a rule and file it shows.

    """

    name: str
    render: Callable[[Report, Style], Iterator[str]]
    alone: bool = False
    edits: bool = False
    pictures: bool = False
    every: bool = False
    shown: int = 1000


def names() -> list[str]:
    """Return the names of all formats."""
    return list(dict.fromkeys([*FORMATS, *plugins.names(GROUP)]))


def check_format(name: str) -> str:
    """Return the name of a format; raises UsageError for an unknown one."""
    if name not in FORMATS and name not in names():
        raise UsageError(f"unknown output format {name!r}{did_you_mean(name, names())} (known are {', '.join(names())})")
    return name


def format_named(name: str) -> Format:
    """Return the format of this name; raises UsageError for an unknown one, and for a package that fails."""
    check_format(name)
    if name in FORMATS:
        built_in: Format = import_module(f"ftlint.report.formats.{name}").FORMAT
        return built_in
    loaded: Format = plugins.load(GROUP, name, lambda made: made, lambda it: isinstance(it, Format), "Format")
    return replace(loaded, render=partial(_guarded, loaded))


def _guarded(form: Format, report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of a format of somebody else; raises UsageError, which names it, where it fails."""
    try:
        yield from form.render(report, style)
    except Exception as error:
        raise_if_interrupted(error)
        raise UsageError(f"the format {form.name} failed: {reason(error)}") from error


def reporter(name: str) -> Callable[[Report, Style], Iterator[str]]:
    """Return what renders a report in the format of this name."""
    return format_named(name).render


def kept(formats: Iterable[Format], asked: int | None) -> int:
    """Return how many findings a rule and file these formats show. asked: `--max-findings`."""
    return asked or max((one.shown for one in formats), default=FEW)


FEW = 3
"""Findings of a rule that formats show which group them."""
