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

    No model takes a record of many megabytes of text, and to look at one takes many times its size of memory. Such a line is not
    read, so that nothing else is said of it. Mostly several records ended up on one line, or a whole document is one record.

    ## How to fix

    Split the record. Where the length is meant, because images are written into the record, raise the bound (bytes):

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
