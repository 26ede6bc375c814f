"""PRF003."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.rule import bad, good

from ._family import PairRule

if TYPE_CHECKING:
    from ftlint.dialects.context import Context

_PAIR = (
    '{{"chosen": [{{"role": "user", "content": "Tide?"}}, {{"role": "assistant", "content": "High."}}], '
    '"rejected": [{{"role": "user", "content": "{}"}}, {{"role": "assistant", "content": "Low."}}]}}'
)


class PromptsDiffer(PairRule):
    """The two conversations of a pair do not share their prompt.

    ## Why it matters

    Trainers use the common beginning of both conversations as the prompt. If the prompts differ, part of the question becomes
    part of the answer.

    ## How to fix

    Use the same prompt in both, word for word.
    """

    code = "PRF003"
    level = "warning"
    message = "the two conversations do not share their prompt"
    headline = "pairs do not share their prompt"
    examples = (good([_PAIR.format("Tide?")]), bad([_PAIR.format("Moon?")], at=[1]))

    def violates(self, context: Context) -> pl.Expr:
        """Return where what comes before the answers differs."""
        return ~pl.col("same_prompts")
