"""Conversations, preferences, judged answers and the like, as people have them: a seed makes a file, always the same one."""

from __future__ import annotations

import json
from random import Random

from damage import sentence

CALL = {"id": "call_1", "type": "function", "function": {"name": "tide", "arguments": '{"port": "Oslo"}'}}
TOOL = {"type": "function", "function": {"name": "tide", "parameters": {"type": "object", "properties": {}}}}
FURTHER = [
    "label",
    "reference_answer",
    "env_config",
    "system",
    "images",
    "id",
    "source",
    "note",
    "weight",
    "kto_tag",
    "seed",
    "tools",
]


def value(rng: Random) -> object:
    return rng.choice(
        [1, 0.5, True, None, "x é", "", ["a", {"b": 1}], {"seed": rng.randint(0, 3)}, 2**60 + rng.randint(0, 3), [], "😀\u200b"]
    )


def message(rng: Random, role: str) -> dict:
    made: dict = {"role": role, "content": sentence(rng)}
    if rng.random() < 0.06:
        made["content"] = rng.choice(
            ["", " ", None, "null", "it\u00e2\u20ac\u2122s", "te\u200bxt", "a &amp; b", "\ufffd", "x\\ny"]
        )
    if rng.random() < 0.08:
        text = {"type": "text", "text": sentence(rng)}
        made["content"] = rng.choice(
            [[text], [text, {"type": "image_url", "image_url": {"url": "https://e.org/a.png"}}], ["x"], []]
        )
    if rng.random() < 0.08:
        key = rng.choice(["name", "weight", "refusal", "audio", "thinking", "at", "train"])
        made[key] = rng.choice([0, 1, 1.0, "x", {"id": "a"}, None])
    if rng.random() < 0.03:
        made["role"] = rng.choice(["human", "gpt", "usr", "asistant", "User", "bot", "tool", 3])
    return made


def conversation(rng: Random) -> dict:
    roles = ["system"] * (rng.random() < 0.3) + ["user", "assistant"] * rng.randint(1, 3)
    messages = [message(rng, role) for role in roles]
    if rng.random() < 0.1:
        messages[-1:] = [
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": rng.choice(["", "1.2"])},
            message(rng, "assistant"),
        ]
    if rng.random() < 0.1:
        messages.insert(rng.randint(0, len(messages)), message(rng, rng.choice(["user", "assistant", "system"])))
    if rng.random() < 0.05:
        messages.append(message(rng, "user"))
    return {"messages": messages, **({"tools": [TOOL]} if rng.random() < 0.1 else {})}


def pair(rng: Random) -> dict:
    return {"prompt": f"{sentence(rng)} {rng.randint(0, 9)} ->", "completion": f" {rng.choice(['yes', 'no', sentence(rng)])}"}


KINDS = {
    "chat": conversation,
    "reinforcement": lambda rng: {"messages": conversation(rng)["messages"][:-1], "reference_answer": value(rng)},
    "pairs": pair,
    "kto": lambda rng: {**pair(rng), "label": rng.choice([True, False])},
    "judged": lambda rng: {**pair(rng), "label": rng.choice(["true", "false"])},
    "preference": lambda rng: {"prompt": sentence(rng), "chosen": sentence(rng), "rejected": sentence(rng)},
    "alpaca": lambda rng: {"instruction": sentence(rng), "input": "", "output": sentence(rng)},
    "sharegpt": lambda rng: {
        "conversations": [{"from": "human", "value": sentence(rng)}, {"from": "gpt", "value": sentence(rng)}]
    },
    "turns": lambda rng: conversation(rng)["messages"],
    "renamed": lambda rng: {"question": sentence(rng), "answer": sentence(rng)},
}


def file(seed: int) -> bytes:
    """Return the file of this number."""
    rng = Random(seed)
    kind = rng.choice(list(KINDS))
    records = [KINDS[kind](rng) for _ in range(rng.choice([2, 9, 30, 60]))]
    share = rng.choice([0, 0.1, 0.6, 1])
    key = rng.choice(FURTHER)
    for record in records:
        if isinstance(record, dict) and rng.random() < share:
            record.setdefault(key if rng.random() < 0.8 else rng.choice(FURTHER), value(rng))
    records += [json.loads(json.dumps(rng.choice(records))) for _ in range(rng.choice([0, 0, 3]))]
    if rng.random() < 0.1:
        records.insert(rng.randint(0, len(records)), KINDS[rng.choice(list(KINDS))](rng))
    style = rng.choice([{}, {"ensure_ascii": False}, {"separators": (",", ":")}])
    if rng.random() < 0.07:
        return json.dumps(records, indent=rng.choice([None, 1]), **style).encode()
    end = rng.choice(["\n", "\n", "\r\n"])
    return end.join([*(json.dumps(record, **style) for record in records), ""]).encode()
