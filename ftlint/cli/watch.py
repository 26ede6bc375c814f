"""`ftlint check --watch`: the check again, whenever what it reads has changed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ftlint.config import FILES
from ftlint.errors import UsageError
from ftlint.report.formats.text import plain
from ftlint.sources.source import PACKED, STDIN, SUFFIXES, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ftlint.config import Config
    from ftlint.engine.dataset import Dataset

_PAUSE = 200
"""Milliseconds without a further change after which one counts: editors write in several steps."""

_ROUND = 200
"""Milliseconds that a round of waiting takes."""


def watch(arguments: Sequence[str], paths: Sequence[str], datasets: Iterable[Dataset], config: Config) -> int:
    """Check, and check again whenever data or configuration changed, until somebody interrupts it.

    Args:
        arguments: Of the command, without `--watch`.
        paths: Its paths.
        datasets: What they mean now.
        config: Where no paths are named, its folder is watched.

    Raises:
        UsageError: For standard input, and without the extra.
    """
    try:
        import watchfiles  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise UsageError("--watch needs watchfiles: pip install 'ftlint[watch]'") from error
    if STDIN in paths:
        raise UsageError("--watch needs files; standard input cannot be read twice")
    named = {os.path.realpath(source.origin) for dataset in datasets for source in dataset.sources if source.origin}
    folders = [path for path in paths if Path(path).is_dir()] if paths else [str(config.root)]
    watched = {*folders, *(str(Path(file).parent) for file in (*named, *config.files))}
    changes = watchfiles.watch(
        *watched,
        watch_filter=_filter(named, folders),
        step=_PAUSE,
        rust_timeout=_ROUND,
        yield_on_timeout=True,
        recursive=bool(folders),
        raise_interrupt=True,
    )
    # The first round begins the watch, so that what changes while a check runs is not missed.
    next(changes)
    _check(arguments)
    for changed in changes:
        if changed:
            names = ", ".join(sorted({Path(path).name for _, path in changed}))
            _check(arguments, f"{time.strftime('%H:%M:%S')} {names} changed")
    return 0


def _filter(named: set[str], folders: Sequence[str]) -> Callable[[object, str], bool]:
    """Return a function that tells whether a change of a file counts: of one that is named, of a configuration, of new data."""
    inside = tuple(os.path.join(os.path.realpath(folder), "") for folder in folders)  # noqa: PTH118 - a trailing slash
    suffixes = (*SUFFIXES, *TABLES, *(f"{kind}{packed}" for kind in SUFFIXES for packed in PACKED))

    def counts(_: object, path: str) -> bool:
        real = os.path.realpath(path)
        new = bool(inside) and real.startswith(inside) and real.endswith(suffixes)
        return real in named or Path(real).name in FILES or new

    return counts


def _check(arguments: Sequence[str], why: str = "") -> None:
    """Run the command in a process of its own, on a clean screen."""
    click.clear()  # nothing where the output is no terminal
    if why:
        click.echo(f"ftlint: {plain(why)}", err=True)
    subprocess.run([sys.executable, "-m", "ftlint", *arguments], check=False)  # noqa: S603 - this program
    click.echo("ftlint: watching; Ctrl-C ends", err=True)
