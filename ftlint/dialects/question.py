"""A question and its answer, under the names that people give to them."""

from __future__ import annotations

from itertools import product

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import PAIRS, TEXT
from ftlint.dialects.turns import Field, Form

_ASKED, _ANSWERED = ("question", "query", "problem"), ("answer", "response")


def _form(asked: str, answered: str) -> Form:
    before = (Field("system", (TEXT,), "system", needed=False), Field("history", (PAIRS,), needed=False))
    return Form((*before, Field(asked, (TEXT,), "user"), Field(answered, (TEXT,), "assistant")))


class QuestionDialect(ConversationDialect):
    """A question and its answer, which a target that takes neither takes under the names of its own."""

    renamed = True


DIALECTS = (
    QuestionDialect(
        "question-answer",
        *(_form(asked, answered) for asked, answered in product(_ASKED, _ANSWERED)),
        capabilities="texts labels",
        answers="answer",
        example='{"question": "Capital of Peru?", "answer": "Lima"}',
    ),
)
