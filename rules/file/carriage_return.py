"""FIL003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import FixContext


class CarriageReturn(DatasetRule):
    """Lines end in CR LF.

    ## Why it matters

    JSON allows CR LF, but tools that split lines at LF keep a stray CR, and a file with both kinds of line ends never compares
    equal.

    ## How to fix

    End lines in LF; `--fix` does this. It keeps the CR of a line that is not JSON, and of all lines if most are not.
    """

    code = "FIL003"
    level = "info"
    reads_broken = True
    message = "{count:,} of {lines:,} lines end in CR LF"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad([pairs(("vino ->", " edible"))[0] + "\r"], at=[None], fixed=['{"prompt": "vino ->", "completion": " edible"}']),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each file that has such lines."""
        for index, facts in enumerate(gathered.files):
            if facts.carriage_returns:
                args = {"count": facts.carriage_returns, "lines": facts.lines}
                sure = facts.readable and facts.carriage_returns > facts.stuck_returns
                yield Violations(self.level, None, args, applicability="safe" if sure else None, file=index)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """End lines in LF."""
        return Fix.of_file("line-ends")
