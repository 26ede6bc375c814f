"""Which files are judged together, by the paths of a command and the configuration.

Light: it is needed before anything heavy is loaded.
"""

from __future__ import annotations

import glob
import os
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ftlint.engine.dataset import Dataset
from ftlint.errors import InputError, UsageError
from ftlint.sources import STDIN, Source, open_source
from ftlint.sources.discovery import find_files, matches
from ftlint.sources.remote import is_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ftlint.config import Config, DatasetTable
    from ftlint.options import DatasetOptions


def datasets_of(
    paths: Sequence[str],
    valid: str | None,
    config: Config,
    *,
    force_exclude: bool = False,
    problems: list[str] | None = None,
    stdin: str | None = None,
) -> list[Dataset]:
    """Return the datasets that paths mean; without paths those of the configuration, or the working directory's.

    Args:
        problems: Takes a sentence for each file that cannot be read, as long as another one can; without it the first one
            raises.
        stdin: The file that standard input is, by whose settings it is judged.

    Raises:
        UsageError: For paths that mean nothing, for a dataset with a shard that is missing where all that exist of it are
            meant, and for several training files with one validation file.
    """
    tables = _tables(config)
    if stdin is not None:
        excluded = force_exclude and covers(config.settings.exclude, stdin, config)
        return [] if excluded else _of_stdin(stdin, paths, valid, tables, config)
    if not paths and tables:
        # What the configuration includes besides is looked at by itself.
        rest = _found(config.settings.include, config) if config.settings.include else []
        results = [*(_joined(table, problems) for table in tables), *_single(rest, tables, tables, config, problems)]
        return _readable(results, problems)
    files = find_files(paths, _excluded(config), **_git(config), force_exclude=force_exclude) if paths else _included(config)
    if valid is not None:
        if len(files) != 1:
            raise UsageError("--valid needs exactly one training file; [[dataset]] in the configuration joins several")
        return _readable([Dataset(_opened(files, problems), config.options(), _opened([valid], problems))], problems)
    # Files of a dataset that are all here are judged together; some of them alone (staged for a commit) each by itself.
    here = set(map(os.path.realpath, files))
    whole = [table for table in tables if table.files and table.files <= here]
    results = [*(_joined(table, problems) for table in whole), *_single(files, whole, tables, config, problems)]
    return _readable(results, problems)


def _of_stdin(name: str, paths: Sequence[str], valid: str | None, tables: Sequence[_Table], config: Config) -> list[Dataset]:
    """Return the dataset of standard input under the name of a file."""
    if list(paths) != [STDIN]:
        raise UsageError("--stdin-filename names what standard input is: it requires `-`, and no other path")
    validation = [] if valid is None else [open_source(valid)]
    return [Dataset([open_source(STDIN, name)], _options(name, tables, config), validation)]


def _readable(datasets: Sequence[Dataset], problems: Sequence[str] | None) -> list[Dataset]:
    """Return the datasets of which training files could be opened; raises InputError where there are none."""
    left = [dataset for dataset in datasets if dataset.train]
    if datasets and not left and problems:
        raise InputError("; ".join(problems))
    return left


def alone_in(paths: Iterable[str], config: Config) -> set[str]:
    """Return those of some paths that belong to a dataset of which not all files are among them."""
    real = {path: os.path.realpath(path) for path in paths}
    here = set(real.values())
    partly = [table for table in _tables(config) if table.missing or not table.files <= here]
    return {path for path, file in real.items() if any(file in table.files for table in partly)}


def options_of(file: str, config: Config) -> DatasetOptions:
    """Return what is configured of a file: in general, and in the dataset that it belongs to."""
    return _options(file, _tables(config), config)


def covers(patterns: Iterable[str], path: str, config: Config) -> bool:
    """Whether patterns of the configuration mean a path, as it is named or as the configuration's folder has it."""
    patterns = list(patterns)
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - `..` goes, a link stays
    inside = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(config.root))  # noqa: PTH118 - likewise
    return bool(patterns) and (matches(path, patterns) or matches(inside, patterns))


def dataset_with(source: Source, config: Config, *, alone: bool = False) -> Dataset:
    """Return the dataset that a file belongs to, with a source in its place, as an editor has it.

    Args:
        alone: Leave the other files of the dataset out.

    Another file of the dataset that cannot be read is left out.
    """
    tables, real = _tables(config), os.path.realpath(source.path)
    table = None if alone else next((table for table in tables if not table.missing and real in table.files), None)
    if table is None:
        return Dataset([source], _options(source.path, tables, config))

    def opened(files: Iterable[str]) -> Iterator[Source]:
        for file in files:
            with suppress(InputError):
                yield source if os.path.realpath(file) == real else open_source(file)

    return Dataset(list(opened(table.train)), table.options, list(opened(table.valid)))


class _Table(Struct, frozen=True):
    """A `[[dataset]]` with the files that its globs mean. files: their real paths. missing: what a glob without files is told."""

    options: DatasetOptions
    train: Sequence[str]
    valid: Sequence[str]
    files: frozenset[str]
    missing: str = ""


def _tables(config: Config) -> list[_Table]:
    return [_resolved(table, config) for table in config.settings.dataset]


def _resolved(table: DatasetTable, config: Config) -> _Table:
    results: list[list[str]] = []
    missing = []
    for patterns in (table.train, table.valid):
        files: dict[str, None] = {}
        for pattern in patterns:
            try:
                meant = _found([pattern], config)
            except UsageError as error:
                missing.append(str(error))
                continue
            if not meant:
                missing.append(f"every file of {pattern!r} in [[dataset]] is excluded")
            files |= dict.fromkeys(meant)
        results.append(list(files))
    train, valid = results
    there = [file for file in chain(train, valid) if is_address(file) or Path(file).exists()]
    return _Table(config.options(table), train, valid, frozenset(map(os.path.realpath, there)), "; ".join(missing[:1]))


def _joined(table: _Table, problems: list[str] | None) -> Dataset:
    """Return the dataset of a table; raises UsageError where a glob of it matches nothing."""
    if table.missing:
        raise UsageError(table.missing)
    return Dataset(_opened(table.train, problems), table.options, _opened(table.valid, problems))


def _single(
    files: Iterable[str], joined: Iterable[_Table], tables: Sequence[_Table], config: Config, problems: list[str] | None
) -> list[Dataset]:
    """Return a dataset for each file that is in none of those joined."""
    taken = frozenset().union(*(table.files for table in joined))
    alone = [file for file in files if os.path.realpath(file) not in taken]
    return [Dataset(_opened([file], problems), _options(file, tables, config)) for file in alone]


def _options(file: str, tables: Iterable[_Table], config: Config) -> DatasetOptions:
    real = os.path.realpath(file)
    return next((table.options for table in tables if real in table.files), None) or config.options()


def _included(config: Config) -> list[str]:
    """Return what the configuration includes, else what the working directory has."""
    include = config.settings.include
    return _found(include, config) if include else find_files(["."], _excluded(config), **_git(config))


def _found(patterns: Iterable[str], config: Config) -> list[str]:
    """Return the files that patterns of the configuration mean, which are relative to its folder."""
    root = str(config.root)
    # Signs of a glob in the folder's own name are not glob.
    absolute = [
        pattern
        if pattern == STDIN or is_address(pattern)
        else os.path.join(glob.escape(root) if glob.has_magic(pattern) else root, pattern)  # noqa: PTH118 - `..` stays
        for pattern in patterns
    ]
    here = f"{Path.cwd()}/"
    files = find_files(absolute, _excluded(config), **_git(config))
    return [file if file == STDIN or is_address(file) else os.path.normpath(file).removeprefix(here) for file in files]


def _git(config: Config) -> dict[str, bool]:
    return {"respect_gitignore": config.settings.respect_gitignore}


def _excluded(config: Config) -> Callable[[str], bool]:
    return lambda path: covers(config.settings.exclude, path, config)


def _opened(files: Iterable[str], problems: list[str] | None) -> list[Source]:
    """Return files as sources; what cannot be read is a problem, or raises InputError where nobody takes problems."""
    sources = []
    for file in files:
        try:
            sources.append(open_source(file))
        except InputError as error:
            if problems is None:
                raise
            problems.append(str(error))
    return sources
