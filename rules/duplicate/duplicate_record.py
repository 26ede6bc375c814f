"""DUP001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import Violations, bad, good, pairs

from .._duplicates import duplicates
from ._family import DuplicateRule, later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered


class DuplicateRecord(DuplicateRule):
    """A record has the same prompt and completion as an earlier one.

    ## Why it matters

    A copy has double weight in training. If it is in both training and validation file, the measured accuracy is too high.

    ## How to fix

    Drop the later record; `--fix --unsafe-fixes` does this. Records with different values under further keys (a seed, a
    reference answer, a judgement) are not duplicates and are kept. The rule ignores keys that only identify a record (`id`,
    `source`; the setting `naming-keys`).
    """

    code = "DUP001"
    level = "warning"
    message = "the same {asked} and {answered} as line {first}"
    headline = "records repeat an earlier one"
    examples = (
        good(pairs(("vino ->", " edible"), ("burger ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("burger ->", " edible"), ("vino ->", " edible")),
            at=[3],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
            fix="unsafe",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the later records."""
        yield later(self.level, duplicates(gathered).equal, gathered.context)
