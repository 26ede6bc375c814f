"""LBL007."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, INPUT, RECORDS
from ftlint.metrics import Block, Metric
from ftlint.metrics.parts import total
from ftlint.rule import Violations, bad, good, option, pairs

from ._family import LabelRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.dialects.base import Tables
    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered


class LabelLeaks(Metric):
    """Number of records whose body contains the label as a separate word."""

    records: int = total()
    leaks: int = total()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.records = len(block.frame)
        self.leaks = block.frame.filter(_leaks(context.hints.get(LabelInPrompt.code, ()))).height


def _leaks(labels: Sequence[str]) -> pl.Expr:
    """Return an expression that is true where the label's own text is in the body, in any case, as words of its own.

    Args:
        labels: Where all of these are in the body, they are listed there, and tell nothing.
    """
    label, body = pl.col("answer").str.to_lowercase(), pl.col("input").str.to_lowercase()
    word = pl.concat_str(pl.lit(r"(?:^|\W)"), label.str.escape_regex(), pl.lit(r"(?:\W|$)"))
    listed = pl.all_horizontal(body.str.contains(other, literal=True) for other in labels) if labels else pl.lit(value=False)
    return (label != "") & body.str.contains(label, literal=True) & body.str.contains(word) & ~listed


_LABELS = 50
"""Maximum number of labels that a prompt may list."""


class LabelInPrompt(LabelRule):
    """The label's text appears in nearly all prompts, so the answer leaks.

    ## Why it matters

    The model learns to copy the answer from the prompt. If later prompts do not contain it, the model has learned nothing.

    ## How to fix

    Find out how the label gets into the prompt (a file name, a heading), and whether it will be there in use. The rule ignores
    prompts that list all labels.
    """

    code = "LBL007"
    level = "info"
    message = "in {share:.0%} of the records the label itself appears in the {asked}"

    class Options:
        """share: minimum share of the records."""

        share: float = option(0.95, least=0, most=1)

    examples = (
        good(pairs(("a good film ->", " yes"), ("a bad film ->", " no")), options={"task": "classification"}),
        bad(pairs(("film, good ->", " good"), ("film, bad ->", " bad")), at=[None], options={"task": "classification"}),
    )

    def prescan(self, tables: Tables, context: Context) -> tuple[str, ...]:
        """Return the commonest labels, if the own label and not all of them are in the body of half of the surveyed records."""
        rows = [(body.lower(), label.lower()) for body, label in tables[RECORDS].select(INPUT, ANSWER).iter_rows() if label]
        labels = [label for label, _ in Counter(label for _, label in rows).most_common(_LABELS)]
        leaks = sum(label in body and not all(other in body for other in labels) for body, label in rows)
        return tuple(labels) if len(labels) > 1 and leaks >= 0.5 * max(tables[RECORDS].height, 1) else ()

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Look at every record only where most of the surveyed ones gave rise to it."""
        return (LabelLeaks,) if context.hints.get(self.code) else ()

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the share of the records that leak."""
        if gathered.context.hints.get(self.code):
            leaks = gathered.get(LabelLeaks)
            if leaks.records and leaks.leaks >= self.options.share * leaks.records:
                asked = named(gathered.context.dialect).asked
                yield Violations(self.level, None, {"share": leaks.leaks / leaks.records, "asked": asked})
