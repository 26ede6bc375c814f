"""What parts of files hold: the one thing that is merged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from ftlint.errors import FtlintError, raise_if_interrupted, reason

if TYPE_CHECKING:
    from ftlint.metrics import FileFacts, Metric
    from ftlint.rule import Level


@dataclass
class Partial:
    """What was found in some parts, one after the other; lines are counted from the first of them.

    A monoid: `Partial()` with fresh metrics is the identity, and `merge` is associative. facts: by the file's place among
    those of its role. index: for each part with lines its file, its byte offset there, and its first line. violations: tables of
    `line` and `place`, by rule code and level. failures: a sentence for each rule, by code, that failed. broken: metrics that
    failed to merge, and why.
    """

    lines: int = 0
    facts: dict[int, FileFacts] = field(default_factory=dict)
    index: list[tuple[int, int, int]] = field(default_factory=list)
    violations: dict[tuple[str, Level], list[pl.DataFrame]] = field(default_factory=dict)
    metrics: list[Metric] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    broken: dict[type[Metric], str] = field(default_factory=dict)

    def merge(self, other: Partial) -> None:
        """Take in what comes after."""
        for file, facts in other.facts.items():
            if file in self.facts:
                self.facts[file].merge(facts)
            else:
                self.facts[file] = facts
        self.index += [(file, start, first + self.lines) for file, start, first in other.index]
        for key, tables in other.violations.items():
            self.violations.setdefault(key, []).extend(table.with_columns(pl.col("line") + self.lines) for table in tables)
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
        """Return `line` and `place` of what a rule found at a level; None where that is nothing."""
        tables = self.violations.get((code, level))
        return pl.concat(tables) if tables else None

    @property
    def size(self) -> int:
        """Bytes that were looked at."""
        return sum(facts.size for facts in self.facts.values())

    def close(self) -> None:
        """Free what metrics hold that is not memory."""
        for metric in self.metrics:
            try:
                metric.close()
            except BaseException as error:  # noqa: BLE001 - it may be anybody's, and what it was for is done
                raise_if_interrupted(error)
