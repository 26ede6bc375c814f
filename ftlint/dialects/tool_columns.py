"""Columns about calls of tools: what about a conversation's calls is out of the ordinary, so that rules look at few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import opaque

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ftlint.dialects.call import Call
    from ftlint.dialects.calls import Tool
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


def call_columns(talk: Sequence[Turn], tools: Iterable[Tool]) -> dict[str, list[Any]]:
    """Return columns of the table of messages for the turns of a record, given the tools that it defines; none without calls.

    unmatched: whether a call has no answer or an answer no call. undefined: whether the tool of a call is not defined, in a
    record that defines some. repeats_id: whether an earlier call has the id of a call. ids: those of the calls that take one,
    with line feeds between them, an empty one where it is missing. forms: which forms arguments have, in alphabetical order
    with a comma between them; null where the format leaves no choice.
    """
    if not any(turn.calls or turn.answers for turn in talk):
        return {}
    rows = list(_facts(talk, {tool.name for tool in tools}))
    return {name: list(values) for name, values in zip(CALL_COLUMNS, zip(*rows, strict=True), strict=True)}


def _facts(talk: Sequence[Turn], names: set[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the values of these columns for each turn of a record, given the names of its tools."""
    called: set[str | None] = set()
    for index, turn in enumerate(talk):
        if not turn.calls and not turn.answers:
            yield False, False, False, None, None
            continue
        yield (
            _is_unmatched(talk, index, called),
            bool(names) and any(is_made(call) and call.name not in names for call in turn.calls),
            _repeats(turn.calls, called),
            "\n".join([call.id or "" for call in turn.calls if call.takes_id]) if turn.calls else None,
            ",".join(sorted({form for call in turn.calls if (form := _form(call))})) or None,
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


def _is_unmatched(talk: Sequence[Turn], index: int, called: set[str | None]) -> bool:
    """Whether a turn has a call that no turn answers, or answers a call that no turn has made so far.

    Args:
        called: The ids of the calls so far.
    """
    turn = talk[index]
    if turn.answers:
        return any(asked not in called for asked, _ in turn.answers)
    return bool(turn.calls) and bool(unanswered(talk, index))


def unanswered(talk: Sequence[Turn], index: int) -> list[Call]:
    """Return the calls of a turn with an id that no answer after it has; calls in the last turn need none."""
    own = talk[index]
    if index == len(talk) - 1 or talk[index + 1].field.thread != own.field.thread:
        return []
    answered = set[str | None]()
    for turn in talk[index + 1 :]:
        if not turn.answers and turn.role not in {"tool", "function"}:
            break
        answered.update(asked for asked, _ in turn.answers)
    return [call for call in own.calls if call.id is not None and call.id not in answered]


def _form(call: Call) -> str:
    """Return the form of the arguments of a call; nothing where there is no choice and they have the one that is possible."""
    given = type(call.arguments)
    if type(call.value) is not dict or (call.form and given is str):
        return OTHER
    if call.form or not call.parts:
        return ""
    return TEXT if given is str else OBJECT


def readable_calls(talk: Sequence[Turn]) -> str | None:
    """Return name and arguments of each call whose arguments are an object, as JSON; None for none."""
    calls = [
        [call.name, call.value]
        for turn in talk
        for call in turn.calls
        if call.name and type(call.value) is dict and not (call.form and type(call.arguments) is str)
    ]
    return opaque(calls) if calls else None
