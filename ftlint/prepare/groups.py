"""Which records of a dataset must stay together: those of one prompt, and those of one group."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import orjson
import polars as pl

from ftlint.metrics import Block, Gathered, Keyed, Labels
from ftlint.metrics.parts import total, union
from ftlint.text.normal import normal, signatures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ftlint.dialects.context import Context

SPLIT = "split"
"""The hint of the context that holds what a split was asked for."""

_TASKS = 20
_RECORDS_OF_A_TASK = 50
"""Prompts end with the name of a task where they have few last words, and many records for each."""


@dataclass(frozen=True)
class Wanted:
    """What a split was asked for. seed: of the order; key: of records that stay together."""

    seed: int = 0
    key: str | None = None


class Groups(Keyed):
    """For each record: line, signature of its prompt, its place in the order of the seed, label, last word, value of the key.

    Attributes:
        ungrouped: Records without the key to group by.
        keys: That such records have.
    """

    key: ClassVar[str] = "signature"
    ungrouped: int = total()
    keys: frozenset[str] = union()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        frame, wanted = block.frame, context.hints.get(SPLIT, Wanted())
        if not len(frame):
            return
        # Without a prompt, records are told apart by what is answered.
        asked = pl.when(pl.col("input") == "").then(pl.format("\0{}", "answer")).otherwise("input")
        texts = frame.select(asked.alias("text")).get_column("text")
        # A hash of polars may be another one in its next version, and then the same seed would be another split.
        key = str(wanted.seed).encode()[:64]
        draw = pl.Series("draw", [_digest(text.encode(), key) for text in texts], pl.UInt64)
        columns = [frame.get_column("line").cast(pl.UInt64), signatures(texts, head=context.head).alias("signature"), draw]
        if context.classification:
            columns += [frame.get_column("answer").alias("label"), texts.str.extract(r"(\S+)\s*$").alias("word")]
        if wanted.key is not None:
            columns.append(pl.Series("own", [self._own(block.line(line), wanted.key) for line in frame["line"]], pl.UInt64))
        self.keep(pl.DataFrame(columns))

    def _own(self, line: bytes, key: str) -> int:
        """Return a hash of the value of the key; of a record without it, of the whole record: it is a group of its own."""
        value = orjson.loads(line)
        if value.get(key) is None:
            self.ungrouped += 1
            self.keys |= frozenset(list(value)[:20])
            return _digest(b"record" + line)
        return _digest(orjson.dumps([value[key]], option=orjson.OPT_SORT_KEYS))


def _digest(content: bytes, key: bytes = b"") -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8, key=key).digest(), "big")


def grouped(gathered: Gathered, wanted: Wanted, pairs: Iterable[tuple[int, int]]) -> pl.DataFrame:
    """Return `line`, `group`, `draw` (the group's place in the order), `label` and `task` of all records, in order.

    Args:
        pairs: Lines that stay together besides.
    """
    tables: list[pl.DataFrame] = []
    words = set[str]()
    for rows in gathered.tables(Groups):
        first = sum(map(len, tables))
        some = rows.sort("line").with_columns(group=pl.int_range(first, first + pl.len(), dtype=pl.UInt64))
        some = _of_one_form(_joined(some, "draw"), gathered).drop("signature")
        if "word" in some.columns and len(words) <= _TASKS:
            words |= set(some.get_column("word").unique())
        tables.append(some)
    table = pl.concat(tables).sort("line")
    # The group's number is that of its first record, however many tables there were.
    table = table.with_row_index("row").with_columns(group=pl.col("row").min().over("group").cast(pl.UInt64)).drop("row")
    table = _linked(table, pl.DataFrame(list(pairs), {"one": pl.UInt64, "other": pl.UInt64}, orient="row"))
    if wanted.key is not None:
        table = _joined(table, "own")
    table = table.with_columns(pl.col("draw").min().over("group"))
    if not gathered.context.classification:
        return table.select("line", "group", "draw", label=pl.lit(""), task=pl.lit(""))
    forms = gathered.get(Labels).variants
    label = pl.col("label").replace(forms) if forms else pl.col("label")
    of_tasks = 1 < len(words) <= _TASKS and len(table) >= _RECORDS_OF_A_TASK * len(words)
    return table.select("line", "group", "draw", label=label, task=pl.col("word") if of_tasks else pl.lit(""))


def _joined(table: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the table with one group for all records of a value, and of what hangs together by it."""
    while True:
        least = table.with_columns(pl.col("group").min().over(column)).get_column("group")
        through = table.select("group").with_columns(least=least).with_columns(pl.col("least").min().over("group"))
        new = through.get_column("least").alias("group")
        if new.equals(table.get_column("group")):
            return table
        table = table.with_columns(new)


def _of_one_form(table: pl.DataFrame, gathered: Gathered) -> pl.DataFrame:
    """Join the groups of prompts that are equal but for case, white space, Unicode form or punctuation."""
    distinct = table.unique("draw", keep="first")
    suspects = distinct.filter(pl.col("signature").is_duplicated()).sort("line")
    if not len(suspects):
        return table
    lines = suspects.get_column("line").to_list()
    forms = [_digest((normal(row["input"]) or f"\0{row['answer']}").encode()) for _, row in gathered.fetch(lines)]
    result = suspects.with_columns(form=pl.Series(forms, dtype=pl.UInt64))
    pairs = result.select(one="line", other=pl.col("line").min().over("form")).filter(pl.col("one") != pl.col("other"))
    return _linked(table, pairs)


def _linked(table: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Join the groups of pairs of lines. pairs: `one` and `other`, UInt64."""
    if not len(pairs):
        return table
    group_of = table.select("line", "group")
    edges = (
        pairs.join(group_of.rename({"group": "a"}), left_on="one", right_on="line")
        .join(group_of.rename({"group": "b"}), left_on="other", right_on="line")
        .select("a", "b")
    )
    leader = _leaders(edges.iter_rows())
    return table.with_columns(pl.col("group").replace(leader))


def _leaders(edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the least number of what hangs together, for each number of these edges."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent.setdefault(above, above)
            node = parent[node]
        return node

    for one, other in edges:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return {node: root(node) for node in list(parent)}
