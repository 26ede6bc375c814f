"""TUL007."""

from __future__ import annotations

from functools import partial
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
    from ftlint.dialects.conversation import ConversationDialect
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Level, Violations
    from ftlint.rule.fixes import FixContext, Row

_PLAIN = '{"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": "High."}]}'
_EMPTY = '{"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": "High."}], "tools": []}'

_INSIDE = (
    '{"input": {"messages": [{"role": "user", "content": "Tide?"}], "tools": []}, "preferred_output": [{"role": "assistant", '
    '"content": "High."}], "non_preferred_output": [{"role": "assistant", "content": "No."}]}'
)

_SHORTEST = len('{"name":""}')
"""Bytes that a tool has at least."""

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
        bad([_INSIDE], at=[1], fixed=[_INSIDE.replace(', "tools": []', "")], fix="unsafe"),
        bad([_TWO], at=[1], options={"target": "mine", "targets": {"mine": {"dialects": ["chat"], "tools": 1}}}),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return the records with an empty list of tools, or with a long one."""
        empty = pl.col(FURTHER).str.contains('"(?:tools|functions)":\\[\\]')
        most = context.target.tools
        return empty | (pl.col("tools").str.len_bytes() > _SHORTEST * most).fill_null(value=False) if most else empty

    def violates(self, context: Context) -> pl.Expr:
        """Return all of these."""
        return pl.lit(value=True)

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether there are none, or too many."""
        return bool(_problem(row, context))

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the tools."""
        dialect, value = conversation_of(context), row["value"]
        empty = dialect.empty_tools_at(value)
        at = empty or dialect.tools_at(value)
        return Location(at, args={"problem": _problem(row, context)}, fix="rule" if empty else None)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Leave the key out."""
        return Fix.edit_line(partial(_without_tools, dialect=conversation_of(fix_context.dataset)))


def _problem(row: Mapping[str, Any], context: Context) -> str:
    if conversation_of(context).empty_tools_at(row["value"]):
        return "the list of tools is empty"
    most = context.target.tools
    count = len(tools_of(row["value"], context))
    return f"{count:,} tools; {context.target.name} accepts at most {most:,}" if most and count > most else ""


def _without_tools(line: Line, dialect: ConversationDialect) -> list[Edit]:
    at = dialect.empty_tools_at(line.value)
    if not at:
        return []
    holder, _, key = at.rpartition("/")
    members = line.members(holder)
    spans = [(start, end) for start, _, end in members.values()]
    return remove_members(line, spans, {list(members).index(key)})
