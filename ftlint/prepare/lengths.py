"""How long records are as their trainer makes them, and what limits would cost."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.metrics.learned import Learned

LIMITS = (512, 1024, 2048, 4096, 8192)
"""Limits that trainers have by default, or that people choose."""

_PACKED = 100_000
"""Maximum number of records that are packed to see what that wastes; of more, every second, third, … is."""


_FIRST = 64
"""Tokens up to which the first band of the histogram goes."""


class Limit(Struct, frozen=True):
    """What a limit does.

    Attributes:
        tokens: The limit.
        cut: Records that are longer.
        lost: Records that lose a part of what is learned, if their end is cut off.
        waste: Share of the tokens that are padding, if records are packed into sequences of this length.
    """

    tokens: int
    cut: int
    lost: int
    waste: float


class Lengths(Struct, frozen=True):
    """Tokens of records as their trainer makes them.

    Attributes:
        records: Those that were rendered.
        refused: Those that the template refuses.
        total, learned: Tokens before anything is cut, and those that are learned after it.
        estimate: Whether tokens are only near to those of the trainer.
        limit: Of the run; 0: none is known.
        histogram: Records by bands of tokens: first and last of a band.
        limits: What limits would do, that of the run among them.
    """

    records: int
    refused: int
    total: int
    learned: int
    estimate: bool
    limit: int
    histogram: tuple[tuple[int, int, int], ...]
    limits: tuple[Limit, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the parts `learned` and `lengths` of a profile as JSON."""
        limits = [{"limit": one.tokens, "cut": one.cut, "answers_lost": one.lost, "waste": one.waste} for one in self.limits]
        bands = [{"from": first, "to": last, "records": count} for first, last, count in self.histogram]
        share = self.learned / self.total if self.total else 0.0
        learned = {"tokens": self.learned, "of": self.total, "share": share, "refused": self.refused, "estimate": self.estimate}
        return {"learned": learned, "lengths": {"limit": self.limit, "histogram": bands, "limits": limits}}


def lengths_of(learned: Learned, limit: int, *, estimate: bool) -> Lengths:
    """Return how long records are.

    Args:
        learned: What was gathered of them.
        limit: Of the run; 0: none is known.
        estimate: Whether no tokenizer of the trainer's is known.

    """
    sizes = learned.sizes
    totals: Counter[int] = Counter()
    for (total, _), count in sizes.items():
        totals[total] += count
    tokens = sum(total * count for total, count in totals.items())
    chosen = sorted({*LIMITS, *([limit] if limit else [])})
    return Lengths(
        learned.records,
        learned.refused,
        tokens,
        learned.learned,
        estimate,
        limit,
        _bands(totals),
        tuple(_limit(one, sizes, totals) for one in chosen) if totals else (),
    )


def _limit(limit: int, sizes: Mapping[tuple[int, int], int], totals: Counter[int]) -> Limit:
    cut = sum(count for total, count in totals.items() if total > limit)
    lost = sum(count for (_, end), count in sizes.items() if end > limit)
    return Limit(limit, cut, lost, _waste(totals, limit))


def _waste(totals: Counter[int], limit: int) -> float:
    """Return what is padding, if each record goes where it leaves the least room, the longest first (as TRL's `bfd`)."""
    step = -(-totals.total() // _PACKED)
    lengths = sorted((min(total, limit) for total, count in totals.items() for _ in range(count)), reverse=True)[::step]
    rooms: list[int] = []
    sequences = 0
    for length in lengths:
        at = bisect_left(rooms, length)
        opens = at == len(rooms)
        room = limit if opens else rooms.pop(at)
        sequences += opens
        if room - length:
            insort(rooms, room - length)
    return 1 - sum(lengths) / (sequences * limit) if sequences else 0.0


def _bands(totals: Counter[int]) -> tuple[tuple[int, int, int], ...]:
    """Return records by bands that double: up to 64 tokens, up to 128, …."""
    bands: Counter[int] = Counter()
    for total, count in totals.items():
        bands[max(_FIRST, 1 << max(total - 1, 0).bit_length())] += count
    made = []
    last = min(bands, default=0)
    while last and last <= max(bands):
        made.append((last // 2 + 1 if last > _FIRST else 0, last, bands[last]))
        last *= 2
    return tuple(made)
