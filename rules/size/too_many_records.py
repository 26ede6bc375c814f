"""SIZ002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import DatasetRule, Violations, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_OWN = {"target": "mine", "targets": {"mine": {"maximum-records": 2}}}


class TooManyRecords(DatasetRule):
    """The dataset has more records than the target accepts.

    ## Why it matters

    The service refuses the file.

    ## How to fix

    Train on a part of the records; `ftlint split` selects one without leaks.
    """

    code = "SIZ002"
    level = "error"
    roles = ("train",)
    message = "{count:,} records; {target} accepts at most {most:,}"
    examples = (
        good(pairs(("vino", "a"), ("tea", "b")), options=_OWN),
        bad(pairs(("vino", "a"), ("tea", "b"), ("soap", "c")), at=[None], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where no bound is known."""
        return super().applies(context) and bool(context.target.maximum_records)

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report it once."""
        most = gathered.context.target.maximum_records
        if gathered.records > most:
            yield Violations(self.level, None, {"count": gathered.records, "target": gathered.context.target.name, "most": most})
