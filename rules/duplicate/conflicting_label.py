"""DUP002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.metrics.duplicates import duplicates
from ftlint.rule import Hits, bad, good, pairs
from ftlint.wishes import OPEN_ENDED

from ._family import DuplicateRule, later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Level


class ConflictingLabel(DuplicateRule):
    """A record has the same prompt as an earlier one, but another completion.

    ## Why it matters

    In classification one of the two labels is wrong, and the model is taught both. In generation several answers to one
    prompt are normal; then it is only mentioned.

    ## How to fix

    Look at both records, keep the right label, and drop the other record.
    """

    code = "DUP002"
    level = "error"
    message = "the same prompt as line {first}, but another completion"
    headline = "records have the prompt of an earlier one, but another completion"
    column = "answer"
    examples = (
        good(pairs(("vino ->", " edible"), ("burger ->", " edible")), options={"task": "classification"}),
        bad(pairs(("vino ->", " yes"), ("burger ->", " yes"), ("vino ->", " no")), at=[3], options={"task": "classification"}),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where all prompts are empty."""
        return super().applies(context) and context.task != OPEN_ENDED

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report the later records."""
        found = duplicates(gathered).conflicting
        level: Level = "error" if gathered.context.classification else "info"
        yield later(level, found)
