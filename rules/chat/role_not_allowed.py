"""CHT008."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

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

    The service refuses the file: data for reinforcement fine-tuning, for one, has no system message.

    ## How to fix

    Move the text to a message of a role that the target accepts.
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
        """Be silent where the target takes all roles."""
        return super().applies(context) and bool(context.target.roles)

    def violates(self, context: Context) -> pl.Expr:
        """Return where a known role is not one of the target's."""
        role = pl.col("role")
        return role.is_in(ROLES) & ~role.is_in(context.target.roles)

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the role."""
        return message(row, context, "role", role=row["role"], target=context.target.name)
