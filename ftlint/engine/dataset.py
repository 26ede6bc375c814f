"""Which files are judged together. Light: it is needed before anything heavy is loaded."""

from __future__ import annotations

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
        return [
            Dataset(_opened(_globbed(table.train, config)), config.wishes(table), _opened(_globbed(table.valid, config)))
            for table in settings.dataset
        ]
    files = find_files(paths or settings.include or ["."], settings.exclude, force_exclude=force_exclude)
    if valid is not None:
        if len(files) != 1:
            raise UsageError("--valid needs exactly one training file; [[dataset]] in the configuration joins several")
        return [Dataset(_opened(files), config.wishes(), _opened([valid]))]
    return [Dataset(_opened([file]), config.wishes(_table_of(file, config))) for file in files]


def _table_of(file: str, config: Config) -> DatasetTable | None:
    """Return the dataset of the configuration that a file belongs to."""
    return next((table for table in config.settings.dataset if matches(file, [*table.train, *table.valid])), None)


def _globbed(patterns: Sequence[str], config: Config) -> list[str]:
    absolute = [pattern if pattern == "-" else str(config.root / pattern) for pattern in patterns]
    here = f"{Path.cwd()}/"
    return [file.removeprefix(here) for file in find_files(absolute, config.settings.exclude)]


def _opened(files: Iterable[str]) -> list[Source]:
    return [open_source(file) for file in files]
