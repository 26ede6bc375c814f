"""Every rule, by its own examples and by its case file."""

from __future__ import annotations

import pytest
from cases import FOLDER, cases, lines_of, options_of
from ftlint_rules import rules as builtin_rules
from thresholds import survivors

from ftlint.records.edits import edited
from ftlint.testing import broken_examples, findings, fixed

RULES = {f"{rule.family()}/{rule.name().replace('-', '_')}": rule for rule in builtin_rules()}
CASES = list(cases())


@pytest.mark.parametrize("rule", builtin_rules(), ids=lambda rule: rule.code)
def test_examples(rule):
    assert broken_examples(rule) == []


@pytest.mark.parametrize(("module", "case"), CASES, ids=[f"{module}: {case['name']}" for module, case in CASES])
def test_case(module, case):
    found = findings(
        RULES[module],
        lines_of(case),
        valid=lines_of(case, "valid_"),
        end=case.get("end", "\n"),
        options=options_of(case),
    )
    # In case files, line 0 stands for the file as a whole.
    assert [finding.line or 0 for finding in found] == case["at"], [finding.message for finding in found]
    if found and "level" in case:
        assert {finding.level for finding in found} == {case["level"]}
    assert [finding.column or 0 for finding in found] == case.get("column", [0] * len(found))
    assert [finding.pointer or "" for finding in found] == case.get("pointer", [""] * len(found))
    if "fix" in case:
        assert [finding.applicability or "" for finding in found] == case["fix"]
    if "message" in case:
        assert found[0].message == case["message"]
    if "fixed" in case:
        assert fixed(RULES[module], lines_of(case), options=options_of(case)) == case["fixed"]


def test_edits_of_findings_are_what_the_repair_does():
    seen = set()
    for rule in builtin_rules():
        for example in rule.examples:
            found = findings(rule, example.lines, valid=example.valid, end=example.end, options=example.options)
            lines = [line.encode("utf-8", "surrogateescape") for line in (example.valid or example.lines)]
            parts = {number: [edit for one in found if one.line == number and one.fix for edit in one.fix.edits] for number in
                     range(1, len(lines) + 1)}  # fmt: skip
            if example.fixed is None or not any(parts.values()):
                continue
            repaired = [part for number, line in enumerate(lines, 1) for part in edited(line, set(parts[number]))]
            assert [line.decode("utf-8", "surrogateescape") for line in repaired] == list(example.fixed), rule.code
            seen.add(rule.code)
    assert {"SEP001", "CMP001", "JSN001", "SHP002", "TXT001", "DUP001", "CHT001", "CHT005", "FIL004"} <= seen


def test_every_rule_has_a_case_file_with_both_kinds():
    files = {f"{path.parent.name}/{path.stem}" for path in FOLDER.rglob("*.toml")}
    assert files == set(RULES)
    for module in RULES:
        own = [case for name, case in CASES if name == module]
        assert any(case["at"] for case in own), f"{module}: no case that finds something"
        assert any(not case["at"] for case in own), f"{module}: no case that finds nothing"


def test_every_threshold_of_a_rule_has_a_case_on_either_side():
    assert [f"{name}.py:{line}: {value} can be {moved}" for name, line, value, moved in survivors()] == []
