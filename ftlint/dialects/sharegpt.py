"""ShareGPT: turns with `from` and `value`, of which the human's are asked and gpt's are learned."""

from __future__ import annotations

from ftlint.dialects.conversation import conversation
from ftlint.dialects.kinds import SPOKEN

ROLES = {
    "human": "user",
    "gpt": "assistant",
    "system": "system",
    "function_call": "assistant",
    "observation": "tool",
    "tool": "tool",
}
"""What the roles mean (LLaMA-Factory 0.9.6, data/converter.py; axolotl 0.19, prompt_strategies/chat_template.py)."""

DIALECTS = (
    conversation(
        "sharegpt",
        "conversations",
        kind=SPOKEN,
        role="from",
        content="value",
        roles=ROLES,
        system="system",
        optional="tools images videos audios",
        example='{"conversations": [{"from": "human", "value": "Capital of Peru?"}, {"from": "gpt", "value": "Lima"}]}',
    ),
)
