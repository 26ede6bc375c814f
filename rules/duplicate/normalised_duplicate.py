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
    """A record equals an earlier one except for case, white space, Unicode form or punctuation.

    ## Why it matters

    Both records are the same example. If one is in the training file and the other in the validation file, it is a leak.

    ## How to fix

    Drop the later record; `--fix --unsafe-fixes` does this. Punctuation inside words (`CC(C)O`) and before them (`-5`, `!done`)
    has a meaning: records that differ in it are not equal.
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
