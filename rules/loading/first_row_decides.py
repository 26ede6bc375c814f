"""LOD003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.metrics import Shapes, numbers
from ftlint.rule import DatasetRule, Violations, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_OWN = {"target": "mine", "targets": {"mine": {"loader": "datasets"}}}
_OTHER = '{"text": "alone"}'


class FirstRowDecides(DatasetRule):
    """The first record has a different shape than most.

    ## Why it matters

    Trainers inspect the first record and treat all others like it: whether records are conversations, which key holds the
    prompt, and whether only the completion is learned.

    ## How to fix

    Put a record of the common shape first, and move the odd one to its own file.
    """

    code = "LOD003"
    level = "error"
    metrics = (Shapes,)
    message = "the first record has a different shape than most; {target} treats all like it"
    examples = (
        good([*pairs(("vino", "a"), ("tea", "b"), ("soap", "c")), _OTHER], options=_OWN),
        bad([_OTHER, *pairs(("vino", "a"), ("tea", "b"), ("soap", "c"))], at=[1], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the loader is another one."""
        return super().applies(context) and context.target.loader in {"datasets", "lines"} and context.recognised

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the first record."""
        shapes = gathered.get(Shapes)
        odd = [lines for kind in (shapes.foreign, shapes.missing) for lines in kind.values()]
        first = min((int(lines[0]) for lines in odd if len(lines)), default=None)
        # Blank lines and such come before no record.
        if first is not None and first <= _before(gathered):
            yield Violations(self.level, numbers([first]), {"target": gathered.context.target.name})


def _before(gathered: Gathered) -> int:
    """Return how many lines of the first file can come before its first record."""
    return gathered.files[0].blank if gathered.files else 0
