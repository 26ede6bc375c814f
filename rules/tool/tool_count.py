"""TUL007."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import FURTHER, RECORDS
from ftlint.dialects.conversation import conversation_of
from ftlint.records.edits import remove_members
from ftlint.rule import Location, bad, good
from ftlint.rule.fixes import Fix

from ._calls import ToolRule, tools_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Level, Violations
    from ftlint.rule.fixes import FixContext, Row

_PLAIN = '{"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": "High."}]}'
_EMPTY = '{"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": "High."}], "tools": []}'


_TWO = (
    _PLAIN[:-1] + ', "tools": [' + ", ".join(f'{{"type": "function", "function": {{"name": "{name}"}}}}' for name in "ab") + "]}"
)


class ToolCount(ToolRule):
    """A record has an empty list of tools, or more tools than the target accepts.

    ## Why it matters

    Services refuse both.

    ## How to fix

    Remove the key if there are no tools; `--fix --unsafe-fixes` does this. If there are too many, keep those that the record
    needs.
    """

    code = "TUL007"
    level = "error"
    table = RECORDS
    message = "{problem}"
    headline = "records have no tools in their list of tools, or too many"
    detail = "{problem}"
    examples = (
        good([_PLAIN]),
        bad([_EMPTY], at=[1], fixed=[_PLAIN], fix="unsafe"),
        bad([_TWO], at=[1], options={"target": "mine", "targets": {"mine": {"dialects": ["chat"], "tools": 1}}}),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return the records with tools, or with an empty list of them."""
        empty = pl.col("tools").is_null() & pl.col(FURTHER).str.contains('"tools":[]', literal=True)
        most, dialect = context.target.tools, conversation_of(context)
        if not most:
            return empty
        many = pl.col("tools").map_elements(lambda tools: len(dialect.written(tools)) > most, return_dtype=pl.Boolean)
        return empty | many.fill_null(value=False)

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether there are none, or too many."""
        return bool(_problem(row, context))

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the tools."""
        empty = row["value"].get("tools") == []
        return Location("/tools", args={"problem": _problem(row, context)}, fix="rule" if empty else None)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Leave the key out."""
        return Fix.edit_line(_without_tools)


def _problem(row: Mapping[str, Any], context: Context) -> str:
    if row["value"].get("tools") == []:
        return "the list of tools is empty"
    most = context.target.tools
    count = len(tools_of(row["value"], context))
    return f"{count:,} tools; {context.target.name} accepts at most {most:,}" if most and count > most else ""


def _without_tools(line: Line) -> list[Edit]:
    if line.value.get("tools") != []:
        return []
    members = line.members()
    spans = [(start, end) for start, _, end in members.values()]
    return remove_members(line, spans, {list(members).index("tools")})
