"""Which files are judged together. Light: it is needed before anything heavy is loaded."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ftlint.errors import UsageError
from ftlint.sources import Source, open_source
from ftlint.sources.discovery import find_files, matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ftlint.config import Config, DatasetTable
    from ftlint.wishes import Wishes


@dataclass
class Dataset:
    """Files that are judged together: training shards, and validation files that belong to them."""

    train: list[Source]
    wishes: Wishes
    valid: list[Source] = field(default_factory=list)

    @property
    def sources(self) -> list[Source]:
        """All files."""
        return [*self.train, *self.valid]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(source.size for source in self.sources)


def datasets_of(paths: Sequence[str], valid: str | None, config: Config, *, force_exclude: bool = False) -> list[Dataset]:
    """Return the datasets that paths mean; without paths those of the configuration, or the working directory's.

    Raises UsageError for paths that mean nothing, and for several training files with one validation file.
    """
    settings = config.settings
    if not paths and settings.dataset:
        joined = [_joined(table, config) for table in settings.dataset]
        # What the configuration includes besides is looked at by itself.
        rest = find_files(settings.include, settings.exclude) if settings.include else []
        return [*joined, *_single(rest, joined, config)]
    files = find_files(paths or settings.include or ["."], settings.exclude, force_exclude=force_exclude)
    if valid is not None:
        if len(files) != 1:
            raise UsageError("--valid needs exactly one training file; [[dataset]] in the configuration joins several")
        return [Dataset(_opened(files), config.wishes(), _opened([valid]))]
    # Files of a dataset that are all here are judged together; some of them alone (staged for a commit) each by itself.
    here = {os.path.realpath(file) for file in files}
    joined = [_joined(table, config) for table in settings.dataset if (own := _files(table, config)) and own <= here]
    return [*joined, *_single(files, joined, config)]


def alone_in(paths: Iterable[str], config: Config) -> set[str]:
    """Return those of some paths that belong to a dataset of which not all files are among them."""
    real = {path: os.path.realpath(path) for path in paths}
    here = set(real.values())
    partly = [files for table in config.settings.dataset if not (files := _files(table, config)) <= here]
    return {path for path, file in real.items() if any(file in files for files in partly)}


def wishes_of(file: str, config: Config) -> Wishes:
    """Return what is configured of a file: in general, and in the dataset that it belongs to."""
    return config.wishes(_table_of(file, config))


def _joined(table: DatasetTable, config: Config) -> Dataset:
    """Return the dataset of a table; raises UsageError where a glob of it matches nothing."""
    return Dataset(_opened(_globbed(table.train, config)), config.wishes(table), _opened(_globbed(table.valid, config)))


def _files(table: DatasetTable, config: Config) -> set[str]:
    """Return the real paths of all files of a dataset; of one with a shard that is missing something that nobody names."""
    try:
        return {os.path.realpath(file) for file in _globbed([*table.train, *table.valid], config)}
    except UsageError:
        return {""}


def _single(files: Iterable[str], joined: Iterable[Dataset], config: Config) -> list[Dataset]:
    """Return a dataset for each file that is in none of those joined."""
    taken = {os.path.realpath(source.path) for dataset in joined for source in dataset.sources}
    left = [file for file in files if os.path.realpath(file) not in taken]
    return [Dataset(_opened([file]), wishes_of(file, config)) for file in left]


def _table_of(file: str, config: Config) -> DatasetTable | None:
    """Return the dataset of the configuration that a file belongs to."""
    inside = os.path.relpath(os.path.realpath(file), os.path.realpath(config.root))
    named = [(table, [*table.train, *table.valid]) for table in config.settings.dataset]
    return next((table for table, patterns in named if matches(file, patterns) or matches(inside, patterns)), None)


def _globbed(patterns: Sequence[str], config: Config) -> list[str]:
    root = str(config.root)
    # Signs of a glob in the folder's own name are no glob.
    roots = [glob.escape(root) if glob.has_magic(pattern) else root for pattern in patterns]
    absolute = [pattern if pattern == "-" else str(Path(root, pattern)) for root, pattern in zip(roots, patterns, strict=True)]
    here = f"{Path.cwd()}/"
    return [file.removeprefix(here) for file in find_files(absolute, config.settings.exclude)]


def _opened(files: Iterable[str]) -> list[Source]:
    return [open_source(file) for file in files]
