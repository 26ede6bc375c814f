"""SPL001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.context import OPEN_ENDED
from ftlint.duplicates import leaks
from ftlint.fixes import Drop
from ftlint.metrics import Fingerprints
from ftlint.rule import DatasetRule, Hits, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered


class TrainValidationLeak(DatasetRule):
    """A validation record's prompt is also in the training file.

    ## Why it matters

    The model has seen the answer. Validation then measures memory, and the accuracy in use will be lower than it says.

    ## How to fix

    Drop the record from the validation file; `--fix --unsafe-fixes` does.
    """

    code = "SPL001"
    level = "error"
    dialects = ("prompt-completion",)
    roles = ("valid",)
    metrics = (Fingerprints,)
    column = "prompt"
    fixable = "unsafe"
    message = "the prompt is also in the training file: line {first}"
    headline = "validation prompts are also in the training file"
    detail = "as line {first}"
    examples = (
        good(pairs(("vino ->", " edible")), valid=pairs(("burger ->", " edible"))),
        bad(
            pairs(("vino ->", " edible")),
            valid=pairs(("burger ->", " edible"), ("vino ->", " edible")),
            at=[2],
            fixed=['{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where all prompts are empty."""
        return super().applies(context) and context.task != OPEN_ENDED

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report the validation records."""
        found = leaks(gathered)
        yield Hits(self.level, found.get_column("line"), related=found.get_column("first"), related_role="train")

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Drop the records."""
        return Drop()
