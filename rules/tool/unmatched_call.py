"""TUL003."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.tool_columns import unanswered
from ftlint.dialects.turns import number_of
from ftlint.rule import Location, bad, good

from ._calls import ToolRule, turns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.dialects.turns import Turn

_TALK = (
    '{{"messages": [{{"role": "user", "content": "Tide?"}}, {{"role": "assistant", "tool_calls": '
    '[{{"id": "c1", "type": "function", "function": {{"name": "tide", '
    '"arguments": "{{}}"}}}}]}}, {{"role": "tool", "tool_call_id": "{}", "content": "1.2"}}, '
    '{{"role": "assistant", "content": "1.2 metres."}}]}}'
)


class UnmatchedCall(ToolRule):
    """A tool result has no call, or a call has no result.

    ## Why it matters

    Services refuse the file, and templates that look up the call stop. Results may be in any order. A call in the last message
    is what the model should learn, and needs no result.

    ## How to fix

    Write the id of the call that the result answers; add the missing result or the missing call.
    """

    code = "TUL003"
    level = "error"
    message = "message {number} {problem}"
    headline = "conversations have a call without its answer, or an answer without its call"
    examples = (good([_TALK.format("c1")]), bad([_TALK.format("c9")], at=[1, 1]))

    def violates(self, context: Context) -> pl.Expr:
        """Return the messages with a call that has no answer, or an answer that has no call."""
        return pl.col("unmatched")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the id."""
        problem, pointer = _problem(row)
        number = number_of(row)
        return Location(pointer, args={"number": number, "problem": problem})


def _problem(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return what does not match, and where; nothing where all does."""
    turns, index = turns_of(row), row["position"]
    if row["linked"]:
        return _of_answer(turns[index], turns[:index])
    for call in unanswered(turns[index], iter(turns[index + 1 :])):
        return f"calls {call.name!r}, and no answer to {call.id!r} follows".replace("'", '"'), call.parts["id"]
    return "", ""


def _of_answer(own: Turn, before: list[Turn]) -> tuple[str, str]:
    """Return why an answer of a tool has no call."""
    called = {call.id for turn in before for call in turn.calls}
    for asked, at in own.answers:
        if asked not in called:
            return f'answers the call "{asked}", but no earlier message has that call', at
    return "", ""
