"""CHT013."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from ftlint.dialects.turn_tables import MESSAGES
from ftlint.metrics import Block, Metric, numbers
from ftlint.metrics.parts import counts, first_line
from ftlint.rule import DatasetRule, Violations, bad, good
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_OWN = {"target": "mine", "targets": {"mine": {"dialects": ["chat"], "weights": "none"}}}
_TALK = '{{"messages": [{{"role": "user", "content": "Hi."}}, {{"role": "assistant", "content": "Hello."{}}}]}}'


class Weights(Metric):
    """Number of messages with each weight key, and the first line with one."""

    counts: Counter[str] = counts()
    first: int | None = first_line()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        result = block.tables[MESSAGES].filter(pl.col("weighed").is_not_null())
        self.counts = Counter(dict(result.get_column("weighed").value_counts().iter_rows()))
        self.first = result.get_column("line").first() if len(result) else None  # type: ignore[assignment] # a number of a line


class IgnoredWeight(DatasetRule):
    """Messages have weights that the target does not read.

    ## Why it matters

    The trainer learns from messages that should be masked, and gives no warning.

    ## How to fix

    Remove the messages that should not be learned, or use a trainer that reads the weights.
    """

    code = "CHT013"
    level = "error"
    requires: ClassVar[tuple[str, ...]] = ("messages",)
    metrics = (Weights,)
    once = True
    message = "{messages} {keys}, which {target} does not read: what was meant to be masked is learned"
    headline = "messages have weights that the target does not read"
    examples = (good([_TALK.format("")], options=_OWN), bad([_TALK.format(', "weight": 0')], at=[1], options=_OWN))

    def applies(self, context: Context) -> bool:
        """Be silent where weights are read, or it is not known."""
        return super().applies(context) and context.target.weights == "none"

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the first, once."""
        result = gathered.get(Weights)
        if result.first is not None:
            count = result.counts.total()
            keys = ("has " if count == 1 else "have ") + ", ".join(f'"{key}"' for key in sorted(result.counts))
            args = {"messages": numbered(count, "message"), "keys": keys, "target": gathered.context.target.name}
            yield Violations(self.level, numbers([result.first]), args)
