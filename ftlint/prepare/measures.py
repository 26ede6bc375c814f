"""What a profile gathers besides labels: bytes and tokens of texts, by their kind (a key, or a role)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from math import sqrt
from random import Random
from typing import TYPE_CHECKING

import polars as pl

from ftlint.dialects import named
from ftlint.metrics import Block, Metric
from ftlint.metrics.parts import counts, counts_by_key, merged_by, total
from ftlint.records.reader import reader_of
from ftlint.text import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.dialects.base import Tables
    from ftlint.dialects.context import Context
    from ftlint.records.lines import Lines
    from ftlint.targets import Target

SAMPLED = 2_000
"""Records whose tokens are counted where they are estimated."""

_NORMAL = 1.96
"""Standard errors within which 95 of 100 estimates are."""

_LONGEST = 5

MARKS = "marks of messages"
"""The kind of tokens that are not text: what a service writes around messages."""

NEAR = 0.9
"""The part of the token limit from which a record is near it."""


def _longest(mine: list[tuple[int, int]], theirs: list[tuple[int, int]], shift: int) -> list[tuple[int, int]]:
    both = [*mine, *((size, line + shift) for size, line in theirs)]
    return sorted(both, key=lambda row: (-row[0], row[1]))[:_LONGEST]


def _moved(mine: list[int], theirs: list[int], shift: int) -> list[int]:
    return [*mine, *(line + shift for line in theirs)]


class Sizes(Metric):
    """How many texts there are of each kind and how many bytes they have; the lines of the longest records.

    Attributes:
        long: The lines of records that have the bytes to be near the token limit; a token has one byte or more.
        turns: How many messages there are.
    """

    texts: Counter[str] = counts()
    size: Counter[str] = counts()
    longest: list[tuple[int, int]] = merged_by(_longest, list)
    long: list[int] = merged_by(_moved, list)
    turns: int = total()

    @property
    def seed(self) -> int:
        """Of what is drawn at random: the same file has the same sample, and no two files need to."""
        return self.size.total()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        counted_texts = block.dialect.counted_texts(block.tables)
        sums = counted_texts.group_by("kind", maintain_order=True).agg(
            pl.len(), pl.col("text").str.len_bytes().cast(pl.UInt64).sum()
        )
        for kind, count, size in sums.iter_rows():
            self.texts[kind], self.size[kind] = count, size
        sizes = block.frame.select("line", size=block.dialect.most_bytes().cast(pl.UInt64))
        self.longest = sizes.top_k(_LONGEST, by="size").select("size", "line").rows() if len(sizes) else []
        self.turns = int(block.frame.get_column("turns").sum()) if "turns" in block.frame.columns else 0
        if context.target.limit:
            self.long = sizes.filter(pl.col("size") >= NEAR * context.target.limit)["line"].to_list()


class Tokens(Metric):
    """How many texts of each kind have how many tokens, and how many records in all."""

    of_texts: dict[str, Counter[int]] = counts_by_key()
    of_records: Counter[int] = counts()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.of_texts, self.of_records = counted(block.dialect.counted_texts(block.tables), context.encoding)


def counted(counted_texts: pl.DataFrame, encoding: str) -> tuple[dict[str, Counter[int]], Counter[int]]:
    """Return how many texts of each kind have how many tokens, and how many records; each text is encoded on its own."""
    rows = with_tokens(counted_texts, encoding)
    of_texts = {
        str(kind): Counter(dict(part.get_column("tokens").value_counts().iter_rows()))
        for (kind,), part in rows.partition_by("kind", as_dict=True).items()
    }
    records = rows.group_by("line").agg(pl.col("tokens").sum()).get_column("tokens")
    return of_texts, Counter(dict(records.value_counts().iter_rows()))


def with_tokens(counted_texts: pl.DataFrame, encoding: str) -> pl.DataFrame:
    """Return the table of texts with their number of tokens."""
    result = tokens.counts(counted_texts.get_column("text"), encoding)
    return counted_texts.with_columns(tokens=pl.Series(result, dtype=pl.UInt64))


@dataclass(frozen=True)
class Estimate:
    """A number. error: half of the interval that holds the true number in 95 of 100 cases; 0 where it is exact."""

    count: int
    error: int = 0

    @property
    def exact(self) -> bool:
        """Whether the number is counted, not estimated."""
        return self.error == 0


@dataclass(frozen=True)
class Counts:
    """Tokens of a dataset: in all, by kind, and how many texts or records have how many (of a sample, where not exact)."""

    total: Estimate
    by_kind: Mapping[str, int]
    of_texts: Mapping[str, Counter[int]]
    of_records: Counter[int]


def exactly(results: Tokens) -> Counts:
    """Return what was counted in all records."""
    by_kind = {kind: sum(count * times for count, times in counts.items()) for kind, counts in results.of_texts.items()}
    return Counts(Estimate(sum(by_kind.values())), by_kind, results.of_texts, results.of_records)


def drawn(numbers: Sequence[int], count: int, seed: int) -> list[int]:
    """Return `count` of these numbers drawn at random, in rising order; all, where there are no more."""
    return sorted(Random(seed).sample(numbers, min(count, len(numbers))))  # noqa: S311 - the same sample each time is the point


def tables_of(lines: Lines, numbers: Sequence[int]) -> Tables:
    """Return the tables of the records on these lines."""
    context, dialect = lines.context, named(lines.context.dialect)
    raw = b"".join(lines.line(number).raw + b"\n" for number in numbers)
    return dialect.derive(reader_of(context).read(raw).tables, context.known)


def estimated(counted_texts: pl.DataFrame, sizes: Sizes, encoding: str, records: int) -> Counts:
    """Return what a random sample says of all records: tokens by byte, times all bytes.

    spoken: the texts of the sample, by `line`.

    Args:
        records: Of the dataset.
    """
    sample = with_tokens(counted_texts, encoding).with_columns(size=pl.col("text").str.len_bytes().cast(pl.UInt64))
    sums = {kind: (count, size) for kind, count, size in sample.group_by("kind").agg(pl.sum("tokens", "size")).iter_rows()}
    everywhere = {kind: size for kind, size in sizes.size.items() if size}
    ratio = sum(count for count, _ in sums.values()) / max(sum(size for _, size in sums.values()), 1)
    ratios = {kind: count / size for kind, (count, size) in sums.items() if size}
    by_kind = {kind: size * ratios.get(kind, ratio) for kind, size in everywhere.items()}
    of_texts, of_records = counted(counted_texts, encoding)
    error = _error(sample, ratios, records)
    total = Estimate(round(sum(by_kind.values())), 0 if of_records.total() >= records else max(1, round(error)))
    return Counts(total, {kind: round(count) for kind, count in by_kind.items()}, of_texts, of_records)


def _error(sample: pl.DataFrame, ratios: Mapping[str, float], records: int) -> float:
    """Return half of the 95 % interval of a number of tokens: by how much records have more or fewer than their bytes say."""
    expected = pl.col("size") * pl.col("kind").replace_strict(ratios, default=0.0, return_dtype=pl.Float64)
    rest = sample.group_by("line").agg((pl.col("tokens") - expected).sum().alias("rest")).get_column("rest")
    if len(rest) < 2:
        return float(records)
    left_out = 1 - min(1.0, len(rest) / max(records, 1))
    return _NORMAL * records * sqrt(left_out * float((rest * rest).sum()) / (len(rest) - 1) / len(rest))


def near_limit(lines: Lines, sizes: Sizes, context: Context) -> Estimate:
    """Return how many records are near the token limit: of those that have the bytes for it, all are counted, or a sample."""
    if not context.target.limit or not sizes.long:
        return Estimate(0)
    numbers = drawn(sizes.long, SAMPLED, sizes.seed)
    _, of_records = counted(named(context.dialect).counted_texts(tables_of(lines, numbers)), context.encoding)
    count = above(of_records, NEAR * context.target.limit)
    if len(numbers) == len(sizes.long):
        return Estimate(count)
    share = count / len(numbers)
    # A share of none or all in the sample is not surely none or all of the rest.
    spread = sqrt(max(share * (1 - share), 1 / len(numbers)) / len(numbers))
    return Estimate(round(share * len(sizes.long)), max(1, round(_NORMAL * spread * len(sizes.long))))


def with_marks(counts: Counts, sizes: Sizes, target: Target, records: int) -> Counts:
    """Return the counts with the marks that a target writes around messages and records, where these are known."""
    marks = sizes.turns * target.per_message + records * target.per_record if sizes.turns else 0
    if not marks:
        return counts
    total = Estimate(counts.total.count + marks, counts.total.error)
    return replace(counts, total=total, by_kind={**counts.by_kind, MARKS: marks})


def quantile(counts: Counter[int], share: float) -> int:
    """Return the smallest number that at least this share of what was counted does not exceed."""
    wanted, seen = share * counts.total(), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return 0


def above(counts: Counter[int], least: float) -> int:
    """Return how many of what was counted have so many tokens or more."""
    return sum(times for value, times in counts.items() if value >= least)
