"""FIL001."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import FixContext


class ByteOrderMark(DatasetRule):
    """The file starts with a UTF-8 byte order mark.

    ## Why it matters

    Most JSON parsers treat the mark as part of the first line, and refuse the whole file.

    ## How to fix

    Remove the three bytes EF BB BF; `--fix` does this. Editors call the correct encoding "UTF-8" (without "BOM" or
    "signature").
    """

    code = "FIL001"
    level = "error"
    reads_broken = True
    message = "the file starts with a UTF-8 byte order mark"
    symptoms: ClassVar[Mapping[str, str]] = {
        "Unexpected UTF-8 BOM (decode using utf-8-sig)": "Python's json, which mlx-lm uses",
    }
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(["\ufeff" + pairs(("vino ->", " edible"))[0]], at=[None], fixed=['{"prompt": "vino ->", "completion": " edible"}']),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target demands the mark."""
        return super().applies(context) and not context.target.byte_order_mark

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each file that has the mark."""
        for index, facts in enumerate(gathered.files):
            if facts.byte_order_mark:
                # The library `datasets` reads over it.
                yield Violations("info" if gathered.context.target.loader == "datasets" else self.level, None, file=index)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Remove the mark."""
        return Fix.of_file("byte-order-mark")
