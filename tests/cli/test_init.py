"""`ftlint init`, as a user calls it."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from command import ftlint

from ftlint.config import validated

PAIR = '{{"prompt": "thing {} is\\n\\n###\\n\\n", "completion": " {} END"}}\n'
TALK = '{{"messages": [{{"role": "user", "content": "{}?"}}, {{"role": "assistant", "content": "Yes, {}."}}]}}\n'


def pairs(count, start=0):
    return "".join(PAIR.format(number, ("yes", "no")[number % 2]) for number in range(start, start + count))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data" / "shards").mkdir(parents=True)
    (tmp_path / "data" / "food_train.jsonl").write_text(pairs(120))
    (tmp_path / "data" / "food_valid.jsonl").write_text(pairs(20, 500))
    for shard in range(2):
        text = "".join(TALK.format(f"{shard} {number}", number) for number in range(30))
        (tmp_path / "data" / "shards" / f"train-0000{shard}-of-00002.jsonl").write_text(text)
    (tmp_path / "data" / "shards" / "test-00000-of-00001.jsonl").write_text(TALK.format("other", "other"))
    (tmp_path / "odd [1].jsonl").write_text(TALK.format("a", "b"))
    (tmp_path / "events.jsonl").write_text('{"at": 1, "what": "click"}\n')
    return tmp_path


def written(folder):
    return (folder / "ftlint.toml").read_text("utf-8")


def test_it_says_which_files_belong_together(folder):
    result = ftlint("init", cwd=folder)
    assert result.returncode == 0, result.stderr
    settings = validated(tomllib.loads(written(folder)), "ftlint.toml")
    assert [(table.train, table.valid) for table in settings.dataset] == [
        (["odd [[]1].jsonl"], []),
        (["data/food_train.jsonl"], ["data/food_valid.jsonl"]),
        (
            ["data/shards/train-00000-of-00002.jsonl", "data/shards/train-00001-of-00002.jsonl"],
            ["data/shards/test-00000-of-00001.jsonl"],
        ),
    ]
    assert "left out events.jsonl: no records of a known shape" in result.stdout.decode()
    assert not (folder / ".pre-commit-config.yaml").exists(), "it is offered in a git repository"


def test_what_is_a_comment_was_inferred(folder):
    ftlint("init", cwd=folder)
    before = ftlint("check", "--output", "json", cwd=folder)
    head, *tables = written(folder).split("[[dataset]]")
    assert '# separator = "\\n\\n###\\n\\n"' in tables[1]
    assert '# stop = " END"' in tables[1]
    pinned = [re.sub(r"^# (?=(?:dialect|target|separator|stop) = )", "", table, flags=re.MULTILINE) for table in tables]
    (folder / "ftlint.toml").write_text("[[dataset]]".join([head, *pinned]), "utf-8")
    after = ftlint("check", "--output", "json", cwd=folder)
    assert json.loads(before.stdout)["findings"] == json.loads(after.stdout)["findings"]
    assert before.returncode == after.returncode


def test_hook_and_workflow_in_a_repository(folder):
    (folder / ".git").mkdir()
    (folder / ".pre-commit-config.yaml").write_text("repos: []\n")
    result = ftlint("init", "--yes", cwd=folder)
    assert "ftlint/ftlint@v" in (folder / ".github" / "workflows" / "data.yml").read_text()
    assert (folder / ".pre-commit-config.yaml").read_text() == "repos: []\n", "what is there stays as it is"
    assert "- id: ftlint-dataset" in result.stdout.decode()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"ftlint.toml": 'target = "ada"\n', "a.jsonl": PAIR.format(1, "yes")}, "ftlint.toml is there already"),
        ({"events.jsonl": '{"at": 1}\n'}, "no data found: events.jsonl: no records of a known shape"),
        ({"notes.txt": "x"}, "no .jsonl"),
    ],
)
def test_where_it_writes_nothing(tmp_path, files, sentence):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    result = ftlint("init", cwd=tmp_path)
    assert (result.returncode, sorted(path.name for path in tmp_path.iterdir())) == (2, sorted(files))
    assert sentence in result.stderr.decode()
    assert result.stderr.count(b"\n") == 1


def test_files_of_another_shape_are_no_part_of_a_dataset(tmp_path):
    rows = "".join(json.dumps({"prompt": f"{number} ->", "completion": " a"}) + "\n" for number in range(20))
    talk = json.dumps({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}) + "\n"
    for name, text in {"train.jsonl": rows, "valid.jsonl": rows, "test.jsonl": talk}.items():
        (tmp_path / name).write_text(text)
    assert ftlint("init", "--yes", cwd=tmp_path).returncode == 0
    tables = tomllib.loads((tmp_path / "ftlint.toml").read_text())["dataset"]
    assert [(table["train"], table.get("valid")) for table in tables] == [
        (["test.jsonl"], None),
        (["train.jsonl"], ["valid.jsonl"]),
    ]


def test_a_file_is_trained_on_where_a_part_of_it_was_held_out(tmp_path):
    rows = "".join(json.dumps({"prompt": f"{number} ->", "completion": " a"}) + "\n" for number in range(20))
    for name in ("sports.jsonl", "sports-valid.jsonl", "food.jsonl", "food.train.jsonl", "food.valid.jsonl"):
        (tmp_path / name).write_text(rows)
    assert ftlint("init", "--yes", cwd=tmp_path).returncode == 0
    tables = tomllib.loads((tmp_path / "ftlint.toml").read_text())["dataset"]
    assert sorted((table["train"], table.get("valid")) for table in tables) == [
        (["food.jsonl"], None),
        (["food.train.jsonl"], ["food.valid.jsonl"]),
        (["sports.jsonl"], ["sports-valid.jsonl"]),
    ]
