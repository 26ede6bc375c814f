"""`ftlint why`: the messages of trainers and services lead to the rules that find their cause."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from ftlint_rules import rules

from ftlint.cli.why import command

KNOWN = [(rule.code, symptom) for rule in rules() for symptom in rule.symptoms]


@pytest.mark.parametrize(("code", "symptom"), KNOWN)
def test_a_known_message_leads_to_its_rule(code, symptom):
    done = CliRunner().invoke(command, [f"Traceback … ValueError: {symptom.replace('…', '12')} (row 3)"], standalone_mode=False)
    assert done.return_value == 0
    assert any(line.startswith(code) for line in done.output.splitlines())
    assert code in done.output.splitlines()[-1]


def test_another_message_leads_nowhere():
    done = CliRunner().invoke(command, ["Segmentation fault (core dumped)"], standalone_mode=False)
    assert done.return_value == 1
    assert done.output == "no rule matches this message; run `ftlint check` on the data\n"


def test_every_symptom_names_its_source():
    assert len(KNOWN) >= 15
    assert all(source for rule in rules() for source in rule.symptoms.values())
