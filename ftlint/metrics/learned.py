"""What models see and learn of all records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.dialects.base import RECORDS
from ftlint.metrics.base import Block, Metric
from ftlint.metrics.parts import counts, first_lines, merged_by, total

if TYPE_CHECKING:
    from collections import Counter

    from ftlint.dialects.context import Context
    from ftlint.training.rendering import Rendering


_WORST = 3
"""Number of the records that lose most whose lines are kept."""


def _worst(mine: list[tuple[int, int]], theirs: list[tuple[int, int]], shift: int) -> list[tuple[int, int]]:
    both = [*mine, *((lost, line + shift) for lost, line in theirs)]
    return sorted(both, key=lambda one: (-one[0], one[1]))[:_WORST]


class Learned(Metric):
    """Tokens of records as their trainer makes them.

    Attributes:
        records: How many were rendered.
        refused: Those of which the template raises.
        learned: Tokens that are learned.
        sizes: Records by their number of tokens before anything is cut, and by the place after their last learned token.
        faults: Records by what is wrong with all of them rather than with one: `no-end`, `two-starts`, `unstable`.
        first: The first line of each of these.
        worst: Those that lose most learned tokens: how many, and the line.

    """

    records: int = total()
    refused: int = total()
    learned: int = total()
    sizes: Counter[tuple[int, int]] = counts()
    faults: Counter[str] = counts()
    first: dict[str, int] = first_lines()
    worst: list[tuple[int, int]] = merged_by(_worst, list)

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        from ftlint.training.rendering import rendering_of  # noqa: PLC0415 - few runs have a tokenizer

        numbers = block.frame.get_column("line").to_list()
        for number, record in zip(numbers, block.records_on(numbers, context), strict=True):
            if record is not None:
                self._note(rendering_of(record.row(RECORDS), context), number)

    def _note(self, rendering: Rendering, line: int) -> None:
        self.records += 1
        if rendering.error is not None:
            self.refused += 1
            return
        self.learned += rendering.count
        wanted = rendering.wanted
        if rendering.cut and (lost := sum(wanted) - rendering.count):
            self.worst = _worst(self.worst, [(lost, line)], 0)
        end = len(wanted) - wanted[::-1].index(True) if True in wanted else 0
        self.sizes[len(wanted), end] += 1
        for fault in rendering.faults:
            self.faults[fault] += 1
            self.first.setdefault(fault, line)
