"""Records of one shape as another: there and back again, and nothing is lost silently."""

from __future__ import annotations

import json

import pytest
from command import ftlint as run_ftlint
from shapes import CASES, IDS, records_of

CHAT = [
    {"messages": [{"role": "system", "content": "Be brief."}, *turns], "id": number}
    for number in range(12)
    for turns in [
        [{"role": "user", "content": f"What of {number}?"}, {"role": "assistant", "content": f"It is {number}."}]
        * (1 + number % 2)
    ]
]
PAIR = [{"question": f"What of {number}?", "answer": f"It is {number}.", "id": number} for number in range(12)]
LOSSY = {"preference", "preference-sharegpt", "kto", "kto-sharegpt", "stepwise", "reinforcement", "text"}


def converted(folder, records, to, *options):
    (folder / "from.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    done = run_ftlint("convert", "from.jsonl", "-o", "to.jsonl", "--force", "--to", to, *options, cwd=folder)
    lines = (folder / "to.jsonl").read_text().splitlines() if done.returncode == 0 else []
    return done, [json.loads(line) for line in lines]


@pytest.mark.parametrize("shape", ["sharegpt", "alpaca", "conversations", "prompt-completion-messages"])
def test_conversations_come_back_as_they_were(tmp_path, shape):
    done, made = converted(tmp_path, CHAT, shape)
    assert done.returncode == 0, done.stderr
    assert [one["id"] for one in made] == list(range(12))
    assert converted(tmp_path, made, "chat")[1] == CHAT


@pytest.mark.parametrize(
    "shape", ["chat", "sharegpt", "alpaca", "conversations", "prompt-completion", "prompt-completion-messages"]
)
def test_pairs_come_back_as_they_were(tmp_path, shape):
    _, made = converted(tmp_path, PAIR, shape)
    assert converted(tmp_path, made, "question-answer")[1] == PAIR


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_every_shape_becomes_a_conversation_or_says_why_not(tmp_path, case):
    name, record, *_ = case
    records = records_of(record, 20)
    done, made = converted(tmp_path, records, "chat")
    if name in LOSSY and not (name in {"reinforcement", "text", "stepwise"} and done.returncode == 0):
        assert done.returncode == 2
        assert b"nothing was written" in done.stderr
        assert not (tmp_path / "to.jsonl").exists()
    else:
        assert len(made) == 20, done.stderr
        texts = json.dumps(records)
        assert all(json.dumps(turn["content"])[1:-1] in texts for one in made[:1] for turn in one["messages"][-1:])


def test_tools_and_calls_stay_or_are_refused(tmp_path):
    call = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c", "type": "function", "function": {"name": "t", "arguments": "{}"}}],
    }
    tools = [{"type": "function", "function": {"name": "t"}}]
    records = [{"messages": [{"role": "user", "content": f"{n}?"}, call], "tools": tools} for n in range(5)]
    assert converted(tmp_path, records, "conversations")[1][0] == {"conversations": records[0]["messages"], "tools": tools}
    done, _ = converted(tmp_path, records, "sharegpt")
    assert done.returncode == 2
    assert b"from.jsonl, line 1: a message is more than a role and a text" in done.stderr


def test_a_line_that_is_no_record_is_named(tmp_path):
    done, _ = converted(tmp_path, [*CHAT, {"messages": "x"}], "sharegpt")
    assert b"from.jsonl, line 13: it is no chat record" in done.stderr
    assert b"did you mean chat?" in converted(tmp_path, CHAT, "chatt")[0].stderr


def test_no_digit_and_no_space_is_lost(tmp_path):
    records = [{**CHAT[0], "id": 2**70 + number} for number in range(8)]
    records[3] = {**records[3], "messages": [{"role": "user", "content": "  \n"}, {"role": "assistant", "content": "Yes."}]}
    _, made = converted(tmp_path, records, "sharegpt")
    assert [one["id"] for one in made] == [2**70 + number for number in range(8)]
    assert made[3]["conversations"][0]["value"] == "  \n"


def test_a_repeated_key_is_not_converted(tmp_path):
    lines = [json.dumps(one) for one in CHAT]
    lines[4] = lines[4][:-1] + ', "id": 1}'
    (tmp_path / "a.jsonl").write_text("".join(line + "\n" for line in lines))
    done = run_ftlint("convert", "a.jsonl", "-o", "to.jsonl", "--to", "sharegpt", cwd=tmp_path)
    assert done.returncode == 2
    assert b"line 5: a key is repeated" in done.stderr
    assert not (tmp_path / "to.jsonl").exists()
