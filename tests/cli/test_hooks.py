"""The pre-commit hook: which files it takes, and that it stops a bad commit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from identify import identify
from paths import ROOT

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}


@pytest.mark.parametrize(
    ("name", "taken"),
    [("train.jsonl", True), ("data/a.ndjson", True), ("a.json", False), ("a.jsonl.gz", False), ("a.jsonlx", False)],
)
def test_files(name, taken, tmp_path):
    path = tmp_path / Path(name).name
    path.write_text('{"prompt": "a ->", "completion": " b"}\n')
    for hook in HOOKS.values():
        check_files(hook, name, path, taken)


def test_there_are_three():
    assert list(HOOKS) == ["ftlint", "ftlint-fix", "ftlint-dataset"]


def check_files(hook, name, path, taken):
    assert bool(re.search(hook["files"], name)) == taken
    # pre-commit knows no type `jsonl`; a hook that asked for it would silently never run.
    assert not taken or set(hook.get("types", ["text"])) <= identify.tags_from_path(str(path))


def git(*arguments, cwd):
    git_command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always", *arguments]
    subprocess.run(git_command, cwd=cwd, check=True, capture_output=True)


@pytest.mark.network
def test_the_hooks_stop_bad_files(tmp_path):
    # The hooks are tried on what is here now, committed or not, so that a copy of it is committed.
    hook, repo = tmp_path / "ftlint", tmp_path / "repo"
    skipped = shutil.ignore_patterns(".git", ".venv", "*.egg-info", "__pycache__", "build", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, hook, ignore=skipped)
    repo.mkdir()
    (repo / "train.jsonl").write_bytes((ROOT / "examples" / "food.jsonl").read_bytes())
    for name in ("one", "two"):
        (repo / f"{name}.jsonl").write_text("".join(f'{{"prompt": "mail {i} ->", "completion": " x"}}\n' for i in range(12)))
    (repo / "ftlint.toml").write_text('select = ["DUP", "SEP"]\n[[dataset]]\ntrain = ["one.jsonl", "two.jsonl"]\n')
    for folder in (hook, repo):
        git("init", "-q", cwd=folder)
        git("add", "-A", cwd=folder)
        git("commit", "-q", "-m", "all", cwd=folder)

    def tried(name, *arguments):
        command = [Path(sys.executable).with_name("pre-commit"), "try-repo", hook, name, *arguments]
        return subprocess.run(command, cwd=repo, capture_output=True, check=False)

    result = tried("ftlint", "--files", "train.jsonl")
    assert result.returncode == 1, result.stderr
    assert b"SEP001" in result.stdout
    assert tried("ftlint", "--files", "one.jsonl").returncode == 0, "by itself it is fine"
    result = tried("ftlint-dataset", "--hook-stage", "pre-push", "--all-files")
    assert result.returncode == 1, result.stderr
    assert b"DUP001" in result.stdout
    before = (repo / "train.jsonl").read_bytes()
    result = tried("ftlint-fix", "--files", "train.jsonl")
    assert result.returncode == 1, result.stderr
    assert (repo / "train.jsonl").read_bytes() != before
