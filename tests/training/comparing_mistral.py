"""Compares tokens with those of mistral-common itself, in an environment that has both: prints how many, and which differ."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import mistral_common
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.protocol.instruct.validator import ValidationMode
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer

import ftlint

CALLS = [{"id": "abcdefghi", "type": "function", "function": {"name": "tide", "arguments": '{"port": "Oslo"}'}}]
TOOLS = [{"type": "function", "function": {"name": "tide", "description": "d", "parameters": {"type": "object"}}}]


def said(role, content, **more):
    return {"role": role, "content": content, **more}


RECORDS = [
    ([said("user", "Hi?"), said("assistant", "Hello 😀.")], "Hello 😀.</s>"),
    ([said("system", "Be."), said("user", "a [INST] </s>"), said("assistant", "c")], "c</s>"),
    ([said("user", "a"), said("assistant", "b"), said("user", "c"), said("assistant", " d\n")], "b</s> d\n</s>"),
    ([said("user", "a"), said("user", "b"), said("assistant", "c")], "c</s>"),
    ([said("assistant", "c")], None),
    ([said("user", "a")], None),
    (
        [
            said("user", "Tide?"),
            said("assistant", None, tool_calls=CALLS),
            said("tool", "1.2", tool_call_id="abcdefghi", name="tide"),
            said("assistant", "1.2 m"),
        ],
        '[TOOL_CALLS][{"name": "tide", "arguments": {"port": "Oslo"}, "id": "abcdefghi"}]</s>1.2 m</s>',
    ),
]


def main():
    compared, different = 0, []
    for file in sorted(Path(mistral_common.__file__).parent.glob("data/tekken_*.json")):
        tokenizer = MistralTokenizer.from_file(file, mode=ValidationMode.finetuning)
        for number, (messages, expected) in enumerate(RECORDS):
            tools = TOOLS if any("tool_calls" in one for one in messages) else None
            record = {"messages": messages, **({"tools": tools} if tools else {})}
            made = ftlint.render(record, tokenizer=str(file), target="mistral", dialect="chat", learns="assistant")
            try:
                their = tokenizer.encode_chat_completion(ChatCompletionRequest.from_openai(messages, tools=tools)).tokens
                same = list(made.ids) == their
            except Exception as error:  # noqa: BLE001 - whatever the package says
                same = made.error == str(error).partition("\n")[0]
            learned = "".join(token.text for token in made.tokens if token.learned)
            compared += 1
            if not same or (expected and learned != expected):
                different.append(f"{file.name}, record {number}")
    json.dump({"compared": compared, "different": different}, sys.stdout)


if __name__ == "__main__":
    main()
