"""PRF005."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import polars as pl

from ftlint.dialects.base import ANSWER
from ftlint.dialects.turns import REJECTED
from ftlint.metrics import Block, Metric
from ftlint.metrics.parts import counts, total
from ftlint.rule import DatasetRule, Violations, bad, good, option

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_FEW = 20
"""Minimum number of pairs for a meaningful share."""


class AnswerLengths(Metric):
    """Number of pairs with a longer and with a shorter preferred answer; number per length, in bands of 16 characters."""

    longer: int = total()
    shorter: int = total()
    pairs: int = total()
    chosen: Counter[int] = counts()
    rejected: Counter[int] = counts()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        sizes = block.frame.filter(pl.col(REJECTED).is_not_null()).select(
            chosen=pl.col(ANSWER).str.len_chars(), rejected=pl.col(REJECTED).str.len_chars()
        )
        self.pairs = len(sizes)
        self.longer = int((sizes["chosen"] > sizes["rejected"]).sum())
        self.shorter = int((sizes["chosen"] < sizes["rejected"]).sum())
        for name, bands in (("chosen", self.chosen), ("rejected", self.rejected)):
            bands.update(dict((sizes[name] // 16).value_counts().iter_rows()))


class LengthBias(DatasetRule):
    """In most pairs the preferred answer is the longer one, or the shorter one.

    ## Why it matters

    From such pairs the model learns length: answers get longer, or shorter, but not better.

    ## How to fix

    Add pairs with the opposite difference in length.
    """

    code = "PRF005"
    level = "info"
    requires: ClassVar[tuple[str, ...]] = ("pair",)
    metrics = (AnswerLengths,)
    message = (
        "the preferred answer is {which} in {share:.0%} of {pairs:,} pairs (about {chosen:,} characters against {rejected:,}): "
        "the model may learn length"
    )

    class Options:
        """share: minimum share of the pairs."""

        share: float = option(0.75, least=0.5, most=1)

    examples = (
        good([f'{{"prompt": "{i}?", "chosen": "{"Yes" * (i % 2 + 1)}", "rejected": "Maybe"}}' for i in range(20)]),
        bad([f'{{"prompt": "{i}?", "chosen": "Yes, it is {i}.", "rejected": "No."}}' for i in range(20)], at=[None]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report it once."""
        result = gathered.get(AnswerLengths)
        count, which = max((result.longer, "longer"), (result.shorter, "shorter"))
        if result.pairs >= _FEW and count >= self.options.share * result.pairs:
            args = {"which": which, "share": count / result.pairs, "pairs": result.pairs}
            yield Violations(self.level, None, {**args, "chosen": _median(result.chosen), "rejected": _median(result.rejected)})


def _median(bands: dict[int, int]) -> int:
    """Return about how many characters the middle one of some texts has."""
    seen, half = 0, sum(bands.values()) / 2
    for band in sorted(bands):
        seen += bands[band]
        if seen >= half:
            return band * 16 + 8
    return 0
