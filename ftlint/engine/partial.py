"""What parts of files hold: the one thing that is merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field

from ftlint.errors import FtlintError, raise_if_interrupted, reason
from ftlint.rule.violations import Count

if TYPE_CHECKING:
    from ftlint.metrics import FileFacts, Metric
    from ftlint.rule.violations import Level

Key = tuple[str, "Level"]
"""Code and level of a rule."""


class Partial(Struct):
    """What was found in some parts, one after the other; lines are counted from the first of them.

    A monoid: `Partial()` with fresh metrics is the identity, and `merge` is associative.

    Attributes:
        lines: How many.
        facts: By the index of a file among those of its role.
        index: For each part with lines its file, its byte offset there, and its first line.
        violations: Tables of `line` and `position` with their file, by rule code and level: the first ones of each file.
        counts: How many violations there are, by rule code and level, and by file.
        limit: How many are kept of a rule, level and file; None: all.
        failures: A sentence for each rule, by code, that failed.
        broken: Metrics that failed to merge, and why.

    """

    lines: int = 0
    facts: dict[int, FileFacts] = field(default_factory=dict)
    index: list[tuple[int, int, int]] = field(default_factory=list)
    violations: dict[Key, list[tuple[int, pl.DataFrame]]] = field(default_factory=dict)
    counts: dict[Key, dict[int, Count]] = field(default_factory=dict)
    limit: int | None = None
    metrics: list[Metric] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    broken: dict[type[Metric], str] = field(default_factory=dict)

    def add(self, key: Key, file: int, table: pl.DataFrame) -> None:
        """Take in what a rule found in a part. table: `line` and `position`."""
        self._keep(key, file, table, 0)
        self._count(key, file, Count(len(table), table.get_column("line").n_unique()))

    def _count(self, key: Key, file: int, count: Count) -> None:
        counts = self.counts.setdefault(key, {})
        mine = counts.get(file, Count(0, 0))
        counts[file] = Count(mine.violations + count.violations, mine.records + count.records)

    def _keep(self, key: Key, file: int, table: pl.DataFrame, kept: int) -> int:
        """Keep as much of a table as there is room for, and return how many are kept of this file then."""
        some = table if self.limit is None else table.head(max(0, self.limit - kept))
        if len(some):
            self.violations.setdefault(key, []).append((file, some))
        return kept + len(some)

    def merge(self, other: Partial) -> None:
        """Take in what comes after."""
        for file, facts in other.facts.items():
            if file in self.facts:
                self.facts[file].merge(facts)
            else:
                self.facts[file] = facts
        self.index += [(file, start, first + self.lines) for file, start, first in other.index]
        for key, tables in other.violations.items():
            # All that was found is kept, or as many as may be.
            kept = {file: count.violations for file, count in self.counts.get(key, {}).items()}
            for file, table in tables:
                kept[file] = self._keep(key, file, table.with_columns(pl.col("line") + self.lines), kept.get(file, 0))
        for key, counts in other.counts.items():
            for file, count in counts.items():
                self._count(key, file, count)
        self.broken |= other.broken
        for mine, theirs in zip(self.metrics, other.metrics, strict=True):
            try:
                mine.merge(theirs)
            except FtlintError:
                raise
            except BaseException as error:  # noqa: BLE001 - it may be anybody's; it leaves the rules without an answer that ask for it
                raise_if_interrupted(error)
                self.broken.setdefault(type(mine), reason(error))
        self.failures |= other.failures
        self.lines += other.lines

    def found(self, code: str, level: Level) -> pl.DataFrame | None:
        """Return `line` and `position` of what is kept of a rule and level; None where that is nothing."""
        tables = self.violations.get((code, level))
        return pl.concat(table for _, table in tables) if tables else None

    @property
    def size(self) -> int:
        """Bytes that were looked at."""
        return sum(facts.size for facts in self.facts.values())

    def spill(self) -> None:
        """Move to temporary files what is too much for memory."""
        for metric in self.metrics:
            try:
                metric.spill()
            except FtlintError:
                raise
            except BaseException as error:  # noqa: BLE001 - likewise
                raise_if_interrupted(error)
                self.broken.setdefault(type(metric), reason(error))

    def close(self) -> None:
        """Free what metrics hold that is not memory."""
        for metric in self.metrics:
            try:
                metric.close()
            except BaseException as error:  # noqa: BLE001 - it may be anybody's, and what it was for is done
                raise_if_interrupted(error)
