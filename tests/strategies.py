"""Hypothesis strategies: records as people write them, files as they break them."""

from __future__ import annotations

import json
import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

SHARE = float(os.environ.get("LAW_SHARE", "1"))
"""How many of a law's examples are tried; less where the tests themselves are tested."""


def law(examples):
    """Return the settings of a law that is tried with so many examples."""
    return settings(max_examples=max(5, int(SHARE * examples)), suppress_health_check=[HealthCheck.too_slow])


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
words = st.sampled_from(
    [
        "tea",
        "Tea",
        "red wine",
        "red  wine!",
        "café",
        "你好",
        "a -> b",
        "nan",
        "x&amp;y",
        "it\u200bs",
        "",
        "12 - 5",
        "<|endoftext|>",
    ]
)
separators = st.sampled_from([" ->", "\n\n###\n\n", "->", " ###", "", "\nLabel:", " "])
answers = st.sampled_from([" yes", " no", " Yes", "yes", "  no", " no ", " yes END", " not sure", "", " None"])

prompts = st.builds(lambda head, number, tail: f"{head} {number}{tail}", words | texts, st.integers(0, 8), separators)
records = st.builds(lambda prompt, completion: {"prompt": prompt, "completion": completion}, prompts, answers | texts)
odd_records = st.one_of(
    st.fixed_dictionaries({"prompt": prompts}),
    st.fixed_dictionaries({"prompt": prompts, "completion": st.integers() | st.none() | st.lists(st.booleans(), max_size=2)}),
    st.fixed_dictionaries({"prompt": prompts, "completion": answers, "id": st.integers()}),
    st.fixed_dictionaries({"messages": st.just([])}),
)
lines = st.one_of(
    records.map(lambda record: json.dumps(record, ensure_ascii=False).encode()),
    records.map(lambda record: json.dumps(record).encode()),
    odd_records.map(lambda record: json.dumps(record).encode()),
    st.sampled_from(
        [
            b"",
            b" ",
            b"[]",
            b"3",
            b"{",
            b"{'prompt': 'x'}",
            b'{"prompt": "a", "prompt": "b", "completion": "c"}',
            b"\xff\xfe",
            b'"\\ud800"',
        ]
    ),
    st.binary(max_size=20).map(lambda data: data.replace(b"\n", b"")),
)
files = st.lists(lines, max_size=40).map(b"\n".join)
clean_files = st.lists(records, min_size=1, max_size=40)


roles = st.sampled_from(["system", "user", "user", "assistant", "assistant", "tool", "usr", "Human", "narrator", ""])
contents = st.one_of(
    words | texts,
    st.none(),
    st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": words | texts}), max_size=2),
    st.lists(st.fixed_dictionaries({"type": st.just("image_url"), "image_url": st.just({"url": "x"})}), max_size=1),
)
calls = st.just([{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}])
messages = st.one_of(
    st.fixed_dictionaries({"role": roles, "content": contents}),
    st.fixed_dictionaries({"role": roles, "content": contents}, optional={"weight": st.sampled_from([0, 1, 2, True, "1"])}),
    st.fixed_dictionaries({"role": st.just("assistant"), "tool_calls": calls}),
    st.fixed_dictionaries({}, optional={"role": roles | st.integers(), "content": contents | st.integers()}),
    st.integers() | st.none(),
)
turns = st.builds(
    lambda question, answer, number: [
        {"role": "user", "content": f"{question} {number}"},
        {"role": "assistant", "content": answer},
    ],
    words | texts,
    answers | texts,
    st.integers(0, 5),
)
conversations = st.one_of(
    turns.map(lambda pair: {"messages": pair}),
    turns.map(lambda pair: {"messages": pair}),
    st.lists(messages, max_size=5).map(lambda found: {"messages": found}),
    st.fixed_dictionaries({"messages": st.lists(messages, max_size=3), "tools": st.just([]), "id": st.integers()}),
    st.fixed_dictionaries({"messages": st.integers() | st.none() | st.just("text")}),
)
chat_lines = st.one_of(
    conversations.map(lambda record: json.dumps(record, ensure_ascii=False).encode()),
    conversations.map(lambda record: json.dumps(record).encode()),
    conversations.map(lambda record: json.dumps(record, separators=(" ,  ", ":")).encode()),
    lines,
    st.sampled_from(
        [
            b'{"messages": [{"role": "user", "role": "usr", "content": "x"}]}',
            b'{"messages": [{"role": "user", "content": "\\ud800"}, {"role": "assistant", "content": "x"}]}',
            b'{"messages": [{"role": "user", "content": "x"}], "messages": []}',
            b'{"messages": ' + b"[" * 900 + b"]" * 900 + b"}",
        ]
    ),
)
chat_files = st.builds(
    lambda parts, end: b"\n".join(parts) + end,
    st.lists(conversations.map(lambda record: json.dumps(record).encode()) | chat_lines, min_size=2, max_size=25),
    st.sampled_from([b"\n", b""]),
)
