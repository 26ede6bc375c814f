"""A shuffle: rows of keyed metrics by ranges of their keys, so that equal keys meet wherever their records are."""

from __future__ import annotations

import pickle
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.engine.partial import Partial
from ftlint.metrics import Keyed
from ftlint.metrics.keyed import RANGES, moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["RANGES", "keyed_of", "merged", "unpacked", "work_on_range"]


def keyed_of(partial: Partial) -> Iterator[Keyed]:
    """Yield the keyed metrics of a partial."""
    return (metric for metric in partial.metrics if isinstance(metric, Keyed))


def merged(*bundles: Partial | pl.DataFrame) -> Any:
    """Return what neighbours hold together: a Partial, and a table of rows for each keyed metric and range of keys.

    Args:
        bundles: Partials, each followed by such tables; one without them has the rows itself.

    """
    partials: list[tuple[Partial, list[pl.DataFrame]]] = []
    for one in bundles:
        if isinstance(one, Partial):
            partials.append((one, []))
        else:
            partials[-1][1].append(one)
    firsts = accumulate((partial.lines for partial, _ in partials), initial=0)
    tables = [
        [moved(table, first) for table in tables or _taken_out(partial)]
        for first, (partial, tables) in zip(firsts, partials, strict=False)
    ]
    total = partials[0][0]
    for partial, _ in partials[1:]:
        total.merge(partial)
    joined = [_joined(some) for some in zip(*tables, strict=True)]
    return (total, *joined) if joined else total


def work_on_range(packed: bytes, firsts: Sequence[int], *tables: pl.DataFrame) -> list[Any]:
    """Return what work makes of the rows of a range of keys; nothing where there are none.

    Args:
        packed: The work, and what it needs for all ranges.
        firsts: For each table the line that its lines are counted from.
        tables: The rows.

    """
    table = _joined([moved(table, first) for first, table in zip(firsts, tables, strict=True)])
    work, shared = unpacked(packed)
    return [work(shared, table)] if len(table) else []


def _taken_out(partial: Partial) -> list[pl.DataFrame]:
    """Return the rows of keyed metrics, which are no longer in the partial."""
    return [table for metric in keyed_of(partial) for table in metric.by_range()]


def _joined(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of all tables; one without rows may lack columns."""
    return pl.concat([table for table in tables if len(table)] or tables[:1])


@lru_cache(maxsize=2)
def unpacked(packed: bytes) -> Any:
    """Return what all items need, once for each worker."""
    return pickle.loads(packed)  # noqa: S301 - the driver made it
