"""Every dialect: a clean file is clean, a fault is found at its place, and split, profile, pandera and repairs work for all."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import polars as pl
import pytest
from test_cli import ftlint as run_ftlint

import ftlint
from ftlint import dialects
from ftlint.integrations import pandera as schemas

ROOT = Path(__file__).parent.parent


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
every_dialect = pytest.mark.parametrize("case", CASES, ids=IDS)


def records_of(record, count=120):
    return [record(*said(number), number) for number in range(count)]


@every_dialect
def test_a_clean_file_is_clean_and_repairs_leave_it_alone(case):
    name, record, *_ = case
    records = records_of(record)
    report = ftlint.check(records)
    assert report.survey.dialect == name
    assert not report.failures
    assert {found.code for found in report.findings if found.level != "info"} <= {"LBL004"}
    fixed, _ = ftlint.fix(records, unsafe=True)
    assert fixed == records


@every_dialect
def test_a_fault_is_found_at_its_place(case):
    _, record, fault, codes, pointer = case
    records = records_of(record)
    records[6] = {**records[6], **fault}
    found = [one for one in ftlint.check(records).findings if one.line == 7 and one.code in codes.split("|")]
    assert [one.pointer for one in found] == [pointer], [
        (one.code, one.line, one.pointer, one.message) for one in ftlint.check(records).findings
    ]


@every_dialect
def test_a_repeated_record_and_a_leak_are_found(case):
    _, record, *_ = case
    records = records_of(record)
    report = ftlint.check([*records, records[4]], select=["DUP"])
    assert [(one.code, one.line) for one in report.findings if one.level != "info"] == [("DUP001", 121)]
    leaks = ftlint.check(records, valid=[records[5]], select=["SPL001"])
    assert [one.line for one in leaks.findings] == [1]


@every_dialect
def test_it_is_split_and_profiled(case, tmp_path):
    name, record, *_ = case
    records = records_of(record)
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    assert run_ftlint("split", "--isolated", "data.jsonl", cwd=tmp_path).returncode == 0
    parts_made = [(tmp_path / f"data.{part}.jsonl").read_text().splitlines() for part in ("train", "valid")]
    assert sorted(map(json.loads, (line for part in parts_made for line in part)), key=json.dumps) == sorted(
        records, key=json.dumps
    )
    made = json.loads(run_ftlint("profile", "--isolated", "--output", "json", "data.jsonl", cwd=tmp_path).stdout)
    assert (made["dialect"], made["records"], made["left_out"]) == (name, 120, 0)
    assert (made["recipe"] is None) == (name not in {"prompt-completion", "chat"})
    assert made["tokens"]["total"] > 120


@every_dialect
def test_frames_of_it_are_validated_by_pandera(case):
    name, record, *_ = case
    records = records_of(record, 20)
    schemas.schema(name).validate(pl.DataFrame(records))


@pytest.mark.parametrize("dialect", [one for one in dialects.known() if one.checked], ids=lambda one: one.name)
def test_its_example_is_a_record_of_it(dialect):
    report = ftlint.check(f"{dialect.example}\n".encode())
    assert report.survey.dialect == dialect.name
    assert {one.code for one in report.findings} <= {"SIZ001", "LBL006", "LBL004", "SEP004", "CMP004"}


def constants(path):
    """Yield the strings that code compares with, or looks for in a tuple, outside of examples."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Compare):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    yield inner.value


def test_no_code_compares_the_name_of_a_dialect():
    names = set(dialects.names()) - {"text", "tokens", "chat"}
    files = [path for folder in ("ftlint", "rules") for path in (ROOT / folder).rglob("*.py") if path.parent.name != "dialects"]
    found = {path.name: names & set(constants(path)) for path in files}
    assert not {name: used for name, used in found.items() if used}
