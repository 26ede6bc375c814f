"""FIL004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.fixes import Relines
from ftlint.metrics import Blanks
from ftlint.rule import DatasetRule, Hits, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered


class BlankLine(DatasetRule):
    """A line is empty or white space.

    ## Why it matters

    Each line of a JSONL file is a record. Strict readers refuse an empty one; others skip it, and line numbers drift apart.

    ## How to fix

    Remove the line; `--fix` does. Next to a line that is not JSON it stays: both may be parts of a text with real line ends; and
    where most lines are no records, all do.
    """

    code = "FIL004"
    level = "warning"
    metrics = (Blanks,)
    fixable = "safe"
    reads_broken = True
    message = "the line is blank"
    headline = "lines are blank"
    detail = "blank"
    examples = (
        good(pairs(("vino ->", " edible"), ("burger ->", " edible"))),
        bad(
            [*pairs(("vino ->", " edible")), "", *pairs(("burger ->", " edible"))],
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report the lines; those that may be part of a broken text cannot be repaired."""
        found = gathered.get(Blanks)
        doubtful = found.beside_broken() | gathered.mostly_broken
        yield Hits(self.level, found.blank.filter(~doubtful))
        yield Hits(self.level, found.blank.filter(doubtful), applicability=None)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Remove the lines."""
        return Relines(lambda _: ())
