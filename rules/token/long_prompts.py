"""TOK004."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.metrics import Block, Metric
from ftlint.metrics.parts import total
from ftlint.options import OPEN_ENDED
from ftlint.rule import DatasetRule, Violations, bad, good, option, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered


class Lengths(Metric):
    """Total lengths of prompts and completions, in UTF-8 bytes."""

    records: int = total()
    prompt: int = total()
    completion: int = total()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.records = len(block.frame)
        sums = block.frame.select(pl.col("prompt", "completion").str.len_bytes().cast(pl.UInt64).sum()).row(0)
        self.prompt, self.completion = sums


class LongPrompts(DatasetRule):
    """Prompts are far longer than completions.

    ## Why it matters

    By default, the prompt's tokens are part of the training loss. If prompts are very long, their part outweighs what the model
    learns from the completions.

    ## How to fix

    Consider a lower `prompt_loss_weight` (the default was 0.1).
    """

    code = "TOK004"
    level = "info"
    requires = ("endings",)
    roles = ("train",)
    metrics = (Lengths,)
    message = "prompts are about {ratio:,.0f} times as long as completions; consider a lower prompt_loss_weight"

    class Options:
        """ratio: maximum ratio of the length of prompts to completions, in bytes."""

        ratio: float = option(100, least=0)

    examples = (
        good(pairs(("burger ->", " edible"))),
        bad(pairs(("burger and so on " * 60 + "->", " edible")), at=[None]),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where prompts are empty."""
        return super().applies(context) and context.task != OPEN_ENDED

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the ratio of the sums of bytes."""
        lengths = gathered.get(Lengths)
        if lengths.completion and lengths.prompt > self.options.ratio * lengths.completion:
            yield Violations(self.level, None, {"ratio": lengths.prompt / lengths.completion})
