"""CHT005."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from ftlint.rule import Place, bad, chats, good
from ftlint.rule.fixes import Relines, replaced_at, without_items

from ._messages import ChatRule, message, roles_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Hits
    from ftlint.rule.fixes import Fix, Situation

_FIRST = ("system", "developer")


class RoleOrder(ChatRule):
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
        roles = pl.col("roles").list
        twice = roles.eval((pl.element() == "user") & (pl.element().shift(1) == "user")).list.any()
        return roles.slice(1).list.eval(pl.element().is_in(_FIRST)).list.any() | twice.fill_null(value=False)

    def explain(self, row: Mapping[str, Any], context: Context) -> Place:
        """Point at the first message out of turn."""
        roles = roles_of(row)
        messages = row["value"]["messages"]
        joined = any(_is_plain(one) and _is_plain(other) for one, other in pairwise(messages))
        for place in range(1, len(roles)):
            if roles[place] in _FIRST:
                return message(place, fixable=joined, role=roles[place], problem="it belongs first")
            if roles[place - 1] == roles[place] == "user":
                return message(place, fixable=joined, role="user", problem="so is the one before it")
        return Place("/messages", args={"number": 1, "role": roles[0], "problem": ""})

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Join messages of the user that follow each other."""
        return Relines(_joined)


def _joined(line: bytes) -> list[bytes] | None:
    """Return a line in which of two plain messages of the user the first has both texts; others are left to a person."""
    text = line.decode()
    place = 1
    while place < len(messages := orjson.loads(text)["messages"]):
        first, second = messages[place - 1], messages[place]
        if _is_plain(first) and _is_plain(second):
            both = json.dumps(f"{first['content']}\n\n{second['content']}", ensure_ascii=text.isascii())
            text = without_items(replaced_at(text, f"/messages/{place - 1}/content", both), "/messages", {place})
        else:
            place += 1
    return [text.encode()] if text.encode() != line else None


def _is_plain(one: dict[str, Any]) -> bool:
    return one["role"] == "user" and set(one) == {"role", "content"} and isinstance(one["content"], str)
