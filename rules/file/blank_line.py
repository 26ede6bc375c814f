"""FIL004."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ftlint.metrics import Block, Metric, numbers
from ftlint.metrics.parts import lines_seen
from ftlint.records.edits import whole_line
from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Level
    from ftlint.rule.fixes import FixContext


class Blanks(Metric):
    """Blank lines, and lines that are not JSON."""

    needs_texts: ClassVar[bool] = False
    blank: pl.Series = lines_seen()
    broken: pl.Series = lines_seen()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.blank = numbers(block.decoded.faults.get("blank", ()))
        self.broken = numbers(block.decoded.faults.get("invalid-json", ()))

    def beside_broken(self) -> pl.Series:
        """Return for each blank line whether the next line that is not blank, before or after it, is broken."""
        # Of each run of blank lines, the line before its first one and the line after its last one.
        begins = self.blank.diff().fill_null(0) != 1
        ends = begins.shift(-1, fill_value=True)
        broken = self.broken.implode()
        beside = (self.blank.filter(begins) - 1).is_in(broken) | (self.blank.filter(ends) + 1).is_in(broken)
        return beside.gather(begins.cum_sum() - 1)


class BlankLine(DatasetRule):
    """A line is empty or contains only white space.

    ## Why it matters

    Each line of a JSONL file is a record. Strict readers refuse an empty line; others skip it, so line numbers differ.

    ## How to fix

    Remove the line; `--fix` does this. It keeps a blank line next to a line that is not JSON: both may be parts of a text with
    raw line ends. If most lines are not records, it keeps all.
    """

    code = "FIL004"
    level = "warning"
    metrics = (Blanks,)
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

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the lines; those that may be part of a broken text cannot be repaired."""
        result = gathered.get(Blanks)
        doubtful = result.beside_broken() | gathered.mostly_broken
        # The library `datasets` reads over them.
        level: Level = "info" if gathered.context.target.loader == "datasets" else self.level
        yield Violations(level, result.blank.filter(~doubtful))
        yield Violations(level, result.blank.filter(doubtful), applicability=None)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Remove the lines."""
        return Fix.edit_line(whole_line)
