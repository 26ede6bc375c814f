"""What a metric is: something that is gathered from all records, block by block, for rules that judge the whole dataset.

A metric is a monoid: a fresh one is the identity, `merge` is associative, and adding all records at once is the same as
merging what was added in parts. Lines are counted from the metric's own first line; `merge` shifts those of its right side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import polars as pl

from ftlint.dialects.base import RECORDS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ftlint.dialects.base import Dialect, Tables
    from ftlint.dialects.context import Context
    from ftlint.metrics.facts import FileFacts
    from ftlint.records.reader import Decoded, Record
    from ftlint.rule import Violations


@dataclass
class Block:
    """What rules and metrics may look at: raw bytes, what was decoded, the tables with all derived columns.

    dialect: that of the records. byte_order_mark: whether one was taken from the front of the bytes. records: those that were
    looked at by themselves, by line; None for a line that holds none.
    """

    data: bytes
    decoded: Decoded
    tables: Tables
    dialect: Dialect
    byte_order_mark: bool = False
    records: dict[int, Record | None] = field(default_factory=dict)

    @property
    def frame(self) -> pl.DataFrame:
        """The table of records."""
        return self.tables[RECORDS]

    @cached_property
    def texts(self) -> pl.DataFrame:
        """The table of all texts: `line`, `place`, `text`; it is made for those who ask, and most blocks give no reason to."""
        return self.dialect.texts(self.tables)

    def table(self, name: str) -> pl.DataFrame:
        """Return the table of this name."""
        return self.texts if name == TEXTS else self.tables[name]

    def line(self, number: int) -> bytes:
        """Return a raw line by its number."""
        return self._lines[number]

    def offset(self, number: int) -> int:
        """Return how many bytes of the block are before a line."""
        return self._starts[number]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self._lines)]

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.data.split(b"\n")


class Metric:
    """The base of all metrics.

    lines: how many it has seen. needs_texts: whether it looks at the texts of records, which only dialects have that are
    checked.
    """

    needs_texts: ClassVar[bool] = True
    lines: int = 0

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block, to a fresh metric."""
        raise NotImplementedError

    def merge(self, other: Self) -> None:
        """Take in what comes after."""
        raise NotImplementedError

    def spill(self) -> None:
        """Move to temporary files what is too much for memory; the engine asks for it when it has merged."""

    def close(self) -> None:
        """Free what is not memory."""


M = TypeVar("M", bound=Metric)


@dataclass
class Gathered:
    """What is known of the files of one role when all their records were seen.

    role: `train` or `valid`. metrics: by their class. files: the facts of each file. fetch: given line numbers, the
    records' texts by line, read again from the files; for the few records that must be looked at closely.
    by_key: given a metric, tables of its rows, in which those of equal keys are together.
    train: in a validation file's, what is known of its training files. like: inputs as they will come in use, where they are
    named. memo: what several rules find out once.
    """

    role: str
    context: Context
    metrics: Mapping[type[Metric], Metric]
    files: Sequence[FileFacts]
    fetch: Callable[[Sequence[int]], Iterator[tuple[int, Mapping[str, str]]]]
    by_key: Callable[[Any], Iterator[pl.DataFrame]]
    train: Gathered | None = None
    like: Sequence[str] = ()
    memo: dict[str, Any] = field(default_factory=dict)

    def get(self, kind: type[M]) -> M:
        """Return the metric of a kind."""
        result = self.metrics[kind]
        assert isinstance(result, kind)
        return result

    def tables(self, kind: type[M]) -> Iterator[pl.DataFrame]:
        """Yield tables of the rows of a keyed metric, in which those of equal keys are together."""
        return self.by_key(self.get(kind))

    @property
    def records(self) -> int:
        """How many records the files hold."""
        return sum(facts.records for facts in self.files)

    @property
    def conforming(self) -> int:
        """How many of the records are of the dialect."""
        return sum(facts.conforming for facts in self.files)

    def by_file(self, violations: Violations) -> Iterator[tuple[FileFacts, Violations]]:
        """Yield the facts of each file, and those of the violations that are in it."""
        first = 0
        for index, facts in enumerate(self.files):
            yield facts, violations.of_file(index, first, first + facts.lines)
            first += facts.lines

    @property
    def mostly_broken(self) -> bool:
        """Whether most lines are no records."""
        return 2 * self.records < sum(facts.lines - facts.blank for facts in self.files) or not self.records


def numbers(lines: Iterable[int]) -> pl.Series:
    """Return line numbers as a series of UInt64."""
    return pl.Series(list(lines), dtype=pl.UInt64)


def extend(mine: dict[Any, pl.Series], others: Mapping[Any, pl.Series], shift: int) -> None:
    """Take in the lines, by key, of what comes after; `shift` is how many lines came before."""
    for key, at in others.items():
        mine[key] = mine[key].append(at + shift) if key in mine else at + shift
