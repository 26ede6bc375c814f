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

ROOT = Path(__file__).parent.parent
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


def check_files(hook, name, path, taken):
    assert bool(re.search(hook["files"], name)) == taken
    # pre-commit knows no type `jsonl`; a hook that asked for it would silently never run.
    assert not taken or set(hook["types"]) <= identify.tags_from_path(str(path))


def git(*arguments, cwd):
    git_command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always", *arguments]
    subprocess.run(git_command, cwd=cwd, check=True, capture_output=True)


@pytest.mark.network
def test_the_hook_stops_a_bad_file(tmp_path):
    # The hook is tried on what is here now, committed or not, so that a copy of it is committed.
    hook, repo = tmp_path / "ftlint", tmp_path / "repo"
    skipped = shutil.ignore_patterns(".git", ".venv", "*.egg-info", "__pycache__", "build", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, hook, ignore=skipped)
    repo.mkdir()
    (repo / "train.jsonl").write_bytes((ROOT / "examples" / "food.jsonl").read_bytes())
    for folder in (hook, repo):
        git("init", "-q", cwd=folder)
        git("add", "-A", cwd=folder)
        git("commit", "-q", "-m", "all", cwd=folder)
    command = [Path(sys.executable).with_name("pre-commit"), "try-repo", hook, "ftlint", "--files", "train.jsonl"]
    result = subprocess.run(command, cwd=repo, capture_output=True, check=False)
    assert result.returncode == 1, result.stderr
    assert b"SEP001" in result.stdout
