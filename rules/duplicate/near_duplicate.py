"""DUP004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import astuple

from ftlint.metrics import Sketches
from ftlint.rule import Violations, bad, good, option, pairs

from .._duplicates import duplicates, nearly_equal
from ._family import DuplicateRule, later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered, Metric


class NearDuplicate(DuplicateRule):
    """A prompt is nearly equal to an earlier one.

    ## Why it matters

    Templates, quotes and mirrored pages fill a dataset with the same few texts, so it is smaller than it seems.

    ## How to fix

    Compare the pairs. `--fix --unsafe-fixes --fixable near-duplicate` drops the later record. Two prompts are nearly equal if
    their sets of three consecutive words have a Jaccard similarity of 0.9 or more (the option `similarity`).
    """

    code = "DUP004"
    level = "info"
    enabled = False
    column = "input"
    message = "the {asked} is nearly equal to that of line {first}"
    headline = "prompts are nearly equal to an earlier one"

    class Options:
        """similarity: minimum Jaccard similarity of the word shingles of nearly equal prompts."""

        similarity: float = option(0.9, least=0, most=1)

    examples = (
        good(pairs(("a long day at the sea ->", " yes"), ("a short night in the hills ->", " no"))),
        bad(
            pairs(*[(" ".join(map(str, range(50))) + f" item {i} ->", " yes") for i in (1, 2)]),
            at=[2],
            fixed=pairs((" ".join(map(str, range(50))) + " item 1 ->", " yes")),
            fix="request",
        ),
    )

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Ask for what equal and nearly equal records are found by."""
        return (Sketches, *super().wants(context))

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the later records, without those that another rule of the family reports."""
        known = duplicates(gathered)
        reported = {line for table in astuple(known) for line in table.get_column("line")}
        result = nearly_equal(gathered, self.options.similarity, without=reported)
        yield later(self.level, result, gathered.context)
