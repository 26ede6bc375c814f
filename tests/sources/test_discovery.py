"""Which files a command looks at, and what standard input is called."""

from __future__ import annotations

import dataclasses
import subprocess

import pytest
import yaml
from command import ftlint
from paths import ROOT

import ftlint as library
from ftlint.config import Setting, Settings
from ftlint.report import baseline
from ftlint.sources.discovery import find_files

RECORD = '{"prompt": "vino ->", "completion": " edible"}\n'


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.jsonl", "data/b.jsonl", "data/keep.jsonl", "data/deep/c.jsonl", "out/d.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RECORD)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("data/*.jsonl\n/out/\n")
    (tmp_path / "data" / ".gitignore").write_text("!keep.jsonl\n")
    return tmp_path


def test_folders_are_without_what_git_ignores(repository):
    found = ["a.jsonl", "data/keep.jsonl", "data/deep/c.jsonl"]
    assert find_files(["."], respect_gitignore=True) == found
    assert ftlint("check", "--show-files", ".", cwd=repository).stdout.decode().split() == found
    assert len(ftlint("check", "--show-files", "--no-respect-gitignore", ".", cwd=repository).stdout.split()) == 5


def test_git_agrees(repository):
    (repository / ".git").rmdir()
    subprocess.run(["git", "init", "-q"], cwd=repository, check=True)  # noqa: S607 - whichever git there is
    every = find_files(["."])
    shown = subprocess.run(["git", "check-ignore", *every], cwd=repository, capture_output=True, check=False)  # noqa: S607 - likewise
    assert set(every) - set(find_files(["."], respect_gitignore=True)) == set(shown.stdout.decode().split())


def test_what_is_named_is_checked_whatever_git_ignores(repository):
    shown = ftlint("check", "--show-files", "data/b.jsonl", "out", "data/*.jsonl", cwd=repository).stdout.decode().split()
    assert shown == ["data/b.jsonl", "out/d.jsonl", "data/keep.jsonl"]


def test_a_folder_of_ignored_files_says_so(repository):
    (repository / "none").mkdir()
    (repository / "none" / "x.jsonl").write_text(RECORD)
    (repository / ".gitignore").write_text("x.jsonl\n")
    done = ftlint("check", "none", cwd=repository)
    assert done.returncode == 2
    assert b"git ignores 1 (`--no-respect-gitignore` checks them)" in done.stderr


def test_standard_input_has_the_settings_of_its_file(tmp_path):
    (tmp_path / "ftlint.toml").write_text('select = ["SEP002", "TXT001"]\n[per-file-ignores]\n"old/*" = ["TXT001"]\n')
    line = b'{"prompt": "vi\\u200bno", "completion": "a"}\n'
    names = {"new/a.jsonl": b"new/a.jsonl:1:15: TXT001", "old/a.jsonl": b""}
    for name, expected in names.items():
        done = ftlint("check", "--output", "concise", "--stdin-filename", name, "-", cwd=tmp_path, stdin=line)
        assert expected in done.stdout
        assert (b"TXT001" in done.stdout) == bool(expected)
    fixed = ftlint("check", "--fix", "--unsafe-fixes", "-q", "--stdin-filename", "new/a.jsonl", "-", cwd=tmp_path, stdin=line)
    assert fixed.stdout == b'{"prompt": "vino", "completion": "a"}\n'
    assert ftlint("check", "--stdin-filename", "a.jsonl", "b.jsonl", cwd=tmp_path).returncode == 2


def test_a_baseline_knows_former_names(tmp_path, monkeypatch):
    rule = next(rule for rule in baseline.known_rules() if rule.code == "TXT001")
    monkeypatch.setattr(rule, "formerly", ("strange-character", "TXT099"))
    path = tmp_path / "base.json"
    path.write_text('{"version": 1, "files": {"a.jsonl": {"strange-character": 2, "TXT001": 1}}}')
    assert baseline.read(path).files == {"a.jsonl": {"control-character": 3}}
    assert library.check([{"prompt": "a", "completion": "b"}], select=["TXT099"]).ok


def test_the_shell_completes(tmp_path):
    script = ftlint(cwd=tmp_path, _FTLINT_COMPLETE="bash_source")
    assert (script.returncode, script.stderr) == (0, b"")
    offered = ftlint(cwd=tmp_path, _FTLINT_COMPLETE="bash_complete", COMP_WORDS="ftlint check --stat", COMP_CWORD="2")
    assert offered.stdout == b"plain,--statistics\n"


def test_the_hook_of_whole_datasets_runs_where_only_the_configuration_changes():
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert hooks["ftlint-dataset"]["always_run"] is True


def test_a_call_takes_the_keys_of_a_configuration():
    of_the_command = {"output", "include", "exclude", "respect_gitignore", "extend"}
    assert set(Setting.__annotations__) == {field.name for field in dataclasses.fields(Settings)} - of_the_command
