"""Evaluation sets in the training data: every form of an evaluation set, and what the command says."""

import gzip
import json
import unicodedata

import pytest
from command import ftlint as ftlint_command

import ftlint

QUESTION = "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May."
FORMS = {
    "questions.jsonl": json.dumps({"question": QUESTION, "choices": ["72", "24"], "answer": 0}),
    "chat.jsonl": json.dumps({"messages": [{"role": "user", "content": [{"type": "text", "text": QUESTION}]}]}),
    "texts.jsonl": json.dumps(QUESTION),
    "deep.jsonl": json.dumps({"doc": {"rows": [{"id": 7, "q": QUESTION.upper()}]}}),
    "plain.txt": QUESTION,
}


@pytest.fixture
def train(tmp_path):
    rows = [{"prompt": f"the town of number {i} ->", "completion": f" answer {i}"} for i in range(50)]
    rows[30]["prompt"] = f"Please answer. {QUESTION} ->"
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def found_in(train, **settings):
    return [one for one in ftlint.check(train, **settings).findings if one.code == "SPL007"]


@pytest.mark.parametrize("form", FORMS)
def test_an_evaluation_set_of_any_form_is_compared(train, tmp_path, form):
    other = tmp_path / form
    other.write_text(f"\n{FORMS[form]}\n")
    [finding] = found_in(train, against=[str(other)])
    assert (finding.line, finding.pointer, finding.level) == (31, "/prompt", "error")
    words = "natalia sold clips to 48 of her friends in april and then she"
    assert finding.message == f'text of {other}:2: "{words}"'


def test_packed_sets_and_sets_of_many_blocks_are_compared(train, tmp_path, monkeypatch):
    other = tmp_path / "eval.jsonl.gz"
    lines = [json.dumps({"q": f"an evaluation question about the hill of number {i}"}) for i in range(100)]
    other.write_bytes(gzip.compress("\n".join([*lines, FORMS["questions.jsonl"]]).encode()))
    monkeypatch.setattr("ftlint_rules.split._runs.BLOCK", 500)
    [finding, info] = sorted(found_in(train, against=[str(other)]), key=lambda one: one.level)
    assert "eval.jsonl.gz:101: " in finding.message
    assert info.message == "100 lines of 101 in the evaluation sets cannot be compared: fewer than 13 words"


def test_the_first_of_several_sets_is_named(train, tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(FORMS["questions.jsonl"])
    [finding] = found_in(train, against=[str(tmp_path / "b.jsonl"), str(tmp_path / "a.jsonl")])
    assert "b.jsonl:1: " in finding.message


def test_conversations_are_compared_message_by_message(tmp_path):
    talk = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": QUESTION}]
    (tmp_path / "chat.jsonl").write_text(json.dumps({"messages": talk}))
    (tmp_path / "eval.txt").write_text(QUESTION)
    [finding] = found_in(tmp_path / "chat.jsonl", against=[str(tmp_path / "eval.txt")])
    assert finding.pointer == "/messages/1/content"


def test_processes_say_the_same(train, tmp_path):
    (tmp_path / "eval.jsonl").write_text(FORMS["questions.jsonl"])
    reports = [
        ftlint_command("check", "train.jsonl", "--against", "eval.jsonl", "--output", "json", "--jobs", jobs, cwd=tmp_path)
        for jobs in ("1", "2")
    ]
    assert reports[0].stdout == reports[1].stdout
    assert b"SPL007" in reports[0].stdout


def test_only_records_that_share_words_are_dropped_and_only_on_request(train, tmp_path):
    (tmp_path / "eval.jsonl").write_text(FORMS["questions.jsonl"])
    command = ("check", "train.jsonl", "--against", "eval.jsonl", "--select", "SPL007", "--fix", "--unsafe-fixes")
    before = train.read_bytes().splitlines()
    ftlint_command(*command, cwd=tmp_path)
    assert train.read_bytes().splitlines() == before
    ftlint_command(*command, "--fixable", "SPL007", cwd=tmp_path)
    assert train.read_bytes().splitlines() == before[:30] + before[31:]


def test_a_set_that_cannot_be_read_ends_the_command(train, tmp_path):
    result = ftlint_command("check", "train.jsonl", "--against", "missing.jsonl", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr == b"ftlint: cannot read missing.jsonl: No such file or folder\n"


def test_the_command_that_repairs_names_the_sets(train, tmp_path):
    (tmp_path / "eval.jsonl").write_text(FORMS["questions.jsonl"])
    result = ftlint_command("check", "train.jsonl", "--against", "eval.jsonl", "--select", "SPL007", cwd=tmp_path)
    assert b"--fixable SPL007 --against eval.jsonl train.jsonl" in result.stdout


@pytest.mark.parametrize(("content", "said"), [(b"", "holds no texts"), (QUESTION.encode("utf-16"), "is not UTF-8")])
def test_a_set_that_has_nothing_to_compare_is_an_error(train, tmp_path, content, said):
    (tmp_path / "eval.txt").write_bytes(content)
    with pytest.raises(ftlint.InputError, match=said):
        ftlint.check(train, against=[str(tmp_path / "eval.txt")])


def test_the_words_that_are_shown_are_not_those_that_all_records_share(tmp_path):
    shared = "please read the following question with care and answer it as well as you can"
    questions = [f"{shared}: {QUESTION.replace('clips', f'clip{i}').replace('friends', f'friend{i}')}" for i in range(40)]
    (tmp_path / "eval.txt").write_text("\n".join(questions))
    (tmp_path / "t.jsonl").write_text(json.dumps({"prompt": f"{questions[7]} ->", "completion": " x"}) + "\n")
    [finding] = found_in(tmp_path / "t.jsonl", against=[str(tmp_path / "eval.txt")])
    assert "eval.txt:8" in finding.message
    assert "clip7" in finding.message


def test_forms_of_unicode_are_the_same(tmp_path):
    text = "le caf\u00e9 o\u00f9 nous avons mang\u00e9 des cr\u00eapes l'\u00e9t\u00e9 dernier \u00e9tait ferm\u00e9 ce matin"
    (tmp_path / "eval.txt").write_text(unicodedata.normalize("NFD", text))
    (tmp_path / "t.jsonl").write_text(json.dumps({"prompt": f"{text} ->", "completion": " x"}) + "\n")
    assert len(found_in(tmp_path / "t.jsonl", against=[str(tmp_path / "eval.txt")])) == 1


def test_a_validation_file_that_is_broken_or_empty_is_the_matter_of_other_rules(train, tmp_path):
    for content in (b"", b"\x80\n", f'{{"prompt": "{QUESTION} ->", "completion": " x"}}\n\x80\n'.encode("latin-1")):
        (tmp_path / "valid.jsonl").write_bytes(content)
        report = ftlint.check(train, valid=tmp_path / "valid.jsonl", select=["SPL007"])
        assert not report.failures
        assert len(report.findings) == (QUESTION.encode() in content)
