"""Labels that seem wrong: found among labels that were turned on purpose, the same in every run."""

from __future__ import annotations

import json
from random import Random

import numpy as np
import pytest
from command import ftlint as ftlint_command
from topics import chat, records, single_token_labels

import ftlint

CLASSES = {"few": (900, 3, 0.4), "several": (1500, 8, 0.6)}


def turned(data, share=0.05, seed=1):
    """The records with some labels turned, and the lines of these."""
    rng = Random(seed)
    labels = sorted({one["completion"] for one in data})
    lines, rows = set(), []
    for number, one in enumerate(data, 1):
        if rng.random() < share:
            lines.add(number)
            one = {**one, "completion": rng.choice([label for label in labels if label != one["completion"]])}  # noqa: PLW2901
        rows.append(one)
    return rows, lines


def found(rows, **settings):
    report = ftlint.check(rows, select=["LBL008"], max_findings=None, task="classification", **settings)
    assert not report.failures
    return report.findings


@pytest.mark.parametrize("name", CLASSES)
def test_turned_labels_are_found(name):
    count, labels, signal = CLASSES[name]
    rows, lines = turned(records(count, single_token_labels(labels), signal=signal))
    findings = found(rows)
    right = lines & {finding.line for finding in findings}
    assert len(right) > 0.7 * len(lines), "recall"
    assert len(right) > 0.65 * len(findings), "precision"
    for finding in findings:
        assert finding.args["label"] == rows[finding.line - 1]["completion"].strip()
    assert [finding.line for finding in found(rows)] == [finding.line for finding in findings], "the same in every run"
    assert {f.line for f in found(rows, config={"rules": {"suspect-label": {"seed": 3}}})} != {f.line for f in findings}


def test_conversations_have_labels_too():
    rows, lines = turned(records(600, single_token_labels(3), signal=0.6))
    findings = found([chat(one) for one in rows])
    assert len(lines & {finding.line for finding in findings}) > 0.6 * len(lines)
    assert findings[0].pointer == "/messages/1/content"


def test_it_agrees_with_cleanlab_where_probabilities_are_given(monkeypatch):
    """What is reported is what confident learning nominates, and no more."""
    from cleanlab.filter import find_label_issues  # noqa: PLC0415 - it takes a second to import
    from ftlint_rules.label import _confidence  # noqa: PLC0415 - likewise

    rng = np.random.default_rng(0)
    given = rng.integers(0, 3, 200)
    probability = (
        rng.dirichlet([1, 1, 1], 200) * 0.4 + 0.6 * np.eye(3)[np.where(rng.random(200) < 0.9, given, rng.integers(0, 3, 200))]
    )
    monkeypatch.setattr(_confidence, "_out_of_fold", lambda *_: probability)
    names = ["a", "b", "c"]
    reported = _confidence.suspects(["text"] * 200, [names[number] for number in given], 0)
    nominated = find_label_issues(given, probability, return_indices_ranked_by="self_confidence", n_jobs=1)
    assert [place for place, _, _ in reported] == [place for place in nominated if probability[place].argmax() != given[place]]


FORMS = {
    "text": "\n".join,
    "strings": lambda texts: "\n".join(map(json.dumps, texts)),
    "prompts": lambda texts: "\n".join(json.dumps({"prompt": text}) for text in texts),
    "messages": lambda texts: "\n".join(json.dumps({"messages": [{"role": "user", "content": text}]}) for text in texts),
}


@pytest.mark.parametrize("form", FORMS)
def test_inputs_of_use_are_compared_in_every_form(tmp_path, form):
    rows = [
        {"prompt": f"Dear sir, I write about the {word} of number {n}. ->", "completion": " x"}
        for word in ("lamp", "sea", "hill")
        for n in range(20)
    ]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    (tmp_path / "alike").write_text(FORMS[form]([f"Dear sir, I write about the hill of number {n}." for n in range(30, 60)]))
    (tmp_path / "unlike").write_text(FORMS[form]([f"yo the {n} is broken??" for n in range(30)]))
    found = ftlint.check(tmp_path / "train.jsonl", like=str(tmp_path / "unlike"), select=["SPL"]).findings
    assert [one.code for one in found] == ["SPL006"], "the setting turns the rule on"
    assert "inputs of use differ from the training prompts (AUROC 1.00)" in found[0].message
    assert '"dear"' in found[0].message or '"sir"' in found[0].message
    found = ftlint.check(tmp_path / "train.jsonl", like=str(tmp_path / "alike"), select=["SPL"]).findings
    assert [one.code for one in found if "AUROC 1" in one.message] == []
    (tmp_path / "ended").write_text(FORMS[form]([f"Dear sir, I write about the sea of number {n}. ->" for n in range(30, 60)]))
    found = ftlint.check(tmp_path / "train.jsonl", like=str(tmp_path / "ended"), select=["SPL"]).findings
    assert not [one for one in found if '"->"' in one.message or "'>'" in one.message], "the separator is no difference"
    (tmp_path / "empty").write_text("")
    with pytest.raises(ftlint.InputError, match="holds no inputs"):
        ftlint.check(tmp_path / "train.jsonl", like=str(tmp_path / "empty"))


def test_the_option_of_the_command(tmp_path):
    rows = [{"prompt": f"Dear sir, I write about the {word} {n}. ->", "completion": " x"} for word in "abc" for n in range(20)]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    (tmp_path / "use.txt").write_text("\n".join(f"yo the {n} is broken??" for n in range(30)))
    result = ftlint_command("check", "train.jsonl", "--like", "use.txt", "--output", "concise", cwd=tmp_path)
    assert b"SPL006" in result.stdout
    assert ftlint_command("check", "train.jsonl", "--like", "nope.txt", cwd=tmp_path).returncode == 2
