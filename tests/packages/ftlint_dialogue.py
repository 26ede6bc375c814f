"""Somebody else's package: two dialects, and a rule for one of them, in one module."""

from __future__ import annotations

import polars as pl

from ftlint.dialects.base import FlatDialect
from ftlint.dialects.conversation import conversation
from ftlint.rule import Location, RecordRule, bad, good


class Dialogue(FlatDialect):
    """A question, and the reply to it."""

    nothing = None


DIALOGUE = Dialogue("dialogue", ["question", "reply"])

ROLES = {"caller": "user", "agent": "assistant"}

CALL = conversation("call", "utterances", kind="list", role="speaker", content="said", roles=ROLES, optional="call_id")


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
        return ~pl.col("input").str.ends_with("?")

    def explain(self, row, context):
        """Point at the question."""
        return Location("/question", args={"question": row["input"]})


def rules():
    """Return the pack's rules."""
    return [NoQuestion]
