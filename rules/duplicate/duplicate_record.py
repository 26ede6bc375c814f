"""DUP001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.metrics.duplicates import duplicates, what_duplicates_need
from ftlint.rule import DatasetRule, Hits, bad, good, pairs
from ftlint.rule.fixes import Drop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered, Metric
    from ftlint.rule.fixes import Fix, Situation


class DuplicateRecord(DatasetRule):
    """A record has the same prompt and completion as an earlier one.

    ## Why it matters

    A copy counts twice in training, and when copies land in both training and validation files the measured accuracy is too good.

    ## How to fix

    Drop the later record; `--fix --unsafe-fixes` does.
    """

    code = "DUP001"
    level = "warning"
    fixable = "unsafe"
    message = "the same prompt and completion as line {first}"
    headline = "records repeat an earlier one"
    detail = "as line {first}"
    examples = (
        good(pairs(("vino ->", " edible"), ("burger ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("burger ->", " edible"), ("vino ->", " edible")),
            at=[3],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Ask for what equal records are found by."""
        return what_duplicates_need(context)

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report the later records."""
        found = duplicates(gathered).equal
        yield Hits(self.level, found.get_column("line"), related=found.get_column("first"))

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Drop the records."""
        return Drop()
