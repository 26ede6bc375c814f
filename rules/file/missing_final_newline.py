"""FIL006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import FixContext


class MissingFinalNewline(DatasetRule):
    """The last line has no line end.

    ## Why it matters

    Text that is appended later becomes part of the last record, and tools that count line ends count one record too few.

    ## How to fix

    End the last line in LF; `--fix` does this, unless most lines are not records.
    """

    code = "FIL006"
    level = "info"
    reads_broken = True
    message = "the last line has no line end"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(pairs(("vino ->", " edible")), at=[None], end="", fixed=['{"prompt": "vino ->", "completion": " edible"}']),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each file whose last byte is not a line end."""
        for index, facts in enumerate(gathered.files):
            if facts.lines > facts.blank and not facts.final_newline:
                yield Violations(self.level, None, applicability="safe" if facts.readable else None, file=index)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """End the last line."""
        return Fix.of_file("final-newline")
