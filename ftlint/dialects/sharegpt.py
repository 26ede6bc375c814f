"""ShareGPT: turns with `from` and `value`, of which the human's are asked and gpt's are learned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftlint.dialects.call import Call, parsed
from ftlint.dialects.calls import Calling
from ftlint.dialects.conversation import conversation
from ftlint.dialects.kinds import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.turns import Turn

ROLES = {
    "human": "user",
    "gpt": "assistant",
    "system": "system",
    "function_call": "assistant",
    "observation": "tool",
    "tool": "tool",
}
"""What the roles mean (LLaMA-Factory 0.9.6, data/converter.py; axolotl 0.19, prompt_strategies/chat_template.py)."""

_CALL = "function_call"

_THOUGHT = re.compile(r"^\s*<think>.*?</think>\s*", re.DOTALL)
"""What LLaMA-Factory takes from the text of a call before it reads it (data/formatter.py)."""


class _Texts(Calling):
    """Calls are the text of a turn of their own, as JSON: one object with name and arguments, or a list of them."""

    roles = frozenset({_CALL})

    def calls(self, turn: Turn) -> Iterator[Call]:
        """Yield the calls of a turn."""
        if turn.named == _CALL and type(turn.content) is str:
            value = parsed(_THOUGHT.sub("", turn.content))
            for one in value if type(value) is list and value else [value]:
                holder = one if type(one) is dict else {"arguments": turn.content}
                name = holder.get("name")
                yield Call(name if type(name) is str else None, holder.get("arguments"), None, f"{turn.at}/value", {})


DIALECTS = (
    conversation(
        "sharegpt",
        "conversations",
        kind=SPOKEN,
        role="from",
        content="value",
        roles=ROLES,
        system="system",
        calling=_Texts(),
        optional="tools images videos audios",
        example='{"conversations": [{"from": "human", "value": "Capital of Peru?"}, {"from": "gpt", "value": "Lima"}]}',
    ),
)
