"""TUL006."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl
from polars.exceptions import ComputeError

from ftlint.rule import Location, bad, good

from ._calls import ToolRule, at_call, own_calls, turns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.call import Call
    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_TALK = (
    '{{"messages": [{{"role": "user", "content": "Tide?"}}, {{"role": "assistant", "tool_calls": [{{{}"type": "function", '
    '"function": {{"name": "tide", "arguments": "{{}}"}}}}]}}]}}'
)


class BadCallId(ToolRule):
    """The id of a call is missing, is repeated, or has a form that the target does not accept.

    ## Why it matters

    A tool result refers to its call by id. Services refuse a file whose calls have none. Mistral's tokenizer accepts only nine
    letters and digits.

    ## How to fix

    Give each call of a conversation a unique id, and its result the same id.
    """

    code = "TUL006"
    level = "error"
    message = "message {number} calls {name!r} with an id that {problem}"
    headline = "conversations have a call with an invalid id"
    examples = (good([_TALK.format('"id": "c1", ')]), bad([_TALK.format("")], at=[1]))

    def violates(self, context: Context) -> pl.Expr:
        """Return the messages with a repeated id, or one that the target does not accept."""
        pattern = context.target.call_ids
        if not pattern:
            return pl.col("repeats_id")
        accepted = rf"\A(?:{pattern})(?:\n(?:{pattern}))*\z"
        try:
            pl.Series([""]).str.contains(accepted)
        except ComputeError:  # a pattern of the user's that only Python understands: all are looked at
            return pl.col("ids").is_not_null()
        return pl.col("repeats_id") | ~pl.col("ids").str.contains(accepted).fill_null(value=True)

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether an id is wrong."""
        return _wrong(row, context) is not None

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the id, or at the call that has none."""
        result = _wrong(row, context)
        if result is None:
            return Location(row["pointer"])
        call, problem = result
        return at_call(call, row, "id" if call.id is not None else "", args={"problem": problem})


def _wrong(row: Mapping[str, Any], context: Context) -> tuple[Call, str] | None:
    """Return the first call of a message whose id is wrong, and why."""
    pattern, target = context.target.call_ids, context.target.name
    earlier = turns_of(row)[: row["position"]]
    before: set[str | None] = {call.id for turn in earlier for call in turn.calls if call.id is not None}
    for call in own_calls(row):
        if not call.takes_id:
            continue
        if call.id is None:
            if pattern:
                return call, f"is missing; {target} requires one"
        elif call.id in before:
            return call, "another call also has"
        elif pattern and not (type(call.id) is str and re.fullmatch(pattern, call.id)):
            return call, f"{target} does not accept"
        before.add(call.id)
    return None
