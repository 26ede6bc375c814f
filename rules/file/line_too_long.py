"""FIL009."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import LineRule, Location, bad, good, pairs

if TYPE_CHECKING:
    from ftlint.dialects.context import Context
    from ftlint.records.line import Line


class LineTooLong(LineRule):
    """A line is too long to be checked.

    ## Why it matters

    No model accepts a record of many megabytes of text, and checking one takes many times its size in memory. ftlint does not
    read such a line, so no other rule reports on it. Usually several records are on one line, or a whole document is one
    record.

    ## How to fix

    Split the record. If the length is intended, because the record contains images, raise the limit (in bytes):

    ```toml
    [tool.ftlint]
    longest-line = 100000000
    ```
    """

    code = "FIL009"
    level = "error"
    fault = "line-too-long"
    message = "the line has {size:,} bytes, more than the {longest:,} of longest-line: it was not checked"
    headline = "lines are too long, and were not checked"
    detail = "{size:,} bytes"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad([*pairs(("vino ->", " edible"), ("a whole document ->", " edible"))], at=[2], options={"longest-line": 50}),
    )

    def explain(self, line: Line, context: Context) -> Location:
        """Say how long the line is."""
        return Location(args={"size": len(line.raw), "longest": context.longest})
