"""CHT001."""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.conversation import conversation_of
from ftlint.dialects.turns import ROLES
from ftlint.records.edits import replaced
from ftlint.rule import bad, chats, good
from ftlint.rule.fixes import Fix

from ._messages import MessageRule, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.dialects.conversation import ConversationDialect
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Level, Location, Violations
    from ftlint.rule.fixes import FixContext, Row

_MEANT = {
    "human": "user",
    "gpt": "assistant",
    "bot": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "chatbot": "assistant",
    "chatgpt": "assistant",
}
"""Names of the roles in other formats and tools."""


class UnknownRole(MessageRule):
    """A message has a role that is not part of the format.

    ## Why it matters

    Services refuse the file. Trainers with a chat template stop, or skip the message.

    ## How to fix

    Use one of the format's roles, in lower case. `--fix --unsafe-fixes` replaces the role if only one replacement is possible.
    """

    code = "CHT001"
    level = "error"
    reveals = True
    message = "message {number} has the unknown role {role!r}{hint}"
    headline = "conversations have an unknown role"
    most = "{count:,} of {whole} have an unknown role: the data seems to be of another kind"
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")])),
        bad(
            chats([("user", "How are you?"), ("assistant", "Fine.")], [("human", "And you?"), ("asistant", "Well.")]),
            at=[2, 2],
            fixed=chats([("user", "How are you?"), ("assistant", "Fine.")], [("user", "And you?"), ("assistant", "Well.")]),
            fix="unsafe",
        ),
        bad(
            chats(
                [("user", "How are you?"), ("assistant", "Fine.")],
                [("user", "And you?"), ("moderator", "Hm."), ("assistant", "Well.")],
            ),
            at=[2],
        ),
    )

    def violates(self, context: Context) -> Mapping[Level, pl.Expr]:
        """Return where a role is not one of the format's; a warning where it is what other formats call one of them."""
        dialect = conversation_of(context)
        known = pl.col("role").is_in(ROLES)
        foreign = known & ~pl.col("named").is_in([*(dialect.roles or ()), ""]) if dialect.roles else pl.lit(value=False)
        return {"error": ~known | foreign} if dialect.strict else {"error": ~known, "warning": foreign}

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the role, and say which is meant."""
        dialect = conversation_of(context)
        meant = _meant(row["role"], dialect)
        hint = f"; did you mean {dialect.spelled(meant)}?" if meant else ""
        return message(row, context, "role", fixable=bool(meant), role=row["named"] or row["role"], hint=hint)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Write the role that is meant."""
        return Fix.edit_rows(partial(_repaired, dialect=conversation_of(fix_context.dataset)))


def _meant(role: str, dialect: ConversationDialect) -> str | None:
    """Return the role that is meant by an unknown one, where it can only be one."""
    bare = role.strip().lower()
    known = {**dict(zip(ROLES, ROLES, strict=True)), **_MEANT, **(dialect.roles or {})}
    if bare in known:
        return known[bare]
    close = get_close_matches(bare, [*ROLES, *(dialect.roles or ())], n=2, cutoff=0.75)
    return known[close[0]] if len(close) == 1 else None


def _repaired(line: Line, row: Row, dialect: ConversationDialect) -> list[Edit]:
    meant = _meant(row["role"], dialect)
    return replaced(line, dialect.member(row["pointer"], "role"), f'"{dialect.spelled(meant)}"') if meant else []
