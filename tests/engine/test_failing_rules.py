"""Law 8: a rule that fails is named, with its pack; the others still run, and the exit code is 2."""

from __future__ import annotations

import json

import polars as pl
import pytest
from ftlint_rules import rules as builtin_rules

import ftlint
from ftlint.cli.app import run
from ftlint.metrics import Metric, numbers
from ftlint.records.edits import Edit
from ftlint.rule import DatasetRule, LineRule, Location, RecordRule, Violations, registry
from ftlint.rule.fixes import Fix

RECORDS = [{"prompt": f"mail {i} ->", "completion": (" spam", "fine")[i % 2]} for i in range(20)]
LINES = b"".join(json.dumps(record).encode() + b"\n" for record in RECORDS) + b"broken\n"


class OfRecords(RecordRule):
    """A rule of somebody else."""

    code = "XYZ001"
    level = "error"
    message = "{what} is wrong"
    column = "prompt"

    def violates(self, context):
        return pl.col("prompt") != ""

    def explain(self, row, context):
        return Location("/prompt", args={"what": "all"})


class OfLines(LineRule):
    """A rule of somebody else."""

    code = "XYZ002"
    level = "error"
    fault = "invalid-json"
    message = "wrong"


class OfAll(DatasetRule):
    """A rule of somebody else."""

    code = "XYZ003"
    level = "error"
    message = "wrong"

    def judge(self, gathered):
        yield Violations(self.level, numbers([3]))


class Gathers(Metric):
    def add(self, block, context):
        raise ValueError("no such thing")

    def merge(self, other):
        self.lines += other.lines


def fails(*_):
    raise ValueError("no such thing")


def ends_here(*_):
    raise SystemExit(0)


FAILING = {
    "the end of the process": (OfRecords, {"violates": ends_here}, "SystemExit: 0"),
    "the end of the process, in a column": (
        OfRecords,
        {"violates": lambda *_: pl.col("prompt").map_elements(ends_here, return_dtype=pl.Boolean)},
        "SystemExit",
    ),
    "the end of the process, in an explanation": (OfRecords, {"explain": ends_here}, "SystemExit: 0"),
    "a misspelt column": (OfRecords, {"violates": lambda *_: pl.col("promt") == ""}, "ColumnNotFoundError"),
    "an expression": (OfRecords, {"violates": fails}, "no such thing"),
    "a suspicion": (OfRecords, {"suspects": lambda *_: pl.col("promt") == ""}, "ColumnNotFoundError"),
    "an argument of the message": (OfRecords, {"explain": lambda *_: Location("/prompt")}, "'what'"),
    "an explanation": (OfRecords, {"explain": fails}, "no such thing"),
    "a report": (OfRecords, {"report": fails}, "no such thing"),
    "whether it applies": (OfRecords, {"applies": fails}, "no such thing"),
    "how safely": (OfRecords, {"applicability": fails}, "no such thing"),
    "an explanation of a line": (OfLines, {"explain": fails}, "no such thing"),
    "a judgement": (OfAll, {"judge": fails}, "no such thing"),
    "half of a judgement": (OfAll, {"judge": lambda *_: (fails() for _ in range(1))}, "no such thing"),
    "a place": (OfAll, {"locate": fails}, "no such thing"),
    "what it wants": (OfAll, {"wants": fails}, "no such thing"),
    "a metric": (OfAll, {"metrics": (Gathers,)}, "no such thing"),
}


@pytest.fixture
def pack(monkeypatch):
    def install(*rules, broken=()):
        monkeypatch.setattr(registry, "_packs", lambda: ((*builtin_rules(), *rules), tuple(broken)))

    return install


@pytest.mark.parametrize("name", FAILING)
def test_a_rule_that_fails_is_named_and_the_others_run(name, pack, tmp_path, monkeypatch, capfd):
    base, changes, reason = FAILING[name]
    pack()
    expected = ftlint.check(LINES).counts
    pack(type("MyRule", (base,), {**changes, "__doc__": base.__doc__, "__module__": "their_pack.family.my_rule"}))
    report = ftlint.check(LINES)
    assert {code: count for code, count in report.counts.items() if code != base.code} == expected
    [sentence] = report.failures
    assert sentence.startswith("rule my-rule of their_pack failed: ")
    assert reason in sentence
    assert not report.ok
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gc.disable", lambda: None)  # the command owns its process; here it does not
    (tmp_path / "a.jsonl").write_bytes(LINES)
    assert run(["check", "--isolated", "--jobs", "1", "a.jsonl"]) == 2
    out, error = capfd.readouterr()
    assert sentence in error
    assert error.count("\n") == 1
    assert "JSN001" in out


REPAIRS = {
    "fails at once": (fails, "ValueError: no such thing"),
    "fails at a line": (lambda *_: Fix.rewrite(fails), "ValueError: no such thing"),
    "ends the process": (ends_here, "SystemExit: 0"),
    "is none": (lambda *_: 7, "TypeError: `fix` returned a int, which is not a Fix"),
    "overlaps": (lambda *_: Fix.edit_line(lambda _: [Edit(5, 20, b"x"), Edit(1, 10, b"y")]), "two of its edits overlap"),
    "is before the line": (lambda *_: Fix.edit_line(lambda _: [Edit(-5, 3, b"x")]), "outside of the line"),
    "is behind the line": (lambda *_: Fix.edit_line(lambda line: [Edit(3, len(line.raw) + 2)]), "outside of the line"),
    "is no bytes": (lambda *_: Fix.edit_line(lambda _: [Edit(0, 1, "x")]), "is not an edit"),
    "leaves no JSON": (lambda *_: Fix.edit_line(lambda _: [Edit(0, 1)]), "leaves a line that is not JSON"),
    "leaves no object": (
        lambda *_: Fix.edit_line(lambda line: [Edit(0, len(line.raw), b"[]")]),
        "leaves a line that is not an object",
    ),
}


@pytest.mark.parametrize("name", REPAIRS)
def test_a_repair_that_fails_is_taken_back_and_its_rule_named(name, pack, tmp_path):
    fix, reason = REPAIRS[name]
    pack()
    expected, _ = ftlint.fix(LINES)
    changes = {"fixable": "safe", "fix": fix}
    pack(type("MyRule", (OfRecords,), {**changes, "__doc__": "x.", "__module__": "their_pack.family.my_rule"}))
    (tmp_path / "a.jsonl").write_bytes(LINES)
    _, report = ftlint.fix(tmp_path / "a.jsonl")
    [sentence] = report.failures
    assert sentence.startswith("rule my-rule of their_pack failed: ")
    assert reason in sentence
    assert not report.ok
    assert (tmp_path / "a.jsonl").read_bytes() == expected
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize("change", [{"/nothing": "x"}, {"/prompt": 7}, "no texts", {"/prompt/0": "x"}])
def test_a_repair_of_texts_that_are_none_is_taken_back(pack, change):
    rule = {"fixable": "safe", "fix": lambda *_: Fix.rewrite(lambda row: change)}
    pack(type("MyRule", (OfRecords,), {**rule, "__doc__": "x.", "__module__": "their_pack.family.my_rule"}))
    fixed, report = ftlint.fix(RECORDS)
    assert report.failures[0].startswith("rule my-rule of their_pack failed: ")
    assert [record["prompt"] for record in fixed] == [record["prompt"] for record in RECORDS]


def test_what_a_rule_quotes_of_the_data_does_not_show_without_snippets(pack, tmp_path, monkeypatch, capfd):
    def quotes(*_):
        raise ValueError("Zaphod")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gc.disable", lambda: None)  # the command owns its process; here it does not
    (tmp_path / "a.jsonl").write_bytes(LINES)
    for changes, options in (({"explain": quotes}, []), ({"fixable": "safe", "fix": quotes}, ["--fix"])):
        pack(type("MyRule", (OfRecords,), {**changes, "__doc__": "x.", "__module__": "their_pack.family.my_rule"}))
        command = ["check", "--isolated", "--jobs", "1", *options, "a.jsonl"]
        assert run(command) == 2
        assert "my-rule of their_pack failed: ValueError: Zaphod" in capfd.readouterr().err
        assert run([*command, "--no-snippets"]) == 2
        out, error = capfd.readouterr()
        assert "my-rule of their_pack failed" in error
        assert "Zaphod" not in out + error


def test_a_pack_that_cannot_be_loaded_is_named(monkeypatch):
    class Entry:
        value = "their_pack:rules"

        def load(self):
            raise ImportError("no module named polras")

    real = registry.of_group(registry.GROUP)
    monkeypatch.setattr(registry, "of_group", lambda group: [*real, Entry()])
    registry._packs.cache_clear()
    try:
        report = ftlint.check(LINES)
        assert report.failures == ["the rules of their_pack:rules cannot be loaded: ImportError: no module named polras"]
        assert report.counts["CMP001"] == 10
    finally:
        registry._packs.cache_clear()


def test_a_rule_that_works_is_reported_with_the_others(pack):
    pack(OfRecords, OfLines, OfAll)
    report = ftlint.check(LINES)
    assert report.failures == []
    assert {code: report.counts[code] for code in ("XYZ001", "XYZ002", "XYZ003")} == {"XYZ001": 20, "XYZ002": 1, "XYZ003": 1}
    assert next(f for f in report.findings if f.code == "XYZ001").message == "all is wrong"
