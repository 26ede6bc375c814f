"""SPL001."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.dialects import named
from ftlint.metrics import Fingerprints
from ftlint.options import OPEN_ENDED
from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix

from .._duplicates import leaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Level
    from ftlint.rule.fixes import FixContext


class TrainValidationLeak(DatasetRule):
    """A validation record's prompt is also in the training file.

    ## Why it matters

    The model has seen the answer. Validation then measures memory, and the accuracy in use will be lower than measured.

    ## How to fix

    Split the data again with `ftlint split`, which keeps each prompt in one file, or drop the records from the validation file.
    `--fix --unsafe-fixes --fixable train-validation-leak` drops them, unless less than half of the file would remain.
    """

    code = "SPL001"
    level = "error"
    roles = ("valid",)
    metrics = (Fingerprints,)
    compares = (Fingerprints,)
    column = "input"
    message = "the {asked} is also in the training file{but}: line {first}"
    headline = "validation prompts are also in the training file"
    detail = "as line {first}"
    examples = (
        good(pairs(("vino ->", " edible")), valid=pairs(("burger ->", " edible"))),
        bad(
            pairs(("vino ->", " edible")),
            valid=pairs(("burger ->", " edible"), ("vino ->", " edible"), ("jam ->", " edible")),
            at=[2],
            fixed=pairs(("burger ->", " edible"), ("jam ->", " edible")),
            fix="request",
        ),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where all prompts are empty."""
        return super().applies(context) and context.task != OPEN_ENDED

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the validation records; as a warning those that are equal but for case, white space or punctuation."""
        result = leaks(gathered)
        asked = named(gathered.context.dialect).asked
        levels: tuple[tuple[Level, pl.DataFrame, str], ...] = (
            ("error", result.equal, ""),
            ("warning", result.normalised, ", but for case, white space or punctuation"),
        )
        yield Violations(
            "info",
            result.further.get_column("line"),
            {"but": ", with something else in its further keys", "asked": asked},
            related=result.further.get_column("first"),
            related_role="train",
            applicability=None,
        )
        lines = pl.concat([result.equal, result.normalised]).get_column("line")
        for facts, gone in gathered.by_file(Violations("error", lines.sort())):
            refused = ""
            if 2 * len(gone) > facts.records:
                refused = f"{len(gone):,} of {facts.records:,} validation records would go; `ftlint split` splits the data anew"
            for level, table, but in levels:
                mine = table.filter(pl.col("line").is_in(gone.line_numbers.implode()))
                yield Violations(
                    level,
                    mine.get_column("line"),
                    {"but": but, "asked": asked},
                    related=mine.get_column("first"),
                    related_role="train",
                    applicability=None if refused else self.fixable,
                    refused=refused,
                )

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Drop the records."""
        return Fix.drop()
