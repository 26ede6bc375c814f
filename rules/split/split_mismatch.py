"""SPL003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import DatasetRule, Hits, bad, good, pairs, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered


class SplitMismatch(DatasetRule):
    """Training and validation file differ in separator, stop or dialect.

    ## Why it matters

    The model is measured on another format than it was trained on, and looks worse than it is.

    ## How to fix

    Write both files with the same code, so that they end prompts and completions alike.
    """

    code = "SPL003"
    level = "error"
    roles = ("valid",)
    fixable = "unsafe"
    message = "the {what} of the validation file is {found}; the training file has {expected}"
    examples = (
        good(pairs(("a ->", " yes"), ("b ->", " no")), valid=pairs(("c ->", " no"))),
        bad(pairs(("a ->", " yes"), ("b ->", " no")), valid=pairs(("c ###", " no"), ("d ###", " no")), at=[None]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report what differs, once each."""
        for what, expected, found in gathered.context.split:
            shown = [value if what == "dialect" else quote(value) if value else "none" for value in (expected, found)]
            yield Hits(self.level, None, {"what": what, "expected": shown[0], "found": shown[1]})
