"""Parquet, Arrow and Feather as sources: findings name the row, and nothing is written."""

from __future__ import annotations

import json

import polars as pl
import pytest
from command import ftlint as run_ftlint

import ftlint

RECORDS = [
    {"messages": [{"role": "user", "content": f"What of {n}?"}, {"role": "assistant", "content": f"It is {n}."}]}
    for n in range(40)
]


def written(folder, kind, records=RECORDS):
    path = folder / f"data.{kind}"
    frame = pl.DataFrame(records)
    if kind == "parquet":
        frame.write_parquet(path, row_group_size=7)
    elif kind == "stream.arrow":
        frame.write_ipc_stream(path)
    else:
        frame.write_ipc(path)
    return path


@pytest.mark.parametrize("kind", ["parquet", "arrow", "feather", "stream.arrow"])
def test_findings_name_the_row(tmp_path, kind):
    records = [*RECORDS, RECORDS[3], {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": ""}]}]
    report = ftlint.check(str(written(tmp_path, kind, records)))
    assert {(one.code, one.line) for one in report.findings if one.level != "info"} >= {("DUP001", 41), ("CHT004", 42)}
    assert report.records == 42
    lines = "".join(json.dumps(record) + "\n" for record in records).encode()
    key = lambda found: [(one.code, one.line, one.pointer, one.message) for one in found.findings]  # noqa: E731
    assert key(report) == key(ftlint.check(lines))


def test_a_null_is_a_missing_key(tmp_path):
    frame = pl.DataFrame({"prompt": ["a ->", "b ->"], "completion": [" x", None]})
    frame.write_parquet(tmp_path / "a.parquet")
    assert [(one.code, one.line) for one in ftlint.check(str(tmp_path / "a.parquet"), select=["SHP"]).findings] == [("SHP001", 2)]


def test_a_class_is_its_name(tmp_path):
    datasets = pytest.importorskip("datasets")
    names = ["edible", "inedible"]
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=names)})
    rows = {"text": [f"food {n}" for n in range(20)], "label": [n % 2 for n in range(20)]}
    datasets.Dataset.from_dict(rows, features=features).to_parquet(str(tmp_path / "a.parquet"))
    assert {one.label for one in ftlint.profile(str(tmp_path / "a.parquet")).labels} == set(names)


def test_it_is_not_written(tmp_path):
    path = written(tmp_path, "parquet", [{"prompt": f"q {n} ->", "completion": "x"} for n in range(20)])
    before = path.read_bytes()
    done = run_ftlint("check", "--isolated", "--fix", path.name, cwd=tmp_path)
    assert (done.returncode, path.read_bytes()) == (2, before)
    assert b"it is a Parquet file; `ftlint convert data.parquet` makes lines of it" in done.stderr
    with pytest.raises(ftlint.InputError, match="Parquet"):
        ftlint.fix(str(path))
    assert b"ftlint convert data.parquet" in run_ftlint("check", "--isolated", path.name, cwd=tmp_path).stdout


def test_parts_of_it_are_lines(tmp_path):
    written(tmp_path, "parquet")
    assert run_ftlint("split", "--isolated", "data.parquet", cwd=tmp_path).returncode == 0
    made = [
        json.loads(line) for part in ("train", "valid") for line in (tmp_path / f"data.{part}.jsonl").read_text().splitlines()
    ]
    assert sorted(map(json.dumps, made)) == sorted(map(json.dumps, RECORDS))


def test_a_damaged_file_is_said(tmp_path):
    path = written(tmp_path, "parquet")
    path.write_bytes(path.read_bytes()[:-20])
    done = run_ftlint("check", "--isolated", path.name, cwd=tmp_path)
    assert done.returncode == 2
    assert b"cannot read" in done.stderr
    assert b"Traceback" not in done.stderr
