"""Deals groups of records out to parts: each label, and each task's labels, in the shares that were asked for.

Groups of several records go first, the largest ahead, each to the part that it brings closest to its shares (as scikit-learn's
StratifiedGroupKFold does); records that are a group by themselves fill up what is missing, exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_FEWEST = 10
"""Groups that a label of one task must have to be dealt out by itself; with fewer it goes with the label of all tasks."""

_ALL = -1
"""Stands for all records, whose shares count as those of one more label."""


def dealt(records: pl.DataFrame, shares: Sequence[float]) -> list[int]:
    """Return the part of each record.

    Args:
        records: `group`, `draw` (place in the order of the seed), `label` and `task`, a row a record.
        shares: Of the parts, the part to train on first. A label of a single group goes there.

    """
    table = _with_strata(records).with_columns(size=pl.len().over("group"))
    wants = _Wants(table, shares)
    several = table.filter(pl.col("size") > 1)
    part_of = _greedy(several, wants)
    alone = table.filter(pl.col("size") == 1).select("group", "draw", "stratum")
    parts = pl.concat(
        [
            pl.DataFrame({"group": list(part_of), "part": list(part_of.values())}, {"group": pl.UInt64, "part": pl.UInt8}),
            _filled(alone, wants),
        ]
    )
    return table.select("group").join(parts, on="group", how="left", maintain_order="left").get_column("part").to_list()


def _with_strata(records: pl.DataFrame) -> pl.DataFrame:
    """Add the number of each record's stratum: of its label, or of its task's label where that has groups enough."""
    groups = pl.col("group").n_unique().over("label", "task")
    table = records.with_columns(task=pl.when(groups >= _FEWEST).then("task").otherwise(pl.lit("")))
    strata = table.select("label", "task").unique().sort("label", "task").with_row_index("stratum")
    return table.join(strata.cast({"stratum": pl.Int64}), on=["label", "task"], how="left", maintain_order="left")


class _Wants:
    """What parts are to have of each stratum, and what they have. groups: of each stratum, how many are left to deal out."""

    def __init__(self, table: pl.DataFrame, shares: Sequence[float]) -> None:
        self.shares = shares
        counts = table.group_by("stratum").agg(records=pl.len(), groups=pl.col("group").n_unique())
        self.records: dict[int, int] = {stratum: count for stratum, count, _ in counts.iter_rows()} | {_ALL: len(table)}
        self.groups: dict[int, int] = {stratum: groups for stratum, _, groups in counts.iter_rows()}
        self.few = {stratum for stratum, groups in self.groups.items() if groups < len(shares)}
        self.have = {stratum: [0] * len(shares) for stratum in self.records}
        self.missing = {stratum: set(range(len(shares))) for stratum in self.groups}

    def lacks(self, stratum: int, part: int) -> float:
        """Return how many records of a stratum a part still lacks."""
        return self.shares[part] * self.records[stratum] - self.have[stratum][part]

    def give(self, part: int, counts: Mapping[int, int]) -> None:
        """Give a group to a part; counts: its records by stratum."""
        for stratum, count in counts.items():
            self.have[stratum][part] += count
            self.have[_ALL][part] += count
            self.groups[stratum] -= 1
            self.missing[stratum].discard(part)

    def cost(self, part: int, counts: Mapping[int, int]) -> float:
        """Return by how much a part is further from its shares with these records, each stratum by its own size."""
        together = {**counts, _ALL: sum(counts.values())}
        return sum(
            count * (count - 2 * self.lacks(stratum, part)) / (self.shares[part] * self.records[stratum])
            for stratum, count in together.items()
        )

    def open(self, strata: Iterable[int]) -> set[int]:
        """Return the parts that a group may go to, so that its strata come into every part, as far as they reach."""
        results = set(range(len(self.shares)))
        scarce = [stratum for stratum in strata if self.groups[stratum] <= len(self.missing[stratum])]
        for stratum in sorted(scarce, key=lambda stratum: (stratum in self.few, stratum)):
            missing = self.missing[stratum]
            # What does not reach for all parts goes to the first ones: what is never trained on cannot be learned.
            reached = set(sorted(missing)[: self.groups[stratum]])
            results = results & reached or results
        return results


def _greedy(table: pl.DataFrame, wants: _Wants) -> dict[int, int]:
    """Return the part of each group of several records."""
    counted: dict[int, dict[int, int]] = {}
    order: dict[int, tuple[int, int]] = {}
    rows = table.group_by("group", "stratum").agg(pl.len(), pl.first("size"), pl.first("draw"))
    for group, stratum, count, size, draw in rows.iter_rows():
        counted.setdefault(group, {})[stratum] = count
        order[group] = (-size, draw)
    parts = {}
    for group in sorted(counted, key=order.__getitem__):
        counts = dict(sorted(counted[group].items()))
        alone = any(wants.records[stratum] == count for stratum, count in counts.items())
        part = 0 if alone else min(wants.open(counts), key=lambda part: (wants.cost(part, counts), part))
        wants.give(part, counts)
        parts[group] = part
    return parts


def _filled(table: pl.DataFrame, wants: _Wants) -> pl.DataFrame:
    """Return `group` and `part` of the records that are a group by themselves."""
    sizes = dict(table.group_by("stratum").len().iter_rows())
    owed = [0.0] * len(wants.shares)  # what a stratum leaves over the next one makes up for
    quotas: dict[int, list[int]] = {}
    for stratum in sorted(sizes, key=lambda stratum: (sizes[stratum], stratum)):
        quotas[stratum], owed = _quota(stratum, sizes[stratum], wants, owed)
    order = table.sort("stratum", "draw", "group").select("group")
    runs = [(part, count) for stratum in sorted(quotas) for part, count in enumerate(quotas[stratum]) if count]
    columns = pl.DataFrame(runs, {"part": pl.UInt8, "count": pl.UInt32}, orient="row")
    return order.hstack(columns.select(pl.col("part").repeat_by("count").explode()))


def _quota(stratum: int, count: int, wants: _Wants, owed: list[float]) -> tuple[list[int], list[float]]:
    """Return how many records of a stratum each part gets, and what it then is owed."""
    lacks = [max(0.0, wants.lacks(stratum, part) + owed[part]) for part in range(len(owed))]
    scale = count / sum(lacks) if sum(lacks) else 0
    exact = [lack * scale for lack in lacks] if scale else [share * count for share in wants.shares]
    quota = [int(value + 1e-9) for value in exact]
    for part in sorted(range(len(quota)), key=lambda part: (quota[part] - exact[part], part))[: count - sum(quota)]:
        quota[part] += 1
    missing = wants.missing[stratum]
    for part in sorted(part for part in missing if not quota[part]):
        spare = [other for other in range(len(quota)) if quota[other] > (other in missing)]
        later = [other for other in range(part + 1, len(quota)) if quota[other]]
        if spare or later:  # what does not reach for all parts goes to the first ones
            quota[max(spare, key=quota.__getitem__) if spare else later[-1]] -= 1
            quota[part] += 1
    return quota, [want - got for want, got in zip(exact, quota, strict=True)]
