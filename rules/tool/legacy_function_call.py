"""TUL005."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from ftlint.dialects.turns import number_of
from ftlint.rule import Location, bad, good
from ftlint.rule.fixes import Fix

from ._calls import ToolRule
from ._modern import can_be_modern, modernised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Violations
    from ftlint.rule.fixes import FixContext

_NEW = (
    '{"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", '
    '"function": {"name": "tide", "arguments": "{}"}}]}]}'
)
_OLD = (
    '{"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": null, '
    '"function_call": {"name": "tide", "arguments": "{}"}}]}'
)
_FIXED = (
    '{"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": null, '
    '"tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "tide", "arguments": "{}"}}]}]}'
)


class LegacyFunctionCall(ToolRule):
    """A call is in the legacy form, `function_call` instead of `tool_calls`.

    ## Why it matters

    OpenAI has deprecated it, and templates of open models silently drop it.

    ## How to fix

    Replace `functions` with `tools`, `function_call` with `tool_calls`, and write results as `tool` messages with the id of
    their call. `--fix --unsafe-fixes --fixable legacy-function-call` does this. It skips a record in which a call has no
    result, a result does not follow its call, or something is already in another format.
    """

    code = "TUL005"
    level = "warning"
    message = "message {number} has a function_call, the legacy form of tool_calls"
    headline = "calls are in the legacy form function_call"
    examples = (good([_NEW]), bad([_OLD], at=[1], fixed=[_FIXED], fix="request"))

    def violates(self, context: Context) -> pl.Expr:
        """Return the messages with a call in the legacy form."""
        return pl.col("calling") & pl.col("legacy")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the call."""
        number = number_of(row)
        how: Literal["rule"] | None = "rule" if can_be_modern(row["value"]) else None
        return Location(f"{row['pointer']}/function_call", args={"number": number}, fix=how)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Write the record in the form of today."""
        return Fix.edit_line(modernised)
