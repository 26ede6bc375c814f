"""SEP005."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec.structs import replace

from ftlint.dialects.base import RECORDS
from ftlint.metrics import Metric
from ftlint.metrics.parts import total
from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.marks import SPACE, parse_ending

from ._family import SeparatorRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.base import Tables
    from ftlint.dialects.context import Context
    from ftlint.metrics import Block, Gathered
    from ftlint.rule.fixes import FixContext


class SpacedPrompts(Metric):
    """Number of prompts that end in a space."""

    count: int = total()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.count = block.frame.filter(pl.col("prompt").str.ends_with(" ")).height


class SpaceBeforeAnswer(SeparatorRule, DatasetRule):
    """Prompts end in a space, directly before the answer.

    ## Why it matters

    Most words are one token together with the space before them. After a prompt that ends in a space, the answer begins with a
    different token than in any text that the model knows. If the completion also starts with a space, there are two.

    ## How to fix

    End prompts without a space, and start completions with one. `--fix --unsafe-fixes --fixable space-before-answer` moves the
    space.
    """

    code = "SEP005"
    level = "warning"
    roles = ("train",)
    message = "{count:,} of {records:,} prompts end in a space; the space belongs to the completion"
    examples = (
        good(pairs(("burger ->", " edible"), ("vino ->", " edible"))),
        bad(
            pairs(("burger -> ", "edible"), ("vino -> ", "edible")),
            at=[None],
            fixed=pairs(("burger ->", " edible"), ("vino ->", " edible")),
            fix="request",
        ),
    )

    def prescan(self, tables: Tables, context: Context) -> bool:
        """Return whether most surveyed prompts end in a space."""
        prompts = tables[RECORDS].get_column("prompt")
        return 2 * int(prompts.str.ends_with(" ").sum()) > len(prompts)

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Count prompts only where most surveyed ones end in a space."""
        return (SpacedPrompts,) if context.hints.get(self.code) else ()

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report it once, with the count."""
        if gathered.context.hints.get(self.code) and (count := gathered.get(SpacedPrompts).count):
            yield Violations(self.level, None, {"count": count, "records": gathered.conforming}, affects=count)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Move the space to the start of the completion."""

        def settles(context: Context) -> Context:
            separator = context.known.separator
            moved = separator and replace(parse_ending(separator.text.rstrip(" ")), share=separator.share)
            return replace(context, known=replace(context.known, separator=moved or None))

        note = "prompts end without a space, completions start with one"
        return Fix.rewrite(_moved, scope="dataset", note=note, sets="separator", settles=settles)


def _moved(texts: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Return the texts with the space before the completion's text instead of after the prompt's."""
    prompt, completion = texts["prompt"], texts["completion"]
    if not prompt.endswith(" ") or not completion.strip(SPACE):
        return None
    return {"/prompt": prompt.rstrip(" "), "/completion": completion if completion[0] in SPACE else f" {completion}"}
