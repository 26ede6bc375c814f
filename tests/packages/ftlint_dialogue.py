"""Somebody else's package: a dialect, and a rule for it, in one module."""

from __future__ import annotations

import polars as pl

from ftlint.dialects import Dialect
from ftlint.rule import Place, RecordRule, bad, good


def derived(frame, context):
    """Return a table with what is asked and what is answered."""
    return frame.with_columns(body=pl.col("question").str.strip_chars(), label=pl.col("reply").str.strip_chars())


DIALOGUE = Dialect(name="dialogue", keys=frozenset({"question", "reply"}), texts=("question", "reply"), derived=derived)


class NoQuestion(RecordRule):
    """A question has no question mark.

    ## Why it matters

    It is the example of a rule of somebody else.

    ## How to fix

    Ask.
    """

    code = "DLG001"
    level = "warning"
    dialects = ("dialogue",)
    pages = "https://example.org/rules/"
    message = "{question!r} asks nothing"
    examples = (
        good(['{"question": "How?", "reply": "So."}']),
        bad(['{"question": "How?", "reply": "So."}', '{"question": "Well", "reply": "So."}'], at=[2]),
    )

    def violates(self, context):
        """Return where the mark is missing."""
        return ~pl.col("body").str.ends_with("?")

    def explain(self, row, context):
        """Point at the question."""
        return Place("/question", args={"question": row["body"]})


def rules():
    """Return the pack's rules."""
    return [NoQuestion]
