"""What metrics are made of: parts that know how they merge, so that a metric need not.

class Spaced(Metric):
    records: int = total()
    first: int | None = first_line()
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Part(NamedTuple):
    """A part of a metric.

    Attributes:
        start: Makes its value for a fresh metric.
        merge: Given mine, theirs, and how many lines came before theirs.
    """

    start: Callable[[], Any]
    merge: Callable[[Any, Any, int], Any]


def total() -> Any:
    """Return the part that is a number that adds up."""
    return Part(int, lambda mine, theirs, _: mine + theirs)


def either() -> Any:
    """Return the part that is a truth that holds where it holds in one part."""
    return Part(bool, lambda mine, theirs, _: mine or theirs)


def union() -> Any:
    """Return the part that is a frozen set of what was seen in any part."""
    return Part(frozenset, lambda mine, theirs, _: mine | theirs)


def counts() -> Any:
    """Return the part that is a Counter."""
    return Part(Counter, _counted)


def counts_by_key() -> Any:
    """Return the part that is Counters by key."""
    return Part(dict, _counted_by_key)


def first_line() -> Any:
    """Return the part that is the first line of something; None where there is none."""
    return Part(lambda: None, _first)


def first_lines() -> Any:
    """Return the part that is first lines by key."""
    return Part(dict, _firsts)


def lines_seen() -> Any:
    """Return the part that is lines, rising: a series of UInt64."""
    return Part(lambda: numbers(()), _lines)


def lines_by_key() -> Any:
    """Return the part that is lines by key, each a rising series of UInt64."""
    return Part(dict, _lines_by_key)


def with_first_line() -> Any:
    """Return the part that is a list of pairs: something whose lines are counted from its part's first one, and that line."""
    return Part(list, lambda mine, theirs, shift: [*mine, *_moved(theirs, shift)])


def numbers(lines: Iterable[int]) -> pl.Series:
    """Return line numbers as a series of UInt64."""
    return pl.Series(list(lines), dtype=pl.UInt64)


def kept(start: Callable[[], Any]) -> Any:
    """Return the part that merging leaves as it is."""
    return Part(start, lambda mine, _theirs, _lines: mine)


def merged_by(how: Callable[[Any, Any, int], Any], default: Callable[[], Any]) -> Any:
    """Return the part that merges in a way of its own: given mine, theirs, and how many lines came before theirs."""
    return Part(default, how)


def _counted(mine: Counter[Any], theirs: Mapping[Any, int], _: int) -> Counter[Any]:
    mine.update(theirs)
    return mine


def _counted_by_key(mine: dict[Any, Counter[Any]], theirs: Mapping[Any, Mapping[Any, int]], _: int) -> dict[Any, Counter[Any]]:
    for key, counted in theirs.items():
        mine.setdefault(key, Counter()).update(counted)
    return mine


def _first(mine: int | None, theirs: int | None, shift: int) -> int | None:
    return theirs + shift if mine is None and theirs is not None else mine


def _firsts(mine: dict[Any, int], theirs: Mapping[Any, int], shift: int) -> dict[Any, int]:
    for key, line in theirs.items():
        mine.setdefault(key, line + shift)
    return mine


def _lines(mine: pl.Series, theirs: pl.Series, shift: int) -> pl.Series:
    return pl.concat([mine, theirs + shift]) if len(theirs) else mine


def _lines_by_key(mine: dict[Any, pl.Series], theirs: Mapping[Any, pl.Series], shift: int) -> dict[Any, pl.Series]:
    for key, lines in theirs.items():
        mine[key] = mine[key].append(lines + shift) if key in mine else lines + shift
    return mine


def _moved(pairs: Iterable[tuple[int, Any]], shift: int) -> list[tuple[int, Any]]:
    return [(first + shift, it) for first, it in pairs]
