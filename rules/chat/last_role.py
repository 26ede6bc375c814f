"""CHT009."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.rule import bad, chats, good

from ._messages import ChatRule, last_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Location

_OWN = {"target": "mine", "targets": {"mine": {"dialects": ["chat"], "last-role": "user"}}}


class LastRole(ChatRule):
    """The last message does not have the role that the target requires.

    ## Why it matters

    The service refuses the file. Data for reinforcement fine-tuning ends with a user message, and the model writes the answer.

    ## How to fix

    Move the answer to where the target expects it, and end with the required role.
    """

    code = "CHT009"
    level = "error"
    message = "the last message has the role {role!r}; {target} requires {wanted!r}"
    headline = "conversations end with another role than the target requires"
    most = "{count:,} of {whole} end with another role than the target requires: the data seems to be of another kind"
    examples = (
        good(chats([("user", "How are you?")]), options=_OWN),
        bad(chats([("user", "How are you?"), ("assistant", "Fine.")]), at=[1], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target wants the assistant last, which is another rule's, or does not say."""
        return super().applies(context) and context.target.last_role not in {"", "assistant"}

    def violates(self, context: Context) -> pl.Expr:
        """Return where another role is last."""
        return pl.col("last_role") != context.target.last_role

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the last message."""
        return last_message(row, context, target=context.target.name, wanted=context.target.last_role)
