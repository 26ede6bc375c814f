"""SPL007."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import TEXTS
from ftlint.metrics import Block, Metric
from ftlint.metrics.parts import lines_seen, merged_by
from ftlint.rule import DatasetRule, Location, Violations, bad, good, option, pairs
from ftlint.rule.fixes import Fix
from ftlint.sources import open_source
from ftlint.text.words import numbered

from ._runs import EvaluationSets, evaluation_sets, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.options import DatasetOptions
    from ftlint.rule.fixes import FixContext
    from ftlint.sources import Source

_QUESTION = "which of the rivers that rise in the northern hills reaches the sea before the old harbour town"
_OTHER = "name the river that you would follow from the mountains down to the lake if you had only one day"


class SharedRuns(Metric):
    """Lines whose texts share a run of words with an evaluation set, and the first such run of each line."""

    found: pl.Series = lines_seen()
    run: pl.Series = merged_by(lambda mine, theirs, _: mine.append(theirs), lambda: pl.Series(dtype=pl.UInt64))

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        sets: EvaluationSets | None = context.hints.get(Contaminated.code)
        if sets is None or not len(block.frame):
            return
        texts = block.table(TEXTS).sort("line", "position").select("line", "text")
        shared = runs(texts, sets.size).join(sets.runs.select("run"), on="run", how="semi", maintain_order="left")
        first = shared.unique("line", keep="first", maintain_order=True).sort("line")
        self.found, self.run = first.get_column("line").cast(pl.UInt64), first.get_column("run")


class Contaminated(DatasetRule):
    """A training text shares a long run of words with a record of an evaluation set.

    ## Why it matters

    The model has seen the questions of the evaluation, so the result is less meaningful than it seems.

    ## How to fix

    Name the evaluation sets: `ftlint check train.jsonl --against mmlu.jsonl --against ours.jsonl`. The sets may be JSON Lines
    of any shape; other files are read as one text per line. Without `--against`, but with `--extend-select SPL007`, the rule
    compares the validation file. It compares runs of 13 words (the option `words`), without case and punctuation, as the
    authors of GPT-3 did. It ignores a run that occurs in more than 5 % of the evaluation records, and in more than ten, because
    such a run is a shared instruction. Drop the training records; `--fix --unsafe-fixes --fixable contaminated` does this.
    """

    code = "SPL007"
    level = "error"
    enabled = False
    asked_by = "against"
    roles = ("train",)
    metrics = (SharedRuns,)
    message = 'text of {where}: "{run}"'
    headline = "records share text with an evaluation set"
    detail = '{where}: "{run}"'
    examples = (
        good(pairs((f"{_QUESTION} ->", " alder")), valid=pairs((f"{_OTHER} ->", " birch"))),
        bad(
            pairs(("vino ->", " edible"), (f"Say, {_QUESTION}? ->", " alder")),
            valid=pairs((f"{_QUESTION} ->", " birch")),
            at=[2],
            fixed=pairs(("vino ->", " edible")),
            fix="request",
        ),
    )

    class Options:
        """words: minimum number of words of a run."""

        words: int = option(13, least=4)

    def look_at_others(self, options: DatasetOptions, valid: Sequence[Source]) -> EvaluationSets | None:
        """Read the evaluation sets; without any the validation files."""
        with ExitStack() as opened:
            sources = [opened.enter_context(closing(open_source(path))) for path in options.against] or valid
            return evaluation_sets(sources, self.options.words, named=bool(options.against)) if sources else None

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each record that shares a run, and once the evaluation records that cannot be compared."""
        sets: EvaluationSets | None = gathered.context.hints.get(self.code)
        if sets is None:
            return
        yield Violations(self.level, gathered.get(SharedRuns).found)
        if sets.named and sets.short:
            some = f"{numbered(sets.short, 'line')} of {sets.records:,} in the evaluation sets"
            said = f"{some} cannot be compared: fewer than {sets.size} words"
            yield Violations("info", None, message=said, applicability=None)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the first text that shares a run."""
        for pointer, text in row["texts"].items():
            if shared := context.hints[self.code].shared(text):
                return Location(pointer, args={"run": shared[0], "where": shared[1]})
        return None

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Drop the records, where the words are the same and not only their hashes."""
        sets: EvaluationSets = fix_context.dataset.hints[self.code]
        return Fix.drop(unless=lambda row: not any(map(sets.shared, row["texts"].values())))
