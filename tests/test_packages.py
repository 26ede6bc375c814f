"""Packages of somebody else: a dialect and rules that come in by entry points, as if they were installed."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import pytest
from paths import TESTS

from ftlint.testing import broken_examples, findings

PACKAGES = TESTS / "packages"


@pytest.fixture
def run(tmp_path):
    """Run ftlint where the package is installed; the file's records are given."""

    def ran(*arguments, records=(), folder=PACKAGES):
        path = tmp_path / "data.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        paths = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        command = [sys.executable, "-m", "ftlint", *arguments, *([str(path)] if records else [])]
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": paths})
        return result, path

    return ran


def dialogue(number, **more):
    return {"question": f"How is item {number}?", "reply": f"It is as item {number} was.", **more}


def test_a_dialect_of_somebody_else_is_recognised_and_checked(run):
    records = [dialogue(number) for number in range(120)]
    records[3]["question"] = "Tell me"
    records[5]["reply"] = "It\u200bs fine."
    records[7] = dialogue(2)
    records[6] = {"question": records[1]["question"], "reply": "nan"}
    records[8] = {"question": 3, "reply": "x"}
    records[9] = {"question": "only this?"}
    result, _ = run("check", "--isolated", "--output", "json", records=records)
    found = {(one["code"], one["line"]): one for one in json.loads(result.stdout)["findings"] if one.get("line")}
    assert result.returncode == 1, result.stderr
    wanted = {("DLG001", 4), ("TXT001", 6), ("DUP001", 8), ("SHP002", 9), ("SHP001", 10)}
    assert wanted <= set(found)
    assert found["DLG001", 4]["pointer"] == "/question"
    assert found["TXT001", 6]["pointer"] == "/reply"
    assert found["TXT004", 7]["pointer"] == found["DUP002", 7]["pointer"] == "/reply"
    grouped, _ = run("check", "--isolated", records=records)
    assert "120 dialogue records" in " ".join(grouped.stdout.split())


def test_records_of_a_dialect_of_somebody_else_are_repaired(run):
    records = [dialogue(number, reply=f"It\u200bs {number}") for number in range(20)]
    result, path = run("check", "--isolated", "--fix", "--unsafe-fixes", "--select", "TXT001", records=records)
    assert result.returncode == 0, result.stdout + result.stderr
    assert [json.loads(line)["reply"] for line in path.read_text().splitlines()] == [f"Its {number}" for number in range(20)]


def test_a_rule_of_somebody_else_is_explained(run):
    text = run("rule", "DLG001", "--output", "json")[0].stdout
    rule = json.loads(text)
    assert (rule["name"], rule["family"]) == ("no-question", "ftlint_dialogue")
    assert rule["documentation"] == "https://example.org/rules/no-question/"


def test_examples_run_without_the_package_being_installed():
    # By its file: on the path it would be an installed package, for the rest of this process.
    spec = importlib.util.spec_from_file_location("ftlint_dialogue", PACKAGES / "ftlint_dialogue.py")
    ftlint_dialogue = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ftlint_dialogue)

    class Shouting(ftlint_dialogue.NoQuestion):
        """A rule for prompts and completions."""

        code = "DLG002"
        dialects = None
        message = "wrong"
        examples = ()

        def violates(self, context):
            import polars as pl  # noqa: PLC0415 - only here

            return pl.col("input").str.contains("!")

        def explain(self, row, context):
            return super().explain(row, context)

    lines = ['{"prompt": "Hey! ->", "completion": " x"}', '{"prompt": "you ->", "completion": " x"}']
    assert [found.line for found in findings(Shouting, lines)] == [1]
    assert broken_examples(Shouting) == []


def test_a_dialect_that_cannot_be_loaded_is_named(run, tmp_path):
    folder = tmp_path / "broken"
    (folder / "bad.dist-info").mkdir(parents=True)
    (folder / "bad.py").write_text("DIALECT = 3\n")
    (folder / "bad.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: bad\nVersion: 1.0\n")
    (folder / "bad.dist-info" / "entry_points.txt").write_text("[ftlint.dialects]\nx = bad:DIALECT\ny = missing:DIALECT\n")
    records = [{"prompt": f"{number} ->", "completion": " yes"} for number in range(5)]
    result, _ = run("check", "--isolated", records=records, folder=folder)
    assert result.returncode == 2
    assert "the dialect of bad:DIALECT cannot be loaded: TypeError: it is a int, not a Dialect" in result.stderr
    assert "the dialect of missing:DIALECT cannot be loaded: ModuleNotFoundError" in result.stderr
    assert "prompt/completion records" in result.stdout


def call(number, **more):
    said = [("caller", f"How is item {number}?"), ("agent", f"It is as item {number} was.")]
    return {"utterances": [{"speaker": speaker, "said": text} for speaker, text in said], **more}


def test_conversations_of_somebody_else_are_like_all_others(run, tmp_path):
    records = [call(number, call_id=str(number)) for number in range(120)]
    records[3]["utterances"][1]["said"] = ""
    records[5]["utterances"].pop()
    records[7]["utterances"][1]["speaker"] = "agnt"
    records[9]["utterances"][0]["said"] = "a\u200bb"
    result, path = run("check", "--isolated", "--output", "json", records=records)
    found = {(one["code"], one["line"]): one["pointer"] for one in json.loads(result.stdout)["findings"] if one.get("line")}
    assert found["CHT004", 4] == "/utterances/1"
    assert found["CHT002", 6] == "/utterances"
    assert found["CHT001", 8] == "/utterances/1/speaker"
    assert found["TXT001", 10] == "/utterances/0/said"
    run("check", "--isolated", "--fix", "--unsafe-fixes", "--select", "CHT001", records=records)
    assert json.loads(path.read_text().splitlines()[7])["utterances"][1]["speaker"] == "agent"
    clean = [call(number) for number in range(60)]
    assert run("split", "--isolated", "--force", records=clean)[0].returncode == 0
    assert "60 call records" in run("profile", "--isolated", records=clean)[0].stdout


def pairs(count, end=" ->"):
    return [{"prompt": f"item {number}{end if number % 9 else ''}", "completion": f" answer {number}"} for number in range(count)]


def test_a_format_of_somebody_else_is_one_of_the_formats(run):
    result, _ = run("check", "--isolated", "--output", "count", "--select", "SEP001", records=pairs(90))
    assert (result.returncode, result.stdout) == (1, "10 findings\n")
    refused, _ = run("check", "--isolated", "--output", "cuont", records=pairs(9))
    assert "did you mean count?" in refused.stderr


def test_an_engine_of_somebody_else_gives_the_same_report_and_repair(run):
    lines = {}
    for name in ("serial", "backwards"):
        report, _ = run("check", "--isolated", "--output", "concise", "--engine", name, records=pairs(90))
        fixed, path = run("check", "--isolated", "--fix", "--unsafe-fixes", "--engine", name, records=pairs(90))
        lines[name] = (report.returncode, report.stdout, fixed.returncode, path.read_bytes())
    assert lines["serial"] == lines["backwards"]
    assert b"item 0 ->" in lines["serial"][-1]
    refused, _ = run("check", "--isolated", "--engine", "backward", records=pairs(9))
    assert (refused.returncode, "did you mean backwards?" in refused.stderr) == (2, True)


def test_a_target_may_name_a_tokenizer_of_somebody_else(run):
    records = [{"prompt": "a" * 30 + " ->", "completion": " b" * (1 + 20 * (number == 3))} for number in range(20)]
    mine = "--config=targets={mine={encoding='letters', limit=60, dialects=['prompt-completion']}}"
    result, _ = run("check", "--isolated", mine, "--target", "mine", "--select", "TOK", "--output", "concise", records=records)
    assert "75 tokens; mine accepts at most 60" in result.stdout, result.stderr + result.stdout
    refused, _ = run("check", "--isolated", mine.replace("letters", "latters"), "--target", "mine", records=records)
    assert (refused.returncode, "did you mean letters?" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--engine", "three"], "the engine three of ftlint_parts:three is not an Engine (int)"),
        (["--output", "three"], "the format three of ftlint_parts:three is not a Format (function)"),
        (["--output", "broken"], "the format broken failed: KeyError: 'no such key'"),
        (["--encoding", "three"], "the tokenizer three of ftlint_parts:three is not a Tokenizer (int)"),
    ],
)
def test_a_part_that_is_none_or_fails_is_named(run, arguments, sentence):
    result, _ = run("check", "--isolated", *arguments, records=pairs(9))
    assert (result.returncode, result.stderr.strip()) == (2, f"ftlint: {sentence}")
