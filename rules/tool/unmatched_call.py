"""TUL003."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.turns import number_of
from ftlint.rule import Location, bad, good

from ._calls import ToolRule, turns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.dialects.turns import Turn
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

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
        """Return the messages with calls, and those that answer one."""
        return pl.col("calling") | pl.col("linked")

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether call and answer do not match."""
        return bool(_problem(row)[0])

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the id."""
        problem, pointer = _problem(row)
        number = number_of(row)
        return Location(pointer, args={"number": number, "problem": problem})


def _problem(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return what does not match, and where; nothing where all does."""
    turns = turns_of(row)
    index = row["position"]
    own = turns[index]
    if row["linked"]:
        return _of_answer(own, turns[:index])
    if index == len(turns) - 1 or turns[index + 1].field.thread != own.field.thread:
        return "", ""
    answered = set()
    for turn in turns[index + 1 :]:
        ids = [asked for asked, _ in turn.answers]
        if not ids and turn.role not in {"tool", "function"}:
            break
        answered.update(ids)
    for call in own.calls:
        if call.id is not None and call.id not in answered:
            return f"calls {call.name!r}, and no answer to {call.id!r} follows".replace("'", '"'), call.parts["id"]
    return "", ""


def _of_answer(own: Turn, before: list[Turn]) -> tuple[str, str]:
    """Return why an answer of a tool has no call."""
    called = {call.id for turn in before for call in turn.calls}
    for asked, at in own.answers:
        if asked not in called:
            return f'answers the call "{asked}", but no earlier message has that call', at
    return "", ""
