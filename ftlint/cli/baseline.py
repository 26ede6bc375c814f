"""`ftlint baseline`."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import structs

from ftlint.cli.engine import engine_of
from ftlint.cli.options import check_options, config_of
from ftlint.errors import RuleError, UsageError
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from ftlint.report.report import Report


@click.group("baseline")
def command() -> None:
    """Accept the findings that exist, so that only new ones fail a check."""


@command.command("write")
@click.argument("paths", nargs=-1)
@click.option("--baseline", metavar="FILE", help="Where it is written; default: ftlint-baseline.json.")
@check_options
def write(paths: tuple[str, ...], **options: Any) -> int:
    """Write the number of errors and warnings of every rule in every file."""
    from ftlint.report import baseline  # noqa: PLC0415 - imports polars

    with ExitStack() as cleanup:
        path, report, _ = _checked(paths, options, cleanup)
        results = baseline.of(report.datasets, path.absolute().parent)
        baseline.write(path, results)
    accepted = sum(count for rules in results.files.values() for count in rules.values())
    click.echo(f"{_shown(path)} accepts {numbered(accepted, 'finding')} in {numbered(len(results.files), 'file')}")
    return 0


@command.command("prune")
@click.argument("paths", nargs=-1)
@click.option("--baseline", metavar="FILE", help="Baseline file; default: ftlint-baseline.json.")
@check_options
def prune(paths: tuple[str, ...], **options: Any) -> int:
    """Take out of the baseline what is not found any more, in the files and of the rules that are checked."""
    from ftlint.report import baseline  # noqa: PLC0415 - imports polars

    with ExitStack() as cleanup:
        path, report, alone = _checked(paths, options, cleanup)
        old = baseline.read(path)
        new = baseline.pruned(old, report.datasets, report.rules, alone)
        baseline.write(path, new)
    gone = sum(sum(rules.values()) for rules in old.files.values()) - sum(sum(rules.values()) for rules in new.files.values())
    click.echo(f"{_shown(path)} accepts {gone:,} fewer finding{'s' * (gone != 1)}")
    return 0


def _checked(paths: tuple[str, ...], options: dict[str, Any], cleanup: ExitStack) -> tuple[Path, Report, set[str]]:
    """Return the baseline's path, the report without a baseline, and which files are checked without their dataset's others."""
    from ftlint.datasets import alone_in, datasets_of  # noqa: PLC0415 - keeps the command's help instant
    from ftlint.report.baseline import DEFAULT  # noqa: PLC0415 - likewise

    config = config_of(options)
    path = config.baseline or Path(DEFAULT)
    datasets = datasets_of(paths, options["valid"], config)
    sources = [source for dataset in datasets for source in dataset.sources]
    if any(source.origin and path.exists() and source.origin.samefile(path) for source in sources):
        raise UsageError(f"{path} is data; name another file for the baseline")
    if os.path.realpath(path) in {os.path.realpath(file) for file in config.files}:
        raise UsageError(f"{path} is the configuration; name another file for the baseline")
    engine = cleanup.enter_context(engine_of(config, sum(source.size for source in sources)))
    from ftlint.session import Session  # noqa: PLC0415 - processes are started without polars

    session = Session.of(structs.replace(config, settings=replace(config.settings, baseline=None)), engine=engine)
    report = session.check_datasets(datasets, limit=1)
    cleanup.callback(report.close)
    if report.failures:
        raise RuleError(f"{'; '.join(report.failures)}; the baseline was not changed")
    return path, report, alone_in({file.path for file in report.files}, config)


def _shown(path: Path) -> Path:
    """Return a path as it is shortest to read."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
