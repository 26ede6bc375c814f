"""The Action: what GitHub and auditors accept, and its script run as a runner runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from paths import ROOT

from ftlint.rule import pairs

BIN = Path(sys.executable).parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-actions", "action.yml"), ("vendor.github-workflows", ".github/workflows/ftlint.yml")]
)
def test_github_accepts(schema, file):
    result = subprocess.run([BIN / "check-jsonschema", "--builtin-schema", schema, ROOT / file], capture_output=True, check=False)
    assert result.returncode == 0, result.stdout


def test_auditors_find_nothing():
    command = [BIN / "zizmor", "--offline", "--no-config", "--min-severity", "medium", "action.yml", ".github/workflows"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_nothing_that_a_user_gives_is_put_into_a_script():
    steps = ACTION["runs"]["steps"]
    assert not any("${{" in step.get("run", "") for step in steps)
    used = [step["uses"] for step in steps if "uses" in step]
    assert all(re.search(r"@[0-9a-f]{40}$", use) for use in used), "others' actions are pinned"


class Runner:
    """What a runner gives a step, and what it reads afterwards."""

    def __init__(self, folder):
        self.work, self.temp = folder / "work", folder / "temp"
        self.summary, self.output = folder / "summary.md", folder / "output.txt"
        for made in (self.work, self.temp):
            made.mkdir()
        self.summary.write_text("before\n")

    def step(self, environment=None, **inputs):
        environment = {
            **(environment or {}),
            "PATH": os.environ["PATH"],
            "GITHUB_WORKSPACE": str(self.work),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.output),
            "RUNNER_TEMP": str(self.temp),
            "ACTION_PYTHON": sys.executable,
            **{f"INPUT_{name.upper()}": value for name, value in inputs.items()},
        }
        command = [sys.executable, ROOT / "action" / "run.py"]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=self.work, env=environment)

    @property
    def outputs(self):
        return dict(line.split("=", 1) for line in self.output.read_text("utf-8").splitlines())


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)


def dataset(bad=0, count=200, start=0):
    rows = ((f"mail {start + i} of us" + " ->" * (i >= bad), " spam" if i % 2 else " fine") for i in range(count))
    return "\n".join(pairs(*rows)) + "\n"


def commands(text):
    """Return the lines that a runner obeys: not those between `stop-commands` and its token."""
    obeyed, token = [], None
    for line in text.splitlines():
        if token:
            token = None if line.strip() == f"::{token}::" else token
        elif line.lstrip().startswith("::stop-commands::"):
            token = line.partition("::stop-commands::")[2]
        elif line.lstrip().startswith("::"):
            obeyed.append(line)
    assert token is None, "the runner obeys again"
    return obeyed


def test_a_bad_line_is_annotated_summed_up_and_in_the_log_from_one_run(runner):
    (runner.work / "train.jsonl").write_text(dataset(bad=1))
    result = runner.step(paths="train.jsonl")
    assert result.returncode == 1, result.stderr
    [error] = [line for line in commands(result.stdout) if line.startswith("::error")]
    assert error.startswith("::error file=train.jsonl,line=1,endLine=1,col=")
    assert "missing-separator" in result.stdout
    summary = runner.summary.read_text("utf-8")
    assert summary.startswith("before\n## ❌ ftlint: 1 error")
    assert runner.outputs["exit-code"] == "1"
    log = json.loads(Path(runner.outputs["sarif-file"]).read_bytes())
    assert [found["ruleId"] for found in log["runs"][0]["results"] if found["level"] == "error"] == ["SEP001"]


def test_whole_datasets_are_checked_without_paths(runner):
    (runner.work / "ftlint.toml").write_text('[[dataset]]\ntrain = ["data/train-*.jsonl"]\nvalid = ["data/valid.jsonl"]\n')
    (runner.work / "data").mkdir()
    for name, start in (("train-1", 0), ("train-2", 190), ("valid", 380)):
        (runner.work / "data" / f"{name}.jsonl").write_text(dataset(start=start))
    result = runner.step(summary="false")
    assert result.returncode == 1
    assert {"DUP001", "SPL001"} <= set(re.findall(r"title=ftlint ([A-Z0-9]+)", "\n".join(commands(result.stdout))))
    assert runner.summary.read_text("utf-8") == "before\n"
    named = runner.step(paths="data")
    assert {"DUP001", "SPL001"} <= set(re.findall(r"title=ftlint ([A-Z0-9]+)", "\n".join(commands(named.stdout))))


NAMES = ("-rf.jsonl", "$(touch pwned).jsonl", "a;b&c.jsonl", "::error::x.jsonl", "`id`.jsonl", "a,b:c%0A.jsonl")


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_names(runner, name):
    (runner.work / name).write_text(dataset(bad=1))
    result = runner.step(paths=f"\n  {name}\n\n")
    assert result.returncode == 1, result.stderr
    obeyed = commands(result.stdout)
    assert all(re.match(r"::(error|warning|notice) (file=|title=ftlint::)", line) for line in obeyed), obeyed
    assert sum(line.startswith("::error") for line in obeyed) == 1
    assert not (runner.work / "pwned").exists()
    assert set(runner.outputs) == {"exit-code", "sarif-file"}


def test_a_runner_may_have_another_encoding(runner):
    (runner.work / "données.jsonl").write_text(
        dataset() + json.dumps({"prompt": "à ->", "completion": "é☃"}, ensure_ascii=False) + "\n"
    )
    result = runner.step(paths="données.jsonl", environment={"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 1, result.stderr
    assert "é☃" in result.stdout


def test_data_cannot_command_the_runner(runner):
    text = "\n::add-mask::secret\n::set-output name=x::y " * 3
    (runner.work / "train.jsonl").write_text(
        dataset() + json.dumps({"prompt": text, "completion": "::error::me"}) + "\n::warning::z\n"
    )
    result = runner.step(paths="train.jsonl")
    assert result.returncode == 1
    assert not any(re.match(r"::(add-mask|set-output)|::error::|::warning::", line.strip()) for line in commands(result.stdout))


def test_arguments_are_words(runner):
    (runner.work / "train.jsonl").write_text(dataset(bad=1))
    assert runner.step(paths="train.jsonl", args="--separator ' ->' --ignore SEP --ignore 'SIZ'").returncode == 0
    assert runner.step(paths="train.jsonl", args="'open").returncode == 2
    assert runner.outputs["exit-code"] == "2"
    (runner.work / "-x.jsonl").write_text(dataset())
    result = runner.step(paths="train.jsonl", args="--ignore SEP,SIZ -- -x.jsonl")
    assert result.returncode == 0, result.stderr
    result = runner.step(paths="train.jsonl", args="--no-such-option")
    assert (result.returncode, runner.outputs["exit-code"]) == (2, "2")
    result = runner.step(paths="none.jsonl")
    assert result.returncode == 2
    [annotation] = [line for line in commands(result.stdout) if "none.jsonl" in line]
    assert annotation.startswith("::error title=ftlint::ftlint: ")
