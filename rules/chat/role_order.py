"""CHT005."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from ftlint.dialects.conversation import conversation_of
from ftlint.records.edits import edits_of
from ftlint.rule import bad, chats, good
from ftlint.rule.fixes import Fix

from ._messages import MessageRule, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.dialects.conversation import ConversationDialect
    from ftlint.dialects.turns import Turn
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Level, Location, Violations
    from ftlint.rule.fixes import FixContext, Row

_FIRST = ("system", "developer")
_SPEAKERS = ("user", "assistant")
_PLAIN = 2
"""Keys of a message that has only a role and a content."""


class RoleOrder(MessageRule):
    """A system message is not first, user or assistant has two messages in a row, or the assistant begins.

    ## Why it matters

    Chat templates expect the system message first, then alternating user and assistant messages. Any other order is refused, or
    rendered in a way that the model never sees later.

    ## How to fix

    Put the system message first, and merge consecutive messages of one role. `--fix --unsafe-fixes` joins consecutive user
    messages, or consecutive assistant messages, with an empty line between their texts.
    """

    code = "CHT005"
    level = "warning"
    message = "message {number}, the {role}'s, is out of turn: {problem}"
    headline = "conversations have a message out of turn"
    most = "{count:,} of {whole} have a message out of turn; check that your trainer accepts this order"
    symptoms: ClassVar[Mapping[str, str]] = {
        "Conversation roles must alternate user/assistant/user/assistant/...": "chat templates of Mistral and Llama 2",
        "Skipping this abnormal example": "LLaMA-Factory 0.9.6",
        "Cannot find valid samples": "LLaMA-Factory 0.9.6",
    }
    examples = (
        good(chats([("system", "Be brief."), ("user", "How are you?"), ("assistant", "Fine.")])),
        bad(
            chats([("user", "Hello."), ("user", "How are you?"), ("assistant", "Fine.")]),
            at=[1],
            fixed=chats([("user", "Hello.\n\nHow are you?"), ("assistant", "Fine.")]),
            fix="unsafe",
        ),
        bad(
            chats(
                [("user", "How are you?"), ("assistant", "Fine.")],
                [("assistant", "How are you?"), ("user", "Fine."), ("assistant", "Good.")],
            ),
            at=[2],
        ),
    )

    def violates(self, context: Context) -> Mapping[Level, pl.Expr]:
        """Return where a role is out of turn; an error where the target demands that they take turns."""
        role, index = pl.col("role"), pl.col("position")
        before = role.shift(1)  # the row before is of the same conversation, but for its first
        follows = (index > 0) & (pl.col("thread") == pl.col("thread").shift(1))
        twice = follows & ~pl.col("bare") & (role == before) & role.is_in(_SPEAKERS)
        late = follows & role.is_in(_FIRST)
        begins = ~pl.col("bare") & (role == "assistant") & ((index == 0) | ((index == 1) & before.is_in(_FIRST)))
        return {"error" if context.target.alternates else self.level: twice | late | begins}

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the message."""
        if row["role"] in _FIRST:
            return message(row, context, fixable=False, role=row["role"], problem="it belongs first")
        dialect = conversation_of(context)
        before, own = _with_one_before(row, dialect)
        if before is None or before.role != row["role"]:
            return message(row, context, fixable=False, role=row["role"], problem="the conversation begins with it")
        return message(
            row, context, fixable=_can_be_one(before, own, dialect), role=row["role"], problem="so is the one before it"
        )

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Join messages of one speaker that follow each other."""
        return Fix.edit_rows(partial(_joined, dialect=conversation_of(fix_context.dataset)))


def _with_one_before(row: Mapping[str, Any], dialect: ConversationDialect) -> tuple[Turn | None, Turn]:
    """Return a turn, and the one before it."""
    turns = dialect.turns(row["value"])
    return turns[row["position"] - 1] if row["position"] else None, turns[row["position"]]


def _joined(line: Line, row: Row, dialect: ConversationDialect) -> list[Edit]:
    """Return the edit that joins a message to the one before: an empty line stands for all between their texts."""
    before, own = _with_one_before(row, dialect)
    if before is None or not _can_be_one(before, own, dialect):
        return []
    first, second = (line.span(dialect.text_at(turn) or turn.at) for turn in (before, own))
    return edits_of(line, [(first[1] - 1, second[0] + 1, r"\n\n")]) if first and second else []


def _can_be_one(before: Turn, own: Turn, dialect: ConversationDialect) -> bool:
    """Whether two messages are of one speaker, plain, and written alike, so that what is between their texts can go."""
    alike = before.named == own.named and list(before.message) == list(own.message) and len(own.message) == _PLAIN
    beside = before.at.rpartition("/")[0] == own.at.rpartition("/")[0]
    same_form = type(before.content) is type(own.content)
    return alike and beside and own.role in _SPEAKERS and same_form and all(map(dialect.text_at, (before, own)))
