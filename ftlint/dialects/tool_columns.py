"""Columns about calls of tools: what about a conversation's calls is out of the ordinary, so that rules look at few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import opaque

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ftlint.dialects.call import Call
    from ftlint.dialects.turns import Turn

TEXT, OBJECT, OTHER = "text", "object", "other"
"""Forms of arguments: a text that holds a JSON object, the object itself, anything else."""

CALL_COLUMNS = {
    "unmatched": pl.Boolean,
    "undefined": pl.Boolean,
    "repeats_id": pl.Boolean,
    "ids": pl.String,
    "forms": pl.String,
}


def call_facts(turns: Iterable[tuple[Turn, Iterator[Turn]]], names: Collection[str]) -> Iterator[tuple[Any, ...]]:
    """Yield these columns of the table of messages for each turn of a record that calls a tool or answers a call.

    unmatched: whether a call has no answer or an answer no call. undefined: whether the tool of a call is not defined, in a
    record that defines some. repeats_id: whether an earlier call has the id of a call. ids: those of the calls that take one,
    with line feeds between them, an empty one where it is missing. forms: which forms arguments have, in alphabetical order
    with a comma between them; null where the format leaves no choice.

    Args:
        turns: These, each with the turns after it.
        names: Of the tools that the record defines.
    """
    called: set[str | None] = set()
    for turn, later in turns:
        calls = turn.calls
        unmatched = any(asked not in called for asked, _ in turn.answers) if turn.answers else bool(unanswered(turn, later))
        yield (
            unmatched,
            bool(names) and any(call.name not in names and is_made(call) for call in calls),
            _repeats(calls, called),
            "\n".join([call.id or "" for call in calls if call.takes_id]) if calls else None,
            ",".join(sorted({form for call in calls if (form := _form(call))})) or None,
        )


def is_made(call: Call) -> bool:
    """Whether it is a call at all: a text that should be one may be none."""
    return bool(call.parts or call.name)


def _repeats(calls: Iterable[Call], called: set[str | None]) -> bool:
    """Whether a call has the id of one before it; its own is added to `called`, the ids of the calls so far."""
    repeats = False
    for call in calls:
        repeats |= call.takes_id and call.id is not None and call.id in called
        called.add(call.id)
    return repeats


def unanswered(own: Turn, later: Iterator[Turn]) -> list[Call]:
    """Return the calls of a turn with an id that no answer among the later turns has; calls in the last turn need none."""
    answered = set[str | None]()
    following = next(later, None)
    if following is None or following.field.thread != own.field.thread:
        return []
    while following is not None and (following.answers or following.role in {"tool", "function"}):
        answered.update(asked for asked, _ in following.answers)
        following = next(later, None)
    return [call for call in own.calls if call.id is not None and call.id not in answered]


def _form(call: Call) -> str:
    """Return the form of the arguments of a call; nothing where there is no choice and they have the one that is possible."""
    given = type(call.arguments)
    if type(call.value) is not dict or (call.form and given is str):
        return OTHER
    if call.form or not call.parts:
        return ""
    return TEXT if given is str else OBJECT


def readable_calls(turns: Iterable[Turn]) -> str | None:
    """Return name and arguments of each call whose arguments are an object, as JSON; None for none."""
    calls = [
        [call.name, call.value]
        for turn in turns
        for call in turn.calls
        if call.name and type(call.value) is dict and not (call.form and type(call.arguments) is str)
    ]
    return opaque(calls) if calls else None
