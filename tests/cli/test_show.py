"""`ftlint show`, as a user calls it."""

from __future__ import annotations

import json

import pytest
from command import ftlint
from toys import CHATML, folder, talk


@pytest.fixture
def data(tmp_path):
    records = [
        talk(("user", "Which river?"), ("assistant", "The old river.\nIt is long.")),
        talk(("user", "the bridge " * 60), ("assistant", "Yes.")),
        {"prompt": 1},
    ]
    file = tmp_path / "data.jsonl"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return file


@pytest.fixture
def tokenizer(tmp_path):
    return folder(tmp_path / "tokenizer", CHATML)


def show(*arguments):
    result = ftlint("show", "--isolated", *arguments, cwd=".")
    assert result.returncode == 0, result.stderr
    return result.stdout.decode()


def test_text(data, tokenizer):
    got = show(data, "--tokenizer", tokenizer, "--learns", "assistant")
    assert got.splitlines() == [
        f"{data}:1",
        "gpt-4o-mini (estimate): 41 tokens, 17 learned",
        "",
        "          <|im_start|>user",
        "user      Which river?<|im_end|>",
        "          <|im_start|>assistant",
        "assistant [The old river.]",
        "          [It is long.<|im_end|>]",
        "",
        "",
        "[learned]",
    ]


def test_json(data, tokenizer):
    [made] = json.loads(show(data, "--tokenizer", tokenizer, "--learns", "assistant", "--limit", "30", "--output", "json"))
    assert list(made) == [
        *("path", "line", "target", "estimate", "text", "tokens", "learned", "total", "limit", "cut", "lost", "error", "outcome"),
    ]
    assert list(made["tokens"][0]) == ["id", "text", "learned", "message", "why"]
    assert made["learned"] == sum(token["learned"] for token in made["tokens"])
    assert made["total"] == len(made["tokens"])
    assert made["cut"] == {"from": 30, "side": "right"}
    assert (made["path"], made["line"], made["outcome"]) == (str(data), 1, "trained")


def test_html_needs_nothing_else(data, tokenizer, tmp_path):
    page = tmp_path / "page.html"
    assert show(data, "--tokenizer", tokenizer, "--target", "trl", "--target", "axolotl", "--output", f"html={page}") == ""
    text = page.read_text("utf-8")
    assert text.count('<section class="record">') == 2
    assert "trl@1.16" in text
    assert not any(word in text for word in ("<script", "http:", "https:", "@import", "url("))
    assert "&lt;|im_start|&gt;" in text


def test_targets_stand_side_by_side(data):
    lines = show(data, "--target", "trl", "--target", "axolotl").splitlines()
    left, right = lines[1].split(" │ ")
    assert left.startswith("trl@1.16")
    assert right.startswith("axolotl@0.19")


def test_the_records_that_lose_most(data, tokenizer):
    got = show(data, "--tokenizer", tokenizer, "--learns", "assistant", "--limit", "100", "--worst")
    assert got.startswith(f"{data}:2\n")
    assert "longer than 100 tokens" in got
    assert "[learned] {cut off}" in got


def test_the_records_with_a_finding(data, tokenizer):
    options = ("--tokenizer", tokenizer, "--learns", "assistant", "--limit", "100")
    assert show(data, *options, "--rule", "LRN001").startswith(f"{data}:2\n")
    result = ftlint("show", "--isolated", data, *options, "--rule", "LRN003", cwd=".")
    assert (result.returncode, b"LRN003 finds nothing" in result.stderr) == (2, True)


def test_the_first_record_is_shown(tmp_path):
    file = tmp_path / "data.jsonl"
    file.write_text("\n\n" + json.dumps(talk(("user", "a"), ("assistant", "b"))) + "\n")
    assert show(file).startswith(f"{file}:3\n")
    assert show(file, "--line", "3", "--line", "3").count(f"{file}:3") == 1
    file.write_text("\n")
    result = ftlint("show", "--isolated", file, cwd=".")
    assert (result.returncode, b"it is empty" in result.stderr) == (2, True)


def test_what_a_terminal_would_obey_is_shown(tmp_path):
    file = tmp_path / "data.jsonl"
    file.write_text(json.dumps(talk(("user", "\x1b[2J"), ("assistant", "a\tb"))))
    got = show(file)
    assert "\\x1b[2J" in got
    assert "\x1b" not in got


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--line", "3"), "line 3: not a chat record"),
        (("--line", "9"), "it has no line 9"),
        (("--line", "1", "--worst"), "use one of"),
        (("--worst", "--limit", "9999"), "no record loses learned tokens"),
        (("--output", "pdf"), "text, json, html"),
        (("--tokenizer", "nowhere"), "nowhere: no tokenizer is there"),
        (("--target", "nobody"), "nobody"),
        (("--limit", "0"), "limit"),
    ],
)
def test_bad_input(data, arguments, words):
    result = ftlint("show", "--isolated", data, *arguments, cwd=".")
    assert (result.returncode, result.stdout) == (2, b"")
    assert words in result.stderr.decode()
    assert len(result.stderr.splitlines()) == 1
