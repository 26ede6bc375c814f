"""A record of every shape, and what makes one of them wrong."""

from __future__ import annotations


def said(number):
    """Return a question and its answer."""
    river = ("Alder", "Birch", "Cedar", "Drift")[number % 4]
    return f"Which river runs through town number {number}?", f"The river {river}, at its bridge {number}."


def messages(*turns, role="role", content="content"):
    return [{role: name, content: text} for name, text in turns]


def chat(asked, answered):
    return messages(("user", asked), ("assistant", answered))


def spoken(asked, answered):
    return messages(("human", asked), ("gpt", answered), role="from", content="value")


def parts(text):
    return [{"text": text}]


CASES = [
    # dialect, record, what makes the seventh wrong, codes that may say so, where
    (
        "prompt-completion",
        lambda q, a, n: {"prompt": f"{q}\n\n###\n\n", "completion": f" {a} END"},
        {"completion": " END"},
        "SHP005",
        "/completion",
    ),
    ("chat", lambda q, a, n: {"messages": chat(q, a)}, {"messages": chat("x", "")}, "CHT004", "/messages/1"),
    (
        "conversations",
        lambda q, a, n: {"conversations": chat(q, a)},
        {"conversations": chat("x", "y")[:1]},
        "CHT002",
        "/conversations",
    ),
    (
        "sharegpt",
        lambda q, a, n: {"conversations": spoken(q, a)},
        {"conversations": spoken("x", "")},
        "CHT004",
        "/conversations/1",
    ),
    (
        "sharegpt",
        lambda q, a, n: {"conversations": spoken(q, a), "system": "Be brief."},
        {"conversations": [{"from": "human"}]},
        "CHT002",
        "/conversations",
    ),
    (
        "gemini",
        lambda q, a, n: {"contents": [{"role": "user", "parts": parts(q)}, {"role": "model", "parts": parts(a)}]},
        {"contents": [{"role": "user", "parts": parts("x")}, {"role": "modl", "parts": parts("y")}]},
        "CHT001",
        "/contents/1/role",
    ),
    (
        "converse",
        lambda q, a, n: {
            "schemaVersion": "bedrock-conversation-2024",
            "system": parts("Be brief."),
            "messages": [{"role": "user", "content": parts(q)}, {"role": "assistant", "content": parts(a)}],
        },
        {"messages": [{"role": "user", "content": parts("x")}]},
        "CHT002",
        "/messages",
    ),
    (
        "prompt-completion-messages",
        lambda q, a, n: {"prompt": chat(q, a)[:1], "completion": chat(q, a)[1:]},
        {"completion": []},
        "CHT002",
        "/completion",
    ),
    (
        "preference",
        lambda q, a, n: {"prompt": q, "chosen": a, "rejected": f"None, {n}."},
        {"rejected": ""},
        "SHP005",
        "/rejected",
    ),
    (
        "preference",
        lambda q, a, n: {"chosen": chat(q, a), "rejected": chat(q, f"None, {n}.")},
        {"rejected": chat("x", "")},
        "CHT004",
        "/rejected/1",
    ),
    (
        "preference",
        lambda q, a, n: {"prompt": q, "chosen": chat(q, a), "rejected": chat(q, f"None, {n}.")},
        {"rejected": [{"role": "usr", "content": "x"}]},
        "CHT001",
        "/rejected/0/role",
    ),
    (
        "preference",
        lambda q, a, n: {
            "input": {"messages": chat(q, a)[:1]},
            "preferred_output": chat(q, a)[1:],
            "non_preferred_output": chat(q, f"None, {n}.")[1:],
        },
        {"input": {"messages": "x"}},
        "SHP002",
        "/input/messages",
    ),
    (
        "preference",
        lambda q, a, n: {"messages": chat(q, a), "rejected_response": f"None, {n}."},
        {"rejected_response": None},
        "SHP002",
        "/rejected_response",
    ),
    (
        "preference-sharegpt",
        lambda q, a, n: {"conversations": spoken(q, a)[:1], "chosen": spoken(q, a)[1], "rejected": spoken(q, f"None, {n}.")[1]},
        {"chosen": {"from": "gpt", "value": ""}},
        "CHT004",
        "/chosen",
    ),
    ("kto", lambda q, a, n: {"prompt": q, "completion": a, "label": n % 3 > 0}, {"completion": ""}, "SHP005", "/completion"),
    ("kto", lambda q, a, n: {"messages": chat(q, a), "kto_tag": n % 3 > 0}, {"messages": chat("x", "")}, "CHT004", "/messages/1"),
    (
        "kto-sharegpt",
        lambda q, a, n: {"conversations": spoken(q, a), "kto_tag": n % 3 > 0},
        {"conversations": spoken("x", "")},
        "CHT004",
        "/conversations/1",
    ),
    (
        "stepwise",
        lambda q, a, n: {"prompt": q, "completions": [a, f"So {n}."], "labels": [True, False]},
        {"completions": ["a", "b\u200bc"]},
        "TXT001",
        "/completions/1",
    ),
    ("reinforcement", lambda q, a, n: {"prompt": q, "ground_truth": a}, {"prompt": "a\u200bb"}, "TXT001", "/prompt"),
    ("instruction", lambda q, a, n: {"instruction": q, "input": "", "output": a}, {"output": ""}, "SHP005", "/output"),
    (
        "instruction",
        lambda q, a, n: {"instruction": q, "input": f"town {n}", "output": a, "history": [["a", "b"]], "system": "Be brief."},
        {"history": [["a", "b\u200bc"]]},
        "TXT001",
        "/history/0/1",
    ),
    (
        "dolly",
        lambda q, a, n: {"instruction": q, "context": "", "response": a, "category": "open_qa"},
        {"response": 5},
        "SHP002",
        "/response",
    ),
    ("question-answer", lambda q, a, n: {"question": q, "answer": a}, {"answer": None}, "SHP002", "/answer"),
    ("text", lambda q, a, n: {"text": f"{q} {a}"}, {"text": "a\u200bb"}, "TXT001", "/text"),
    ("text-label", lambda q, a, n: {"text": q, "label": ("water", "land")[n % 2]}, {"text": ""}, "SHP005", "/text"),
]


IDS = [f"{name} {number}" for number, (name, *_) in enumerate(CASES)]


def records_of(record, count=120):
    return [record(*said(number), number) for number in range(count)]
