"""CHT005."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from ftlint.records.edits import Edit, escaped, replaced, without_items
from ftlint.rule import bad, chats, good
from ftlint.rule.fixes import Respell

from ._messages import MessageRule, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Hits, Place
    from ftlint.rule.fixes import Fix, Situation

_FIRST = ("system", "developer")


class RoleOrder(MessageRule):
    """A system message is not the first, or two messages of the user follow each other.

    ## Why it matters

    Chat templates expect the system message first, and user and assistant in turn. What is out of turn is refused, or rendered
    in a way that the model never meets later.

    ## How to fix

    Put the system message first; make one message of two. `--fix --unsafe-fixes` joins messages of the user, with an empty line
    between them.
    """

    code = "CHT005"
    level = "warning"
    fixable = "unsafe"
    depends = True
    message = "message {number}, the {role}'s, is out of turn: {problem}"
    headline = "conversations have a message out of turn"
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
        role = pl.col("role")
        twice = (role == "user") & (role.shift(1) == "user")  # the row before is of the same conversation, but for its first
        return (pl.col("place") > 0) & (role.is_in(_FIRST) | twice)

    def explain(self, row: Mapping[str, Any], context: Context) -> Place:
        """Point at the message."""
        before, own = row["value"]["messages"][row["place"] - 1 : row["place"] + 1]
        problem = "it belongs first" if row["role"] in _FIRST else "so is the one before it"
        return message(row, fixable=_is_plain(before) and _is_plain(own), role=row["role"], problem=problem)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Join messages of the user that follow each other."""
        return Respell(_joined)


def _joined(line: str) -> list[Edit]:
    """Return the edits by which the first of several plain messages of the user has all their texts; others stay."""
    messages = orjson.loads(line)["messages"]
    edits, first = list[Edit](), 0
    for place in range(1, len(messages) + 1):
        if place == len(messages) or not (_is_plain(messages[place - 1]) and _is_plain(messages[place])):
            if place - first > 1:
                texts = [one["content"] for one in messages[first:place]]
                edits += replaced(line, f"/messages/{first}/content", escaped("\n\n".join(texts), line))
                edits += without_items(line, "/messages", set(range(first + 1, place)))
            first = place
    return edits


def _is_plain(one: dict[str, Any]) -> bool:
    return one["role"] == "user" and set(one) == {"role", "content"} and isinstance(one["content"], str)
