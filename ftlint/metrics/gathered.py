"""What is known of a role's files when all their records were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct, field

from ftlint.metrics.base import Metric
from ftlint.metrics.keyed import Keyed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.metrics.facts import FileFacts
    from ftlint.rule.violations import Violations

M = TypeVar("M", bound=Metric)
K = TypeVar("K", bound=Keyed)
S = TypeVar("S")
R = TypeVar("R")


class Gathered(Struct):
    """What is known of the files of one role when all their records were seen.

    Attributes:
        role: `train` or `valid`.
        metrics: By their class.
        files: The facts of each file.
        fetch: Given line numbers, the records' texts by line, read again from the files; for the few records that must be
            looked at closely.
        on_lines: Given work, what it needs, and rising lines: for each part of the files a list of lines, each with what the work
            makes of its record's texts; for records that are too many for `fetch`.
        on_rows: Given work, what it needs, and a keyed metric: what the work makes of its rows, see `by_key`.
        train: In a validation file's, what is known of its training files.
        like: Inputs as they will come in use, where they are named.
        memo: What several rules find out once.
    """

    role: str
    context: Context
    metrics: Mapping[type[Metric], Metric]
    files: Sequence[FileFacts]
    fetch: Callable[[Sequence[int]], Iterator[tuple[int, Mapping[str, str]]]]
    on_lines: Callable[[Callable[[Any, Mapping[str, Any]], Any], Any, pl.Series], Iterator[list[tuple[int, Any]]]]
    on_rows: Callable[[Callable[[Any, pl.DataFrame], Any], Any, Keyed], Iterator[Any]]
    train: Gathered | None = None
    like: Sequence[str] = ()
    memo: dict[str, Any] = field(default_factory=dict)

    def get(self, kind: type[M]) -> M:
        """Return the metric of a kind."""
        result = self.metrics[kind]
        assert isinstance(result, kind)
        return result

    def by_key(self, kind: type[K], work: Callable[[S, pl.DataFrame], R], shared: S) -> Iterator[R]:
        """Yield `work(shared, table)` for tables of the rows of a keyed metric, in which those of equal keys are together.

        Args:
            kind: Of the metric.
            work: A function of a module, so that other processes find it.
            shared: What it needs for all tables.

        """
        return self.on_rows(work, shared, self.get(kind))

    def tables(self, kind: type[K]) -> Iterator[pl.DataFrame]:
        """Yield these tables themselves: for the few who cannot do without all rows."""
        return self.by_key(kind, _itself, None)

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
        """Whether most lines are not records."""
        return 2 * self.records < sum(facts.lines - facts.blank for facts in self.files) or not self.records


def _itself(_: None, table: pl.DataFrame) -> pl.DataFrame:
    return table
