"""SEP003."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.metrics import Block, Occurrences
from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.text.marks import parse_ending, with_mark
from ftlint.text.words import quote

from ._everywhere import everywhere
from ._family import SeparatorRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import Fix, FixContext


class Endings(Occurrences):
    """Number of prompts that end with each candidate separator."""

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        for rival in context.known.rivals:
            mark = rival.marks[0]
            ends = with_mark(pl.col("prompt").str.strip_chars_end(), mark)
            self.note(mark.text, block.frame.filter(ends).get_column("line"))


class InconsistentSeparator(SeparatorRule, DatasetRule):
    """The prompts end with different separators.

    ## Why it matters

    The model learns several signals for the same thing, each from a part of the data, but inference uses only one of them.

    ## How to fix

    End every prompt with the same separator. `--fix --unsafe-fixes` uses the most common one everywhere.
    """

    code = "SEP003"
    level = "error"
    decisive = True
    metrics = (Endings,)
    message = "the prompts end with {number} different separators: {counts}"
    examples = (
        good(pairs(("burger ->", " edible"), ("vino ->", " edible"))),
        bad(
            pairs(*[(f"item {i}" + (" ->" if i % 2 else "\n\n###\n\n"), " yes") for i in range(6)]),
            at=[None],
            fixed=[
                '{"prompt": "item 0\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 1\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 2\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 3\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 4\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 5\\n\\n###\\n\\n", "completion": " yes"}',
            ],
            fix="unsafe",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the separators that compete, with their counts."""
        rivals = gathered.context.known.rivals
        if rivals:
            counts = gathered.get(Endings).counts
            shown = ", ".join(f"{quote(rival.text)} ({counts[rival.marks[0].text]:,})" for rival in rivals)
            others = sum(counts[rival.marks[0].text] for rival in rivals[1:])
            yield Violations(
                self.level,
                None,
                {"number": len(rivals), "counts": shown, "rivals": [rival.text for rival in rivals]},
                affects=others,
            )

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """End every prompt with the commonest of the separators."""
        rivals = violations.args["rivals"]
        return everywhere(rivals[0], fix_context.dataset.known.separator, *map(parse_ending, rivals))
