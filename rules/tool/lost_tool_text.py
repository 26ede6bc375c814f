"""TUL008."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.turns import number_of
from ftlint.rule import Location, bad, good

from ._calls import ToolRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context

_OWN = {"target": "mine", "targets": {"mine": {"dialects": ["chat"], "drops": ["text-beside-calls"]}}}
_TALK = (
    '{{"messages": [{{"role": "user", "content": "Tide?"}}, {{"role": "assistant", {}"tool_calls": [{{"id": "c1", "type": '
    '"function", "function": {{"name": "tide", "arguments": "{{}}"}}}}]}}]}}'
)


class LostToolText(ToolRule):
    """The target silently drops the text of a message with a call, or a tool result at the end.

    ## Why it matters

    The dropped text is not learned, and nothing warns about it. LLaMA-Factory drops the text of a message that calls a tool,
    and a tool result that ends the conversation.

    ## How to fix

    Write the text as a separate message, and end with an assistant message.
    """

    code = "TUL008"
    level = "warning"
    message = "{target} drops {what} of message {number}"
    headline = "conversations have a text that the target drops"
    examples = (
        good([_TALK.format("")], options=_OWN),
        bad([_TALK.format('"content": "Let me see.", ')], at=[1], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target leaves out nothing that is known."""
        return super().applies(context) and bool(context.target.drops)

    def violates(self, context: Context) -> pl.Expr:
        """Return where a text is beside a call, and where a tool's answer is last."""
        drops = context.target.drops
        beside = pl.col("calls").is_not_null() & (pl.col("content").str.strip_chars() != "") & ("text-beside-calls" in drops)
        last = (pl.col("role") == "tool") & (pl.col("line") != pl.col("line").shift(-1)).fill_null(value=True)
        return beside.fill_null(value=False) | (last & ("last-result" in drops))

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the message."""
        what = "the text beside the call" if row["calls"] else "the tool's answer at the end"
        number = number_of(row)
        return Location(row["pointer"], args={"target": context.target.name, "what": what, "number": number})
