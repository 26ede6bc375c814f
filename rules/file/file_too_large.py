"""FIL008."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import DatasetRule, Violations, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_OWN = {"target": "mine", "targets": {"mine": {"maximum-bytes": 60}}}


class FileTooLarge(DatasetRule):
    """A file has more bytes than the target accepts.

    ## Why it matters

    The service refuses the upload.

    ## How to fix

    Split the data into several files, or train on a part of it.
    """

    code = "FIL008"
    level = "error"
    reads_broken = True
    message = "{size:,} bytes; {target} accepts files of at most {most:,}"
    examples = (
        good(pairs(("vino", "a")), options=_OWN),
        bad(pairs(("vino", "a"), ("tea", "b")), at=[None], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where no bound is known."""
        return super().applies(context) and bool(context.target.maximum_bytes)

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each file."""
        most = gathered.context.target.maximum_bytes
        for index, facts in enumerate(gathered.files):
            if facts.size > most:
                args = {"size": facts.size, "target": gathered.context.target.name, "most": most}
                yield Violations(self.level, None, args, file=index)
