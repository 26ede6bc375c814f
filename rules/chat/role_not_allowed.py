"""CHT008."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects.chat import ROLES
from ftlint.rule import bad, chats, good

from ._messages import ChatRule, any_role, message, roles_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.rule import Place

_OWN = {"target": "mine", "targets": {"mine": {"dialects": ["chat"], "roles": ["user", "assistant"]}}}


class RoleNotAllowed(ChatRule):
    """A role of the format that the target does not take.

    ## Why it matters

    The service refuses the file: data for reinforcement fine-tuning, for one, has no system message.

    ## How to fix

    Move the text to a message of a role that the target takes.
    """

    code = "CHT008"
    level = "error"
    message = "message {number} has the role {role!r}, which {target} does not take"
    headline = "conversations have a role that the target does not take"
    examples = (
        good(chats([("user", "How are you?"), ("assistant", "Fine.")]), options=_OWN),
        bad(chats([("system", "Be brief."), ("user", "How are you?"), ("assistant", "Fine.")]), at=[1], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target takes all roles."""
        return super().applies(context) and bool(context.target.roles)

    def violates(self, context: Context) -> pl.Expr:
        """Return where a known role is not one of the target's."""
        return any_role(lambda role: role.is_in(ROLES) & ~role.is_in(context.target.roles))

    def explain(self, row: Mapping[str, Any], context: Context) -> Place:
        """Point at the first one."""
        allowed = context.target.roles
        place, role = next((place, role) for place, role in enumerate(roles_of(row)) if role in ROLES and role not in allowed)
        return message(place, "role", role=role, target=context.target.name)
