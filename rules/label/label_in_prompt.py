"""LBL007."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftlint.metrics import LabelLeaks
from ftlint.rule import DatasetRule, Hits, bad, good, option, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.context import Context
    from ftlint.metrics import Gathered, Metric


class LabelInPrompt(DatasetRule):
    """The label's own text stands in nearly all prompts: the answer leaks.

    ## Why it matters

    The model learns to copy the answer from the prompt. When later prompts do not hold it, it has learned nothing.

    ## How to fix

    Look where the label gets into the prompt (a file name, a heading, a list of all labels) and whether it will be there in use.
    """

    code = "LBL007"
    level = "info"
    tasks = ("classification",)
    roles = ("train",)
    message = "in {share:.0%} of the records the label itself stands in the prompt"

    @dataclass(frozen=True)
    class Options:
        """share: the part of the records from which it is reported."""

        share: float = option(0.95, least=0, most=1)

    examples = (
        good(pairs(("a good film ->", " yes"), ("a bad film ->", " no")), options={"task": "classification"}),
        bad(pairs(("film, good ->", " good"), ("film, bad ->", " bad")), at=[None], options={"task": "classification"}),
    )

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Look at every record only where most of the surveyed ones gave rise to it."""
        return (LabelLeaks,) if context.leaks else ()

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report the share of the records that leak."""
        if gathered.context.leaks:
            leaks = gathered.get(LabelLeaks)
            if leaks.records and leaks.leaks >= self.options.share * leaks.records:
                yield Hits(self.level, None, {"share": leaks.leaks / leaks.records})
