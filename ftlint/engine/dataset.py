"""A dataset: files that are judged together. Light: it is needed before anything heavy is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from ftlint.options import DatasetOptions
    from ftlint.sources import Source


class Dataset(Struct):
    """Files that are judged together: training shards, and validation files that belong to them."""

    train: list[Source]
    options: DatasetOptions
    valid: list[Source] = field(default_factory=list)

    @property
    def sources(self) -> list[Source]:
        """All files."""
        return [*self.train, *self.valid]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(source.size for source in self.sources)
