"""TUL002."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.tool_columns import is_made
from ftlint.rule import Location, bad, good

from ._calls import ToolRule, at_call, own_calls, tools_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.call import Call
    from ftlint.dialects.context import Context

_TALK = (
    '{{"messages": [{{"role": "user", "content": "Tide?"}}, {{"role": "assistant", "tool_calls": '
    '[{{"id": "c1", "type": "function", "function": {{"name": "{}", "arguments": "{{}}"}}}}]}}], '
    '"tools": [{{"type": "function", "function": {{"name": "tide", '
    '"parameters": {{"type": "object", "properties": {{}}}}}}}}]}}'
)


class UndefinedTool(ToolRule):
    """A call names a tool that the record does not define.

    ## Why it matters

    The model learns to call tools that are not available. Services that compare calls with tools refuse the file.

    ## How to fix

    Define the tool, or correct the name. The rule skips records that define no tools at all.
    """

    code = "TUL002"
    level = "error"
    message = "message {number} calls {name!r}, which the record does not define{hint}"
    headline = "conversations call a tool that is not defined"
    examples = (good([_TALK.format("tide")]), bad([_TALK.format("tides")], at=[1]))

    def violates(self, context: Context) -> pl.Expr:
        """Return the messages that call a tool of another name than those defined."""
        return pl.col("undefined")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the name, and say which tool is meant."""
        call = _undefined(row, context)
        if call is None:
            return Location(row["pointer"])
        close = get_close_matches(str(call.name), [tool.name for tool in tools_of(row["value"], context)], n=1)
        return at_call(call, row, "name", args={"hint": f'; did you mean "{close[0]}"?' if close else ""})


def _undefined(row: Mapping[str, Any], context: Context) -> Call | None:
    """Return the first call of a message that is of no tool of the record."""
    names = {tool.name for tool in tools_of(row["value"], context)}
    called = filter(is_made, own_calls(row))  # a text that is no call is another rule's
    return next((call for call in called if call.name not in names), None)
