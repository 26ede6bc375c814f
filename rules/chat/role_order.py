"""CHT005."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.records.edits import edits_of
from ftlint.rule import bad, chats, good
from ftlint.rule.fixes import Amend

from ._messages import MessageRule, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Hits, Place
    from ftlint.rule.fixes import Fix, Row, Situation

_FIRST = ("system", "developer")
_SPEAKERS = ("user", "assistant")


class RoleOrder(MessageRule):
    """A system message is not the first, a speaker follows itself, or the assistant begins.

    ## Why it matters

    Chat templates expect the system message first, and user and assistant in turn. What is out of turn is refused, or rendered
    in a way that the model never meets later.

    ## How to fix

    Put the system message first; make one message of two. `--fix --unsafe-fixes` joins messages of the user, or of the
    assistant, that follow each other, with an empty line between their texts.
    """

    code = "CHT005"
    level = "warning"
    fixable = "unsafe"
    depends = True
    message = "message {number}, the {role}'s, is out of turn: {problem}"
    headline = "conversations have a message out of turn"
    most = "{count:,} of {whole} have a message out of turn, as data has it that was made so: look whether your trainer takes it"
    examples = (
        good(chats([("system", "Be brief."), ("user", "How are you?"), ("assistant", "Fine.")])),
        bad(
            chats([("user", "Hello."), ("user", "How are you?"), ("assistant", "Fine.")]),
            at=[1],
            fixed=chats([("user", "Hello.\n\nHow are you?"), ("assistant", "Fine.")]),
        ),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where a role is out of turn."""
        role, place = pl.col("role"), pl.col("place")
        before = role.shift(1)  # the row before is of the same conversation, but for its first
        twice = (place > 0) & (role == before) & role.is_in(_SPEAKERS)
        late = (place > 0) & role.is_in(_FIRST)
        begins = (role == "assistant") & ((place == 0) | ((place == 1) & before.is_in(_FIRST)))
        return twice | late | begins

    def explain(self, row: Mapping[str, Any], context: Context) -> Place:
        """Point at the message."""
        if row["role"] in _FIRST:
            return message(row, fixable=False, role=row["role"], problem="it belongs first")
        before = row["value"]["messages"][row["place"] - 1] if row["place"] else {}
        if before.get("role") != row["role"]:
            return message(row, fixable=False, role=row["role"], problem="the conversation begins with it")
        own = row["value"]["messages"][row["place"]]
        return message(row, fixable=_can_be_one(before, own), role=row["role"], problem="so is the one before it")

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Join messages of one speaker that follow each other."""
        return Amend(_joined)


def _joined(line: Line, row: Row) -> list[Edit]:
    """Return the edit that joins a message to the one before: an empty line stands for all between their texts."""
    place = row["place"]
    before, own = line.value["messages"][place - 1 : place + 1] if place else ({}, {})
    first, second = (line.span(f"/messages/{at}/content") for at in (place - 1, place))
    if not first or not second or not _can_be_one(before, own):
        return []
    return edits_of(line, [(first[1] - 1, second[0] + 1, r"\n\n")])


def _can_be_one(before: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Whether two messages are of one speaker, plain, and written alike, so that what stands between their texts can go."""
    alike = before.get("role") == own["role"] and list(before) == list(own) and set(own) == {"role", "content"}
    return alike and own["role"] in _SPEAKERS and isinstance(before["content"], str) and isinstance(own["content"], str)
