"""The baseline: what was there when the gate was put up does not fail it, and nothing more."""

from __future__ import annotations

import json

import pytest
from command import ftlint
from hypothesis import given
from hypothesis import strategies as st

import ftlint as library
from ftlint.rule import pairs


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "a.jsonl", 5)
    write(tmp_path / "b.jsonl", 2)
    return tmp_path


def write(path, missing, count=400):
    rows = ((f"{path.stem} mail {i}" + " ->" * (i >= missing), " spam" if i % 2 else " fine") for i in range(count))
    path.write_text("\n".join(pairs(*rows)) + "\n")


def test_it_accepts_what_there_is_and_no_more(folder):
    assert ftlint("check", ".", cwd=folder).returncode == 1
    result = ftlint("baseline", "write", ".", cwd=folder)
    assert (result.returncode, result.stdout) == (0, b"ftlint-baseline.json accepts 7 findings in 2 files\n")
    content = json.loads((folder / "ftlint-baseline.json").read_bytes())
    assert content == {"version": 1, "files": {"a.jsonl": {"missing-separator": 5}, "b.jsonl": {"missing-separator": 2}}}
    accepted = ftlint("check", ".", "--baseline", "ftlint-baseline.json", cwd=folder)
    assert accepted.returncode == 0
    assert b"7 findings more in the baseline" in accepted.stdout
    write(folder / "a.jsonl", 6)
    result = ftlint("check", ".", "--baseline", "ftlint-baseline.json", "--output", "json", cwd=folder)
    report = json.loads(result.stdout)
    assert result.returncode == 1
    found = [(one["path"], one["code"]) for one in report["findings"] if one["level"] != "info"]
    assert found == [("a.jsonl", "SEP001")] * 6, "where there are more, all show"
    assert report["summary"]["baselined"] == 2


def test_what_is_mended_makes_it_stale_until_it_is_pruned(folder):
    ftlint("baseline", "write", ".", cwd=folder)
    (folder / "ftlint.toml").write_text('baseline = "ftlint-baseline.json"\n')
    write(folder / "a.jsonl", 3)
    result = ftlint("check", ".", cwd=folder)
    assert result.returncode == 2
    assert b"run `ftlint baseline prune`: a.jsonl has 3 of 5 missing-separator" in result.stderr
    assert ftlint("check", "b.jsonl", cwd=folder).returncode == 0, "only the files of a run are compared"
    assert ftlint("check", ".", "--select", "TXT", cwd=folder).returncode == 0, "and only its rules"
    assert ftlint("baseline", "prune", "b.jsonl", cwd=folder).stdout == b"ftlint-baseline.json accepts 0 fewer findings\n"
    assert ftlint("baseline", "prune", cwd=folder).stdout == b"ftlint-baseline.json accepts 2 fewer findings\n"
    assert ftlint("check", ".", cwd=folder).returncode == 0
    write(folder / "b.jsonl", 0)
    ftlint("baseline", "prune", cwd=folder)
    assert json.loads((folder / "ftlint-baseline.json").read_bytes())["files"] == {"a.jsonl": {"missing-separator": 3}}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "files": {}}',
        '{"version": 1, "files": {"a": 3}}',
        '{"version": 1, "files": {"a": {"b": -1}}}',
    ],
)
def test_what_is_no_baseline_is_said(folder, content):
    (folder / "base.json").write_text(content)
    result = ftlint("check", ".", "--baseline", "base.json", cwd=folder)
    assert result.returncode == 2
    assert b"base.json is not a baseline" in result.stderr
    assert b"cannot read the baseline none.json" in ftlint("check", ".", "--baseline", "none.json", cwd=folder).stderr


def test_what_it_says_of_nothing_is_a_mistake_or_goes(folder):
    path = folder / "ftlint-baseline.json"
    path.write_text('{"version": 1, "files": {"./a.jsonl": {"missing-separator": 5}, "gone.jsonl": {"missing-separator": 9}}}')
    assert ftlint("check", "a.jsonl", "--baseline", str(path), cwd=folder).returncode == 0
    ftlint("baseline", "prune", cwd=folder)
    assert json.loads(path.read_bytes())["files"] == {"a.jsonl": {"missing-separator": 5}}
    path.write_text('{"version": 1, "files": {"a.jsonl": {"missing-seperator": 5}}}')
    result = ftlint("check", "a.jsonl", "--baseline", str(path), cwd=folder)
    assert (result.returncode, b"missing-separator" in result.stderr) == (2, True)


def test_it_is_not_written_over_data(folder):
    before = (folder / "a.jsonl").read_bytes()
    assert ftlint("baseline", "write", ".", "--baseline", "a.jsonl", cwd=folder).returncode == 2
    assert (folder / "a.jsonl").read_bytes() == before


@given(st.lists(st.integers(0, 3), min_size=3, max_size=3), st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_a_baseline_hides_all_of_a_rule_in_a_file_or_nothing(tmp_path_factory, then, now):
    folder = tmp_path_factory.mktemp("baseline")

    def records(counts):
        faults = [("no separator", " x"), ("m ->", "x"), ("m ->", "  x")]
        rows = [fault for fault, count in zip(faults, counts, strict=True) for _ in range(count)]
        return "\n".join(pairs(*((f"{i} {prompt}", answer) for i, (prompt, answer) in enumerate(rows)))).encode()

    from ftlint.report import baseline  # noqa: PLC0415 - only here

    options = {"separator": " ->", "select": ["SEP001", "CMP001", "CMP002"]}
    path = folder / "base.json"
    baseline.write(path, baseline.of(library.check(records(then), **options).datasets, folder))
    report = library.check(records(now), baseline=str(path), **options)
    for code, before, after in zip(("SEP001", "CMP001", "CMP002"), then, now, strict=True):
        assert report.counts[code] == (0 if after <= before else after)
    assert bool(report.stale) == any(after < before for before, after in zip(then, now, strict=True))
    assert report.ok == (then == now)


def test_a_file_of_a_dataset_that_is_checked_alone_is_not_stale(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(
            "\n".join(pairs(*((f"mail {i} ->", " spam" if i % 2 else " fine") for i in range(400))))
        )
    (tmp_path / "ftlint.toml").write_text(
        'separator = " ->"\nignore = ["CMP"]\nbaseline = "ftlint-baseline.json"\n[[dataset]]\ntrain = ["*.jsonl"]\n'
    )
    assert ftlint("baseline", "write", ".", cwd=tmp_path).returncode == 0
    accepted = json.loads((tmp_path / "ftlint-baseline.json").read_bytes())
    assert accepted["files"] == {"b.jsonl": {"duplicate-record": 400}}
    assert ftlint("check", ".", cwd=tmp_path).returncode == 0
    assert ftlint("check", "b.jsonl", cwd=tmp_path).returncode == 0, "its twins are in a file that was not read"
    assert ftlint("baseline", "prune", "b.jsonl", cwd=tmp_path).returncode == 0
    assert json.loads((tmp_path / "ftlint-baseline.json").read_bytes()) == accepted


@pytest.mark.parametrize("name", ["github", "junit", "markdown", "sarif", "json", "jsonl"])
def test_every_format_says_that_a_baseline_is_stale(folder, name):
    ftlint("baseline", "write", ".", cwd=folder)
    write(folder / "a.jsonl", 3)
    result = ftlint("check", ".", "--baseline", "ftlint-baseline.json", "--output", name, cwd=folder)
    assert result.returncode == 2
    assert b"a.jsonl has 3 of 5 missing-separator" in result.stdout


def test_a_baseline_is_not_written_over_by_a_report(folder):
    ftlint("baseline", "write", ".", cwd=folder)
    before = (folder / "ftlint-baseline.json").read_bytes()
    options = ("--baseline", "ftlint-baseline.json", "--output", "json=ftlint-baseline.json")
    assert ftlint("check", ".", *options, cwd=folder).returncode == 2
    assert (folder / "ftlint-baseline.json").read_bytes() == before
