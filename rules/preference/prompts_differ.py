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

    Trainers take what both begin with for the prompt. Where it differs, a part of the question counts as an answer.

    ## How to fix

    Ask the same in both, word by word.
    """

    code = "PRF003"
    level = "warning"
    message = "the two conversations do not share their prompt"
    headline = "pairs do not share their prompt"
    examples = (good([_PAIR.format("Tide?")]), bad([_PAIR.format("Moon?")], at=[1]))

    def violates(self, context: Context) -> pl.Expr:
        """Return where what comes before the answers differs."""
        return ~pl.col("same_prompts")
