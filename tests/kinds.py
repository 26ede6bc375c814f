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
        made[key] = rng.choice([0, 1, 1.0, "x", {"id": "a"}, {"id": rng.choice(["a", 1]), rng.choice("xy"): []}, None])
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


WORDS = ["a", "é\u200b", "\x7f\x00\x1f", "\b\f\n\r\t", '"q"', "\\", "😀", "/", "null", "", " ", "1.5e3"]
ARGUMENTS = ["{}", '{"a": 1}', "[1]", "x", "", '{"a": "é"}', '{"a": 0.10}']


def said(rng: Random) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(0, 4)))


def tools(rng: Random) -> list[dict]:
    sizes = [{}, {"minimum": rng.choice([1, 0.5, 2**60])}]
    schemas = [{}, {"type": "object", "properties": {}}, {"type": "object", "properties": {"a": rng.choice(sizes), "b": {}}}]
    named = [
        {"name": rng.choice("fgh"), "description": said(rng), "parameters": rng.choice(schemas)} for _ in range(rng.randint(0, 3))
    ]
    return [{"type": "function", "function": one} for one in named]


def calls(rng: Random) -> list[dict]:
    ids = [rng.choice(["c1", "c2", f"c{rng.random()}", '"x\n']) for _ in range(rng.randint(0, 3))]
    made = [{"name": rng.choice(["f", "g", "zz", ""]), "arguments": rng.choice(ARGUMENTS)} for _ in ids]
    return [{"id": one, "type": "function", "function": function} for one, function in zip(ids, made, strict=True)]


def calling(rng: Random) -> dict:
    """Return a conversation that calls tools, and has nothing that OpenAI's format does not have."""
    messages: list[dict] = [{"role": "system", "content": said(rng)}] * (rng.random() < 0.3)
    for _ in range(rng.randint(0, 3)):
        messages.append({"role": "user", "content": said(rng)})
        if rng.random() < 0.7:
            made = calls(rng)
            contents: list[dict] = [{"content": None}, {"content": said(rng)}, {}]
            messages.append({"role": rng.choice(["assistant"] * 6 + ["user"]), **rng.choice(contents), "tool_calls": made})
            for one in made[: rng.randint(0, 9)]:
                asked = rng.choice([{"tool_call_id": one["id"]}] * 8 + [{"tool_call_id": "c9"}, {}])
                messages.append(
                    {"role": rng.choice(["tool"] * 6 + ["user"]), **asked, "content": rng.choice([said(rng)] * 9 + [None])}
                )
        messages += [{"role": "assistant", "content": said(rng)}] * (rng.random() < 0.9)
    messages = [dict(rng.sample(list(one.items()), len(one))) for one in messages]
    given = rng.choice([tools(rng)] * 5 + [json.dumps(tools(rng)), None, [], ""])
    record = {"messages": messages, "tools": given} if rng.random() < 0.8 else {"messages": messages}
    return record if rng.random() < 0.5 else dict(reversed(record.items()))


def calling_file(seed: int) -> bytes:
    """Return a file of such conversations, some of them with a key twice."""
    rng = Random(seed)
    styles = [{"ensure_ascii": escaped, "separators": marks} for escaped in (True, False) for marks in ((",", ":"), (", ", ": "))]
    lines = [json.dumps(calling(rng), **rng.choice(styles)) for _ in range(rng.randint(1, 60))]
    if rng.random() < 0.3:
        twice = rng.choice([("{", '{"messages": [], '), ('"role":', '"role": "user", "role":'), ('"id":', '"id": "c", "id":')])
        place = rng.randrange(len(lines))
        lines[place] = lines[place].replace(*twice, 1)
    return "\n".join(lines).encode()


KEYS = {
    "preference": ["prompt chosen rejected", "question chosen rejected", "instruction input chosen rejected", "chosen rejected"],
    "instruction": ["system instruction input output", "instruction output", "instruction input output", "output instruction"],
    "dolly": ["instruction context response", "instruction response"],
    "question-answer": ["question answer", "system query response", "problem answer"],
    "text-label": ["text label"],
    "text": ["text"],
    "reinforcement": ["prompt"],
}
"""Keys of records that are nothing but texts, by dialect."""


def texts_file(seed: int, dialect: str) -> bytes:
    """Return a file of records that are nothing but texts, under the same keys, or some under others."""
    rng = Random(seed)
    common, other = rng.choices(KEYS[dialect], k=2)
    count = rng.randint(1, 60)
    keys = [common if index < count // rng.choice([1, 1, 2]) else other for index in range(count)]
    lines = [json.dumps({key: said(rng) for key in own.split()}, ensure_ascii=rng.random() < 0.5) for own in keys]
    if rng.random() < 0.2:
        lines[-1] = lines[-1].replace("{", f'{{"{common.split()[0]}": "x", ', 1)
    return "\n".join(lines).encode()


def pair(rng: Random) -> dict:
    return {"prompt": f"{sentence(rng)} {rng.randint(0, 9)} ->", "completion": f" {rng.choice(['yes', 'no', sentence(rng)])}"}


def answered(rng: Random) -> list[dict]:
    return [message(rng, "user"), message(rng, "assistant")]


def spoken(rng: Random) -> list[dict]:
    names = {"system": "system", "user": "human", "assistant": "gpt", "tool": "observation"}
    turns = conversation(rng)["messages"]
    return [{"from": names.get(str(turn["role"]), turn["role"]), "value": turn.get("content")} for turn in turns]


def parts(rng: Random) -> list[dict]:
    return [{"text": sentence(rng)} for _ in range(rng.randint(1, 2))]


def openai_pair(rng: Random) -> dict:
    good, bad = [message(rng, "assistant")], [message(rng, "assistant")]
    return {"input": {"messages": [message(rng, "user")]}, "preferred_output": good, "non_preferred_output": bad}


KINDS = {
    "chat": conversation,
    "conversations": lambda rng: {"conversations": conversation(rng)["messages"]},
    "reinforcement": lambda rng: {"messages": conversation(rng)["messages"][:-1], "reference_answer": value(rng)},
    "graded": lambda rng: {"prompt": rng.choice([sentence(rng), answered(rng)[:1]]), "ground_truth": value(rng)},
    "pairs": pair,
    "prompted": lambda rng: {"prompt": answered(rng)[:1], "completion": answered(rng)[1:]},
    "kto": lambda rng: {**pair(rng), "label": rng.choice([True, False])},
    "judged": lambda rng: {**pair(rng), "label": rng.choice(["true", "false"])},
    "tagged": lambda rng: {"messages": conversation(rng)["messages"], "kto_tag": rng.choice([True, False])},
    "preference": lambda rng: {"prompt": sentence(rng), "chosen": sentence(rng), "rejected": sentence(rng)},
    "implicit": lambda rng: {"chosen": answered(rng), "rejected": answered(rng)},
    "openai pair": openai_pair,
    "swift pair": lambda rng: {"messages": answered(rng), "rejected_response": sentence(rng)},
    "sharegpt pair": lambda rng: {"conversations": spoken(rng)[:1], "chosen": spoken(rng)[-1], "rejected": spoken(rng)[-1]},
    "stepwise": lambda rng: {"prompt": sentence(rng), "completions": [sentence(rng)], "labels": [True]},
    "alpaca": lambda rng: {"instruction": sentence(rng), "input": "", "output": sentence(rng)},
    "history": lambda rng: {
        "instruction": sentence(rng),
        "output": sentence(rng),
        "history": [["a", "b"]],
        "system": "Be brief.",
    },
    "dolly": lambda rng: {"instruction": sentence(rng), "context": None, "response": sentence(rng)},
    "sharegpt": lambda rng: {"conversations": spoken(rng), "system": "Be brief."},
    "gemini": lambda rng: {"contents": [{"role": "user", "parts": parts(rng)}, {"role": "model", "parts": parts(rng)}]},
    "converse": lambda rng: {
        "schemaVersion": "x",
        "system": parts(rng),
        "messages": [{"role": "user", "content": parts(rng)}, {"role": "assistant", "content": parts(rng)}],
    },
    "text": lambda rng: {"text": sentence(rng)},
    "labelled": lambda rng: {"text": sentence(rng), "label": rng.choice(["a", "b", 1])},
    "turns": lambda rng: conversation(rng)["messages"],
    "renamed": lambda rng: {"context": sentence(rng), "answer": sentence(rng)},
    "asked": lambda rng: {"question": sentence(rng), "answer": sentence(rng)},
}


def places(value: object, at: tuple = ()) -> list[tuple]:
    """Return where values are in a value, as keys and places."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at] * bool(at) + [place for key, one in inner for place in places(one, (*at, key))]


def broken(rng: Random, record: object) -> object:
    """Return a record in which a value, at any place, is another one, or gone."""
    made = json.loads(json.dumps(record))
    *above, last = rng.choice(places(made))
    holder = made
    for key in above:
        holder = holder[key]
    if rng.random() < 0.2:
        del holder[last]
    else:
        holder[last] = value(rng)
    return made


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
    if rng.random() < 0.5:
        damage = rng.choice([0.03, 0.3])
        records = [broken(rng, record) if rng.random() < damage else record for record in records]
    if rng.random() < 0.1:
        records.insert(rng.randint(0, len(records)), KINDS[rng.choice(list(KINDS))](rng))
    style = rng.choice([{}, {"ensure_ascii": False}, {"separators": (",", ":")}])
    if rng.random() < 0.07:
        return json.dumps(records, indent=rng.choice([None, 1]), **style).encode()
    end = rng.choice(["\n", "\n", "\r\n"])
    return end.join([*(json.dumps(record, **style) for record in records), ""]).encode()
