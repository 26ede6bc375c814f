"""What a repair of one record, file or shard must not do to another; and what it says must be what it does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import ftlint

FTLINT = str(Path(sys.executable).with_name("ftlint"))


def dumped(records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def loaded(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def rows(count, end=" ->", answer="real {i} answer END", first=0):
    return [{"prompt": f"item {i}{end}", "completion": f" {answer.format(i=i)}"} for i in range(first, first + count)]


@pytest.fixture
def pair(tmp_path):
    def fix(train, valid, *options):
        (tmp_path / "t.jsonl").write_bytes(dumped(train))
        (tmp_path / "v.jsonl").write_bytes(dumped(valid))
        command = [FTLINT, "check", "--isolated", "--fix", "--unsafe-fixes", "--valid", "v.jsonl", *options, "t.jsonl"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        return loaded(tmp_path / "t.jsonl"), loaded(tmp_path / "v.jsonl"), " ".join(result.stdout.decode().split())

    return fix


def test_a_further_key_of_one_file_is_the_answer_of_the_other(pair):
    train = [{**record, "label": "junk"} for record in rows(12)]
    valid = [{"prompt": f"thing {i} ->", "label": f" vv {i} answer END"} for i in range(6)]
    fixed_train, fixed_valid, _ = pair(train, valid)
    assert fixed_train == train, "trainers read a label, and a key is not renamed to one that is there"
    assert fixed_valid == [{"prompt": record["prompt"], "completion": record["label"]} for record in valid]


def test_two_repairs_of_a_separator_do_not_fight(pair):
    train = [*rows(30), {"prompt": "a -> b ->", "completion": " real answer END"}]
    valid = rows(6, " >>>", first=50)
    fixed_train, fixed_valid, _ = pair(train, valid, "--fixable", "separator-in-text")
    new = "\n\n###\n\n"
    assert [record["prompt"] for record in fixed_train] == [record["prompt"].removesuffix(" ->") + new for record in train]
    assert [record["prompt"] for record in fixed_valid] == [record["prompt"].removesuffix(" >>>") + new for record in valid]


def test_a_validation_file_loses_its_own_ending_when_both_get_one(pair):
    plain = [{"prompt": f"what is number {i}", "completion": f" it is {i} END"} for i in range(30)]
    fixed_train, fixed_valid, _ = pair(plain, rows(20, " ->", first=50))
    assert fixed_train == [{**record, "prompt": record["prompt"] + "\n\n###\n\n"} for record in plain]
    assert fixed_valid == rows(20, "\n\n###\n\n", first=50)
    without = rows(30, answer="other {i} answer{i}")
    _, fixed_valid, _ = pair(without, rows(20, answer="other {i} answer{i} ###", first=50))
    assert fixed_valid == rows(20, answer="other {i} answer{i} END", first=50)


def test_what_differs_in_the_validation_file_is_mended_there_alone(pair):
    train = [*rows(40), {"prompt": "see ==>", "completion": " on the WEEKEND"}]
    fixed_train, fixed_valid, _ = pair(train, rows(20, answer="real {i} answer ###", first=50), "--unfixable", "SEP001")
    assert fixed_train == train
    assert fixed_valid == rows(20, first=50)


def test_a_stop_that_only_the_validation_file_has_is_left(pair):
    train = rows(40, answer="it is so {i}")
    _, fixed_valid, text = pair(train, rows(20, "\n\n###\n\n", first=50), "--unfixable", "CMP006")
    assert fixed_valid == rows(20, first=50)
    assert 'the stop of the validation file is " END"; the training file has none' in text
    assert "SPL003 split-mismatch · 20 repaired, 1 left" in text


def test_no_file_of_several_is_emptied(tmp_path):
    (tmp_path / "t.jsonl").write_bytes(dumped(rows(40)))
    (tmp_path / "va.jsonl").write_bytes(dumped(rows(8)))
    (tmp_path / "vb.jsonl").write_bytes(dumped([*rows(30, first=100), *rows(2)]))
    (tmp_path / "ftlint.toml").write_text('[[dataset]]\ntrain = ["t.jsonl"]\nvalid = ["v*.jsonl"]\n')
    command = [FTLINT, "check", "--fix", "--unsafe-fixes", "--fixable", "SPL001"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert loaded(tmp_path / "va.jsonl") == rows(8)
    assert loaded(tmp_path / "vb.jsonl") == rows(30, first=100)
    assert "8 of 8 validation records would go" in result.stdout.decode()


def test_what_is_ignored_in_a_file_is_not_repaired_in_it(tmp_path):
    odd = {"prompt": "odd ->", "completion": " real 1 answer END "}
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(dumped([*rows(20), odd, {**rows(21)[-1], f"key {name}": 1}]))
    text = '[[dataset]]\ntrain = ["*.jsonl"]\n[per-file-ignores]\n"a.jsonl" = ["CMP003", "SHP003"]\n'
    (tmp_path / "ftlint.toml").write_text(text)
    report = json.loads(
        subprocess.run([FTLINT, "check", "--output", "json"], cwd=tmp_path, capture_output=True, check=False).stdout
    )
    unknown = [(f["path"], f["line"], f["args"]["key"]) for f in report["findings"] if f["code"] == "SHP003"]
    assert unknown == [("b.jsonl", 22, "key b.jsonl")]
    subprocess.run([FTLINT, "check", "--fix"], cwd=tmp_path, capture_output=True, check=False)
    assert loaded(tmp_path / "a.jsonl")[20] == odd
    assert loaded(tmp_path / "b.jsonl")[20] == {**odd, "completion": " real 1 answer END"}


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_what_becomes_records_late_is_judged_by_all_of_them(tmp_path, charset):
    records = [
        {"prompt": f"text {i}{' ->' if i % 6 else ''}", "label": f" an answer {i}{' END' if i % 7 else ''}"} for i in range(60)
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes(json.dumps(records, indent=1).encode(charset))
    _, report = ftlint.fix(path, unsafe=True)
    assert (report.survey.known.separator.text, report.survey.known.stop.text) == (" ->", " END")
    expected = [(f"text {i} ->", f" an answer {i} END") for i in range(60)]
    assert [(record["prompt"], record["completion"]) for record in loaded(path)] == expected
    assert report.counts == ftlint.check(path).counts


def test_a_json_document_is_left_alone(tmp_path):
    lines = ",\n".join(json.dumps(record) for record in rows(120))
    documents = {
        "a.json": f'{{"train":\n[\n{lines}\n]}}\n',
        "b.jsonl": f"[[\n{lines}\n]]\n",
        "c.jsonl": f'["header",\n{lines}\n]\n',
        "d.jsonl": f'{{"train":\n[\n{lines}\n],\n"valid":\n[\n{lines}\n]}}\n',
        "e.jsonl": f"// c\n[\n{lines}\n]\n",
        "f.jsonl": f"const data = [\n{lines}\n];\n",
        "g.json": json.dumps(rows(20)),
        "h.json": json.dumps(rows(20), indent=1),
    }
    for name, text in documents.items():
        (tmp_path / name).write_text(text)
        ftlint.fix(tmp_path / name)
        assert (tmp_path / name).read_text() == text, name
    wide = json.dumps(rows(20), indent=1).encode("utf-16")
    (tmp_path / "i.json").write_bytes(wide)
    ftlint.fix(tmp_path / "i.json", unsafe=True)
    assert json.loads((tmp_path / "i.json").read_text("utf-8")) == rows(20)


def test_that_cutting_may_make_records_equal_is_said_before(tmp_path):
    long = "shared boilerplate text " * 800
    records = [{"prompt": f"Question {i}: {long}->", "completion": (" good", " bad")[i % 2]} for i in range(12)]
    (tmp_path / "a.jsonl").write_bytes(dumped(records))
    shown = subprocess.run([FTLINT, "check", "--isolated", "a.jsonl"], cwd=tmp_path, capture_output=True, check=False).stdout
    assert "more may be found, and repaired, when this is done" in shown.decode()
    _, report = ftlint.fix(records, unsafe=True, target="davinci")
    assert (report.fixed["TOK001"], report.fixed["DUP001"]) == (12, 10)


def test_what_is_no_longer_over_the_limit_is_not_cut():
    blanks = [{"prompt": f"q{i} ->" + "\t\n" * 3000, "completion": " a"} for i in range(12)]
    assert len(ftlint.fix(blanks, unsafe=True)[0]) == 12


@pytest.mark.parametrize(
    ("prompt", "fixed"),
    [
        ("## Notes ###\n\n###", "## Notes ###\n\n###\n\n"),
        ("x\x1f", "x\x1f\n\n###\n\n"),
        ("x \x1c\n\n###", "x \x1c\n\n###\n\n"),
        ("\u3000x\u00a0", "\u3000x\n\n###\n\n"),
    ],
)
def test_only_white_space_goes_and_one_mark_is_the_separator(prompt, fixed):
    records = [{"prompt": f"# Heading {i} #\n\n###\n\n", "completion": " good END"} for i in range(60)]
    out, _ = ftlint.fix([*records, {"prompt": prompt, "completion": " good END"}])
    assert out[-1]["prompt"] == fixed
    answers = [{**record, "completion": " this good END"} for record in records]
    out, _ = ftlint.fix([*answers, {**answers[0], "completion": "\x1fso THE END\nEND"}])
    assert out[-1]["completion"] == " \x1fso THE END END"


def test_no_rename_where_two_keys_compete():
    records = [{"prompt": f"q{i} ->", "Completion": f"a long answer {i}", "completion ": "x"} for i in range(20)]
    assert ftlint.fix(records, unsafe=True, ignore=["SHP003"])[0] == records
    assert {finding.applicability for finding in ftlint.check(records, select=["SHP001"]).findings} == {None}


def test_wide_white_space_is_the_separators():
    records = [{"prompt": f"q{i} ->" + " " * 100, "completion": " good"} for i in range(40)]
    report = ftlint.check(records)
    assert report.survey.known.separator.share == 1
    assert not report.counts["SEP001"]


def test_numbers_in_reports_are_of_records(tmp_path):
    records = [{**record, "a": 1, "b": 2, "c": 3, "d": 4} for record in rows(120)]
    (tmp_path / "k.jsonl").write_bytes(dumped(records))
    shown = subprocess.run([FTLINT, "check", "--isolated", "k.jsonl"], cwd=tmp_path, capture_output=True, check=False).stdout
    text = " ".join(shown.decode().split())
    assert "4 unknown keys · fix on request of 120 records" in text
    assert "4 on request: ftlint check --fix --unsafe-fixes --fixable SHP003 --isolated k.jsonl" in text
    mixed = [*rows(60, answer="it is so {i}"), *({"prompt": "x", "response": "y"} for _ in range(50))]
    (tmp_path / "m.jsonl").write_bytes(dumped(mixed))
    shown = subprocess.run([FTLINT, "check", "--isolated", "m.jsonl"], cwd=tmp_path, capture_output=True, check=False).stdout
    assert 'unsafe fix of 60 records: every completion ends with " END"' in " ".join(shown.decode().split())


def test_many_equal_prompts_in_both_files_take_no_time():
    train = [{"prompt": "Hello there ->", "completion": f" answer {i}"} for i in range(20_000)]
    valid = [{"prompt": "hello there ->", "completion": f" answer {i}"} for i in range(20_000)]
    report = ftlint.check(iter(train), valid=iter(valid), select=["SPL001"])
    assert report.counts == {"SPL001": 20_000}
    assert report.findings[-1].related[0].line == 1


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [(r'stop="\q"', "--config stop="), (r'separator="\ud800"', "--config separator="), ('target=""', "target is empty")],
)
def test_a_setting_that_is_no_text_is_exit_code_2(tmp_path, setting, sentence):
    (tmp_path / "a.jsonl").write_bytes(dumped(rows(20)))
    result = subprocess.run([FTLINT, "check", "--config", setting, "a.jsonl"], cwd=tmp_path, capture_output=True, check=False)
    assert (result.returncode, sentence in result.stderr.decode()) == (2, True)


def test_a_quote_may_be_escaped_and_need_not():
    from ftlint.config import unescaped  # noqa: PLC0415 - what this test is about

    for text in (r"\"x", '"x'):
        assert unescaped("stop", text) == '"x'
    assert unescaped("stop", r"\\") == "\\"
