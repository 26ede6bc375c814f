"""Pairs of answers, of which one is preferred: TRL's, OpenAI's, LLaMA-Factory's and ms-swift's spellings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import LIST, MESSAGES, OBJECT, SPOKEN, TEXT
from ftlint.dialects.sharegpt import ROLES
from ftlint.dialects.turn_tables import MESSAGES as MESSAGE_TABLE
from ftlint.dialects.turns import Field, Form

if TYPE_CHECKING:
    from ftlint.dialects.base import Tables

_SAID = (TEXT, LIST, OBJECT)
"""A text, messages, or one message."""

_BESIDES = ("system", "tools", "margin", "score_chosen", "score_rejected", "images")


def _pair(asked: Field, chosen: str = "chosen", rejected: str = "rejected", kinds: tuple[str, ...] = _SAID) -> Form:
    """Return the form of a question with two answers."""
    return Form((asked, Field(chosen, kinds, "assistant"), Field(rejected, kinds, "assistant", 1)), optional=_BESIDES)


def _whole(chosen: str, rejected: str, kinds: tuple[str, ...]) -> Form:
    """Return the form of two conversations, or two texts, of which each holds what was asked."""
    return Form((Field(chosen, kinds, "assistant"), Field(rejected, kinds, "assistant", 1)), optional=_BESIDES)


class PreferenceDialect(ConversationDialect):
    """Pairs of answers, of which one spelling is that of OpenAI's service."""

    def suits(self, tables: Tables) -> str:
        """Return OpenAI's target for its own spelling."""
        first = tables[MESSAGE_TABLE].get_column("at").head(1).to_list()
        return "gpt-4o-mini" if first and str(first[0]).startswith("/input/") else ""


PREFERENCE = PreferenceDialect(
    "preference",
    _pair(Field("prompt", _SAID, "user")),
    _pair(Field("question", (TEXT,), "user")),
    Form(
        (
            Field("instruction", (TEXT,), "user"),
            Field("input", (TEXT,), "user", needed=False),
            Field("chosen", _SAID, "assistant"),
            Field("rejected", _SAID, "assistant", 1),
        ),
        optional=_BESIDES,
    ),
    _pair(Field("messages", (MESSAGES,))),
    _pair(Field("conversations", (MESSAGES,))),
    _pair(Field("input/messages", (LIST,)), "preferred_output", "non_preferred_output", (LIST,)),
    Form((Field("messages", (MESSAGES,)), Field("rejected_response", (TEXT,), "assistant", 1)), optional=_BESIDES),
    Form((Field("messages", (MESSAGES,)), Field("rejected_messages", (MESSAGES,), "assistant", 1)), optional=_BESIDES),
    _whole("chosen_messages", "rejected_messages", (MESSAGES,)),
    _whole("chosen", "rejected", (TEXT, LIST)),
    capabilities="messages texts pair",
    example='{"prompt": "Capital of Peru?", "chosen": "Lima", "rejected": "Cusco"}',
)

SHAREGPT = ConversationDialect(
    "preference-sharegpt",
    _pair(Field("conversations", (SPOKEN,)), kinds=(OBJECT,)),
    capabilities="messages pair",
    example=(
        '{"conversations": [{"from": "human", "value": "Capital of Peru?"}], '
        '"chosen": {"from": "gpt", "value": "Lima"}, "rejected": {"from": "gpt", "value": "Cusco"}}'
    ),
    role="from",
    content="value",
    roles=ROLES,
)

DIALECTS = (PREFERENCE, SHAREGPT)
