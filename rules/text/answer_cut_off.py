"""TXT010."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.dialects.base import ANSWER
from ftlint.metrics import Block, Metric
from ftlint.metrics.parts import merged_by, total
from ftlint.rule import DatasetRule, Violations, bad, good, option, pairs
from ftlint.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_LONG = 200
"""Minimum length, in bytes, of an answer that may have reached a limit."""

_SENTENCES = 3
"""Minimum number of sentences of a prose answer: the end of code and of lists shows nothing."""

_SAMPLE = 300
"""Maximum number of unfinished answers whose tokens are counted."""

_FEWEST = 10
_WIDTH = 0.06
"""Answers that reached the same limit differ in length by less than this, as another tokenizer counts slightly differently."""

Sample = list[tuple[int, int]]


def _smallest(mine: Sample, theirs: Sample, shift: int) -> Sample:
    return sorted([*mine, *((draw, line + shift) for draw, line in theirs)])[:_SAMPLE]


class UnfinishedAnswers(Metric):
    """Number of long answers, number of those that end inside a sentence, and a sample of these: hash and line of each."""

    long: int = total()
    count: int = total()
    sample: Sample = merged_by(_smallest, list)

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        answers = block.frame.select("line", ANSWER).filter(pl.col(ANSWER).str.len_bytes() >= _LONG)
        self.long = len(answers)
        text = pl.col(ANSWER).str
        ends_inside = answers.filter(text.contains(r"[\p{L}\p{N},;]\s*$"))
        unfinished = ends_inside.filter(text.count_matches(r"[.!?]\s") >= _SENTENCES)
        self.count = len(unfinished)
        self.sample = sorted(unfinished.select(pl.col(ANSWER).hash(), "line").rows())[:_SAMPLE]


class AnswerCutOff(DatasetRule):
    """Many answers of about the same length end inside a sentence.

    ## Why it matters

    They were generated with a token limit, and cut off there. The model learns to stop in the middle of a sentence.

    ## How to fix

    Generate them again with a higher limit, or drop the answers that reached it.
    """

    code = "TXT010"
    level = "warning"
    metrics = (UnfinishedAnswers,)
    roles = ("train",)
    message = "about {count:,} answers end inside a sentence after about {size:,} tokens: they were cut off at a limit"

    class Options:
        """share: minimum share of the long answers."""

        share: float = option(0.02, least=0, most=1)

    examples = (
        good(pairs(*((f"{i}?", f" {i} it is. Yes. Sure. " + "and so on " * 25 + "to its end.") for i in range(20)))),
        bad(pairs(*((f"{i}?", f" {i} it is. Yes. Sure. " + "and so on " * 25 + "until") for i in range(20))), at=[None]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report answers that end inside a sentence, where most of these have about the same number of tokens."""
        found = gathered.get(UnfinishedAnswers)
        if found.count < max(_FEWEST, self.options.share * found.long):
            return
        rows = gathered.fetch(sorted(line for _, line in found.sample))
        sizes = sorted(tokens.counts((row[ANSWER] for _, row in rows), gathered.context.encoding))
        most = sizes[int(0.98 * (len(sizes) - 1))]
        at_limit = sum((1 - _WIDTH) * most <= size <= (1 + _WIDTH) * most for size in sizes)
        # Lengths of whole answers spread out; those of answers that were cut do not.
        if 2 * at_limit > len(sizes) and at_limit >= _FEWEST:
            count = round(found.count * at_limit / len(sizes))
            yield Violations(self.level, None, {"count": count, "size": most}, affects=count)
