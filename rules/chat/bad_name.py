"""CHT012."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.records.edits import escaped, replaced
from ftlint.rule import bad, good
from ftlint.rule.fixes import Fix

from ._messages import MessageRule, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Location, Violations
    from ftlint.rule.fixes import FixContext, Row

_TALK = '{{"messages": [{{"role": "user", "content": "Hi.", "name": "{}"}}, {{"role": "assistant", "content": "Hello."}}]}}'


class BadName(MessageRule):
    """The name of a message contains characters that the target does not accept.

    ## Why it matters

    The service refuses the file: OpenAI accepts up to 64 letters, digits, `_` and `-`.

    ## How to fix

    Use only these characters. `--fix --unsafe-fixes` replaces all others with `_`.
    """

    code = "CHT012"
    level = "error"
    message = "message {number} has the name {name!r}, which {target} does not accept"
    headline = "conversations have a name that the target does not accept"
    examples = (
        good([_TALK.format("ann_lee")]),
        bad([_TALK.format("Ann Lee")], at=[1], fixed=[_TALK.format("Ann_Lee")], fix="unsafe"),
        bad([_TALK.format("tide table").replace('"user"', '"tool"')], at=[1]),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target takes any name."""
        return super().applies(context) and bool(context.target.names)

    def violates(self, context: Context) -> pl.Expr:
        """Return where a name does not fit the target's pattern."""
        return ~pl.col("name").str.contains(f"^(?:{context.target.names})$")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the name."""
        fixable = _mended(row, context) is not None
        return message(row, context, "name", fixable=fixable, name=row["name"], target=context.target.name)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Write other characters."""
        return Fix.edit_rows(partial(_rewritten, context=fix_context.dataset))


def _mended(row: Mapping[str, Any], context: Context) -> str | None:
    """Return the name with `_` for what the target does not accept; None where it does not accept that either.

    The name of a tool is one that calls have too, and two speakers of a conversation must not become one.
    """
    made = re.sub(r"[^a-zA-Z0-9_-]", "_", row["name"])
    others = {turn.message.get("name") for turn in row["talk"]} - {row["name"]}
    taken = {re.sub(r"[^a-zA-Z0-9_-]", "_", other) for other in others if isinstance(other, str)}
    fits = re.fullmatch(context.target.names, made) and made not in taken
    return made if fits and row["role"] not in {"tool", "function"} else None


def _rewritten(line: Line, row: Row, context: Context) -> list[Edit]:
    made = _mended(row, context)
    return replaced(line, f"{row['pointer']}/name", escaped(made, line)) if made else []
