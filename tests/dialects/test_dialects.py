"""Every dialect: a clean file is clean, a fault is found at its place, and split, profile, pandera and repairs work for all."""

from __future__ import annotations

import ast
import json

import polars as pl
import pytest
from command import ftlint as run_ftlint
from pandera.errors import SchemaError, SchemaErrors
from paths import ROOT
from shapes import CASES, IDS, records_of

import ftlint
from ftlint import dialects
from ftlint.integrations import pandera as schemas

every_dialect = pytest.mark.parametrize("case", CASES, ids=IDS)


@every_dialect
def test_a_clean_file_is_clean_and_repairs_leave_it_alone(case):
    name, record, *_ = case
    records = records_of(record)
    report = ftlint.check(records)
    assert report.survey.dialect == name
    assert not report.failures
    assert {found.code for found in report.findings if found.level != "info"} <= {"LBL004"}
    fixed, _ = ftlint.fix(records, unsafe=True)
    assert fixed == records


@every_dialect
def test_a_fault_is_found_at_its_place(case):
    _, record, fault, codes, pointer = case
    records = records_of(record)
    records[6] = {**records[6], **fault}
    found = [one for one in ftlint.check(records).findings if one.line == 7 and one.code in codes.split("|")]
    assert [one.pointer for one in found] == [pointer], [
        (one.code, one.line, one.pointer, one.message) for one in ftlint.check(records).findings
    ]


@every_dialect
def test_a_repeated_record_and_a_leak_are_found(case):
    _, record, *_ = case
    records = records_of(record)
    report = ftlint.check([*records, records[4]], select=["DUP"])
    assert [(one.code, one.line) for one in report.findings if one.level != "info"] == [("DUP001", 121)]
    leaks = ftlint.check(records, valid=[records[5]], select=["SPL001"])
    assert [one.line for one in leaks.findings] == [1]


@every_dialect
def test_it_is_split_and_profiled(case, tmp_path):
    name, record, *_ = case
    records = records_of(record)
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    assert run_ftlint("split", "--isolated", "data.jsonl", cwd=tmp_path).returncode == 0
    parts_made = [(tmp_path / f"data.{part}.jsonl").read_text().splitlines() for part in ("train", "valid")]
    assert sorted(map(json.loads, (line for part in parts_made for line in part)), key=json.dumps) == sorted(
        records, key=json.dumps
    )
    made = json.loads(run_ftlint("profile", "--isolated", "--output", "json", "data.jsonl", cwd=tmp_path).stdout)
    assert (made["dialect"], made["records"], made["left_out"]) == (name, 120, 0)
    assert (made["recipe"] is None) == (name not in {"prompt-completion", "chat"})
    assert made["tokens"]["total"] > 120


@every_dialect
def test_frames_of_it_are_validated_by_pandera(case):
    name, record, *_ = case
    records = records_of(record, 20)
    schema = schemas.schema(name)
    schema.validate(pl.DataFrame(records))
    with pytest.raises((SchemaError, SchemaErrors)):
        schema.validate(pl.DataFrame([{"of another shape": 1}] * 20))


@pytest.mark.parametrize("dialect", [one for one in dialects.known() if one.checked], ids=lambda one: one.name)
def test_its_example_is_a_record_of_it(dialect):
    report = ftlint.check(f"{dialect.example}\n".encode())
    assert report.survey.dialect == dialect.name
    assert {one.code for one in report.findings} <= {"SIZ001", "LBL006", "LBL004", "SEP004", "CMP004"}


def constants(path):
    """Yield the strings that code compares with, or looks for in a tuple, outside of examples."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Compare):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    yield inner.value


def test_no_code_compares_the_name_of_a_dialect():
    names = set(dialects.names()) - {"text", "tokens", "chat"}
    files = [path for folder in ("ftlint", "rules") for path in (ROOT / folder).rglob("*.py") if path.parent.name != "dialects"]
    found = {path.name: names & set(constants(path)) for path in files}
    assert not {name: used for name, used in found.items() if used}
