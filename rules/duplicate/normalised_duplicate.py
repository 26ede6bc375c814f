"""DUP003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import Violations, bad, good, pairs

from .._duplicates import duplicates
from ._family import DuplicateRule, later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered


class NormalisedDuplicate(DuplicateRule):
    """A record equals an earlier one but for case, white space, Unicode form or punctuation.

    ## Why it matters

    It is the same example once more, and a leak where the two land in training and validation file.

    ## How to fix

    Drop the later record; `--fix --unsafe-fixes` does. Punctuation inside of words (`CC(C)O`) and signs before them (`-5`,
    `!done`) say something: records that differ in these are not equal.
    """

    code = "DUP003"
    level = "warning"
    message = "equal to line {first} but for case, white space or punctuation"
    headline = "records equal an earlier one but for case, white space or punctuation"
    examples = (
        good(pairs(("12 - 5 ->", " odd"), ("1 - 25 ->", " odd"))),
        bad(
            pairs(("Red wine ->", " edible"), ("burger ->", " edible"), ("red  wine! ->", " edible")),
            at=[3],
            fixed=['{"prompt": "Red wine ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
            fix="unsafe",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the later records."""
        result = duplicates(gathered).normalised
        yield later(self.level, result, gathered.context)
