"""CHT008."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from ftlint.dialects.conversation import conversation_of
from ftlint.dialects.turns import ROLES
from ftlint.rule import bad, chats, good

from ._messages import MessageRule, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Location

_OWN = {"target": "mine", "targets": {"mine": {"dialects": ["chat"], "roles": ["user", "assistant"]}}}


class RoleNotAllowed(MessageRule):
    """A message has a role that the target does not accept.

    ## Why it matters

    The service refuses the file; for example, data for reinforcement fine-tuning must not contain system messages. TRL does not
    rename the ShareGPT roles (`human`, `gpt`), and chat templates do not know them.

    ## How to fix

    Move the text to a message with an accepted role. `ftlint convert FILE --to chat` renames ShareGPT roles to `user` and
    `assistant`.
    """

    code = "CHT008"
    level = "error"
    message = "message {number} has the role {role!r}, which {target} does not accept"
    headline = "conversations have a role that the target does not accept"
    most = "{count:,} of {whole} have a role that the target does not accept: the data seems to be of another kind"
    symptoms: ClassVar[Mapping[str, str]] = {
        "System role not supported": "chat template of Gemma",
    }
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")]), options=_OWN),
        bad(chats([("system", "Be brief."), ("user", "How are you?"), ("assistant", "Fine.")]), at=[1], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target takes all roles, or is assumed only."""
        return super().applies(context) and bool(context.target.roles or _keeps_roles(context))

    def violates(self, context: Context) -> pl.Expr:
        """Return where a known role is not one of the target's."""
        role, named = pl.col("role"), pl.col("named")
        refused = role.is_in(ROLES) & ~role.is_in(context.target.roles) if context.target.roles else pl.lit(value=False)
        foreign = named.is_in([*(conversation_of(context).roles or ())]) & (named != role)
        return refused | foreign.fill_null(value=False) if _keeps_roles(context) else refused

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the role."""
        written = row["named"] if _keeps_roles(context) else row["role"]
        return message(row, context, "role", role=written or row["role"], target=context.target.name)


def _keeps_roles(context: Context) -> bool:
    """Whether the user named a target that takes roles as they are written, and the data has those of another format."""
    return context.target.roles_as_written and "target" in context.given and bool(conversation_of(context).roles)
