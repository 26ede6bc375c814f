"""Which files are meant: paths, folders, globs, and what the configuration leaves out."""

from __future__ import annotations

import glob
import os
from fnmatch import fnmatch
from itertools import filterfalse
from pathlib import Path
from typing import TYPE_CHECKING

from ftlint.errors import InputError, UsageError
from ftlint.sources.ignored import is_ignored, is_ignored_below
from ftlint.sources.remote import found, is_address
from ftlint.sources.source import PACKED, STDIN, SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_SKIPPED = {"__pycache__", "node_modules", "build", "dist", "venv"}


def find_files(
    paths: Iterable[str],
    excluded: Callable[[str], bool] = lambda _: False,
    *,
    force_exclude: bool = False,
    respect_gitignore: bool = False,
) -> list[str]:
    """Return the files that paths, folders and globs mean, each once, in their order; folders sorted by name.

    Args:
        excluded: Whether a file is left out of folders and globs.
        force_exclude: Also where it is named.
        respect_gitignore: Whether what git ignores is left out of folders.

    Raises:
        UsageError: For a folder or glob without files. A named file that is not there is found out when it is read.
    """
    results: dict[str, str] = {}

    def take(file: str) -> None:
        results.setdefault(file if file in {STDIN, ""} or is_address(file) else os.path.abspath(file), file)  # noqa: PTH100 - links stay

    suffixes = (*SUFFIXES, *(f"{kind}{packed}" for kind in SUFFIXES for packed in PACKED))
    for path in paths:
        if is_address(path):
            for file in filterfalse(excluded, found(path, suffixes)):
                take(file)
            continue
        if path in {STDIN, ""} or Path(path).is_file() or not (Path(path).is_dir() or glob.has_magic(path)):
            if not (force_exclude and excluded(path)):
                take(path)
            continue
        every = list(_inside(path))
        ignoring = respect_gitignore and Path(path).is_dir() and not is_ignored(path)
        inside = [file for file in every if not is_ignored_below(file, path)] if ignoring else every
        if not inside:
            where = f"folder {path}" if Path(path).is_dir() else f"pattern {path!r}"
            ignored = f"; git ignores {len(every):,} (`--no-respect-gitignore` checks them)" if every else ""
            raise UsageError(f"no {', '.join(SUFFIXES)} files (or .gz, .zst of them) in {where}{ignored}")
        for file in inside:
            if not excluded(file):
                take(file)
    return list(results.values())


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path, its name or a folder above it is a pattern, or matches it; `*` matches any text, `/` included."""
    name = Path(path).as_posix().removeprefix("./")
    parts = [name, *map(str, Path(name).parents), Path(name).name]
    bare = [pattern.removeprefix("./").rstrip("/") for pattern in patterns]
    return any(part == pattern or fnmatch(part, pattern) for pattern in bare for part in parts)


def _refuse(error: OSError) -> None:
    raise InputError(f"cannot read folder {error.filename}: {error.strerror}") from error


def _inside(path: str) -> Iterator[str]:
    if not Path(path).is_dir():
        yield from sorted(file for file in _globbed(path) if Path(file).is_file())
        return
    for folder, folders, files in os.walk(path, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        for name in sorted(files):
            stem = name
            for packed in PACKED:
                stem = stem.removesuffix(packed)
            file = Path(folder, name)
            # A pipe in a folder would be waited for; a link to nowhere is found out when it is read.
            if stem.endswith(SUFFIXES) and not name.startswith(".") and (file.is_file() or not file.exists()):
                yield os.path.normpath(file)


def _globbed(pattern: str) -> Iterator[str]:
    """Yield what a pattern means; `**` follows no links, which may lead round in circles."""
    parts = pattern.split("/")
    if "**" not in parts:
        yield from glob.glob(pattern)  # noqa: PTH207 - keeps ./
        return
    at = parts.index("**")
    head, tail = "/".join(parts[:at]), "/".join(parts[at + 1 :]) or "*"
    folders = glob.glob(head or "/") if at else [os.curdir]  # noqa: PTH207 - likewise
    for folder in folders:
        for inside, below, _ in os.walk(folder):
            below[:] = [name for name in below if not name.startswith(".")]
            start = glob.escape(inside.rstrip("/") if at else os.path.relpath(inside))
            yield from _globbed(f"{start}/{tail}" if at or start != os.curdir else tail)
