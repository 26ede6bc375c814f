"""Answers that are judged good or bad (KTO): TRL's and LLaMA-Factory's spellings."""

from __future__ import annotations

from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.kinds import BOOLEAN, JUDGEMENT, LIST, MESSAGES, SPOKEN, TEXT
from ftlint.dialects.sharegpt import ROLES
from ftlint.dialects.turns import Field, Form

_SAID = (TEXT, LIST)

_ALPACA = (
    Field("instruction", (TEXT,), "user"),
    Field("input", (TEXT,), "user", needed=False),
    Field("output", (TEXT,), "assistant"),
)
_TAG = {"kto_tag": (BOOLEAN, JUDGEMENT)}

DIALECTS = (
    ConversationDialect(
        "kto",
        Form((Field("prompt", _SAID, "user"), Field("completion", _SAID, "assistant")), {"label": (BOOLEAN, JUDGEMENT)}),
        Form((Field("messages", (MESSAGES,)),), {"label": (BOOLEAN,)}),
        Form((Field("messages", (MESSAGES,)),), _TAG),
        Form((Field("conversations", (MESSAGES,)),), _TAG),
        Form(_ALPACA, _TAG),
        capabilities="messages texts judgement",
        judgements=("label", "kto_tag"),
        example='{"prompt": "Capital of Peru?", "completion": "Lima", "label": true}',
    ),
    ConversationDialect(
        "kto-sharegpt",
        Form((Field("conversations", (SPOKEN,)),), _TAG),
        capabilities="messages judgement",
        role="from",
        content="value",
        roles=ROLES,
        judgements=("kto_tag",),
        example=(
            '{"conversations": [{"from": "human", "value": "Capital of Peru?"}, '
            '{"from": "gpt", "value": "Lima"}], "kto_tag": true}'
        ),
    ),
)
