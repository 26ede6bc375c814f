"""What a check of a dataset gives, before anything is told of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.metrics import FileFacts, Gathered
    from ftlint.records.lines import Lines
    from ftlint.rule import Hits, Rule
    from ftlint.rule.fixes import Fix


@dataclass
class CheckedFile:
    """A file of a dataset.

    first: the number of lines of the files of its role before it. lines: reads them again. labels: those of its role, with
    counts.
    """

    path: str
    role: str
    facts: FileFacts
    context: Context
    first: int
    lines: Lines
    labels: Mapping[str, int] | None = None


@dataclass
class DatasetReport:
    """What was found in one dataset: files, and for each rule its hits.

    failures: a sentence for each rule, by code, that failed. gathered: by role, what is known of all records. fix: the repair
    that hits have, where the rule proposes one.
    """

    files: list[CheckedFile]
    hits: list[tuple[Rule, Hits]]
    failures: dict[str, str] = field(default_factory=dict)
    gathered: dict[str, Gathered] = field(default_factory=dict)
    fix: Callable[[Rule, Hits], Fix | None] = lambda *_: None

    def file_of(self, role: str, line: int) -> CheckedFile:
        """Return the file that a line, counted over all files of the role, is in."""
        files = [file for file in self.files if file.role == role]
        return files[bisect_right([file.first for file in files], line) - 1]

    def by_file(self) -> Iterator[tuple[Rule, Hits, CheckedFile, range]]:
        """Yield rule, hits, file and the indexes of those hits that are in the file."""
        for rule, hits in self.hits:
            files = [file for file in self.files if file.role == hits.role]
            if hits.lines is None:
                yield rule, hits, files[hits.file], range(1)
                continue
            bounds = [hits.lines.search_sorted(file.first) for file in files] + [len(hits.lines)]
            for file, start, end in zip(files, bounds, bounds[1:], strict=False):
                if start < end:
                    yield rule, hits, file, range(start, end)

    def without(self, hides: Callable[[Rule, Hits, CheckedFile], bool]) -> DatasetReport:
        """Return a report without some hits. hides: whether those of a rule in a file go."""
        kept: list[tuple[Rule, Hits]] = []
        for rule, hits in self.hits:
            files = [(file, indexes) for _, _, file, indexes in replace(self, hits=[(rule, hits)]).by_file()]
            left = [indexes for file, indexes in files if not hides(rule, hits, file)]
            if len(left) == len(files):
                kept.append((rule, hits))
            elif left:
                kept.append((rule, _only(hits, left)))
        return replace(self, hits=kept)

    def failed(self, rule: Rule, error: BaseException) -> None:
        """Note that a rule failed."""
        self.failures.setdefault(rule.code, rule.failure(error))


def _only(hits: Hits, indexes: Sequence[range]) -> Hits:
    """Return some of the hits of a rule."""
    chosen = pl.concat([pl.Series(some, dtype=pl.UInt32) for some in indexes])
    return replace(
        hits,
        lines=None if hits.lines is None else hits.lines.gather(chosen),
        places=None if hits.places is None else hits.places.gather(chosen),
        related=None if hits.related is None else hits.related.gather(chosen),
        each=None if hits.each is None else partial(_chosen, hits.each, chosen),
    )


def _chosen(each: Callable[[int], Mapping[str, Any]], places: pl.Series, place: int) -> Mapping[str, Any]:
    return each(places[place])
