"""FIL004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.fixes import Relines
from ftlint.rule import LineRule, bad, good, pairs

if TYPE_CHECKING:
    from ftlint.fixes import Fix, Situation
    from ftlint.rule import Hits


class BlankLine(LineRule):
    """A line is empty or white space.

    ## Why it matters

    Each line of a JSONL file is a record. Strict readers refuse an empty one; others skip it, and line numbers drift apart.

    ## How to fix

    Remove the line; `--fix` does.
    """

    code = "FIL004"
    level = "warning"
    fault = "blank"
    fixable = "safe"
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

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Remove the lines."""
        return Relines(lambda _: ())
