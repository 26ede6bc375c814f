"""CHT001."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import orjson

from ftlint.dialects.chat import ROLES
from ftlint.rule import bad, chats, good
from ftlint.rule.fixes import Relines, replaced_at

from ._messages import ChatRule, any_role, message, roles_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.rule import Hits, Place
    from ftlint.rule.fixes import Fix, Situation

_MEANT = {
    "human": "user",
    "gpt": "assistant",
    "bot": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "chatbot": "assistant",
}
"""What other formats and tools call the roles."""


class UnknownRole(ChatRule):
    """A role that the format does not have.

    ## Why it matters

    Services refuse the file, and trainers with a chat template stop or leave the message out.

    ## How to fix

    Write one of the format's roles, in lower case. `--fix --unsafe-fixes` does where it can only be one of them.
    """

    code = "CHT001"
    level = "error"
    fixable = "unsafe"
    depends = True
    message = "message {number} has the unknown role {role!r}{hint}"
    headline = "conversations have an unknown role"
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")])),
        bad(
            chats([("user", "How are you?"), ("assistant", "Fine.")], [("human", "And you?"), ("asistant", "Well.")]),
            at=[2],
            fixed=chats([("user", "How are you?"), ("assistant", "Fine.")], [("user", "And you?"), ("assistant", "Well.")]),
        ),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where a role is not one of the format's."""
        return any_role(lambda role: ~role.is_in(ROLES))

    def explain(self, row: Mapping[str, Any], context: Context) -> Place:
        """Point at the first one, and say which is meant."""
        place, role = next((place, role) for place, role in enumerate(roles_of(row)) if role not in ROLES)
        meant = _meant(role)
        hint = f"; did you mean {meant}?" if meant else ""
        return message(place, "role", fixable=bool(_with_meant_roles(row["value"]["messages"])), role=role, hint=hint)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Write the role that is meant."""
        return Relines(_repaired)


def _meant(role: str) -> str | None:
    """Return the role that is meant by an unknown one, where it can only be one."""
    bare = role.strip().lower()
    if bare in ROLES:
        return bare
    close = get_close_matches(bare, ROLES, n=2, cutoff=0.75)
    return _MEANT.get(bare) or (close[0] if len(close) == 1 else None)


def _with_meant_roles(messages: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return the roles that are meant by unknown ones, by the place of their messages."""
    unknown = {place: one["role"] for place, one in enumerate(messages) if one["role"] not in ROLES}
    return {place: meant for place, role in unknown.items() if (meant := _meant(role))}


def _repaired(line: bytes) -> list[bytes] | None:
    text = line.decode()
    for place, meant in _with_meant_roles(orjson.loads(line)["messages"]).items():
        text = replaced_at(text, f"/messages/{place}/role", f'"{meant}"')
    return [text.encode()]
