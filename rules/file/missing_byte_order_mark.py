"""FIL007."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import FixContext

_OWN = {"target": "mine", "targets": {"mine": {"byte-order-mark": True}}}


class MissingByteOrderMark(DatasetRule):
    """The file does not start with the UTF-8 byte order mark that the target requires.

    ## Why it matters

    Azure's documentation requires the mark. Most other readers refuse it, so add it only to the file for Azure.

    ## How to fix

    Add the three bytes EF BB BF; `--fix` does this.
    """

    code = "FIL007"
    level = "warning"
    message = "the file does not start with a UTF-8 byte order mark, which {target} demands"
    examples = (
        good(["\ufeff" + pairs(("vino", "edible"))[0]], options=_OWN),
        bad(pairs(("vino", "edible")), at=[None], options=_OWN, fixed=["\ufeff" + pairs(("vino", "edible"))[0]]),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target does not demand it."""
        return super().applies(context) and context.target.byte_order_mark

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each file without it."""
        for index, facts in enumerate(gathered.files):
            if facts.readable and not facts.byte_order_mark:
                yield Violations(self.level, None, {"target": gathered.context.target.name}, file=index)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Add the mark."""
        return Fix.of_file("no-byte-order-mark")
