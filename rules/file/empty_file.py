"""FIL005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import DatasetRule, Violations, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered


class EmptyFile(DatasetRule):
    """The file contains only blank lines, or nothing.

    ## Why it matters

    The model has nothing to learn from it. Usually the export failed.

    ## How to fix

    Repeat the step that writes the file.
    """

    code = "FIL005"
    level = "error"
    reads_broken = True
    message = "the file is empty"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(["", " "], at=[None]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each file without text."""
        for index, facts in enumerate(gathered.files):
            if facts.lines == facts.blank and facts.read_by_lines:
                yield Violations(self.level, None, file=index)
