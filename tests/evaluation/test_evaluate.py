"""`ftlint evaluate`: the measures of a real model's answers, in every form in which people keep them."""

from __future__ import annotations

import json
from math import log
from random import Random

import numpy as np
import pytest
from command import ftlint
from sklearn import metrics

import ftlint as library
from ftlint.errors import InputError, UsageError
from ftlint.evaluation.evaluate import evaluate, wilson
from ftlint.evaluation.measures import NONE
from ftlint.evaluation.predictions import Prediction, of_values, read, shares

LABELS = ["hockey", "tennis", "baseball"]


def records(answers):
    return [{"prompt": f"text {number} ->", "completion": f" {answer} END"} for number, answer in enumerate(answers)]


def chances(rng, names=LABELS):
    values = [rng.random() for _ in names]
    return {name: value / sum(values) for name, value in zip(names, values, strict=True)}


def completion(share):
    """A response of the first generation's API."""
    token = max(share, key=share.get)
    top = {f" {name}": log(value) for name, value in share.items()}
    logprobs = {"tokens": [f" {token}"], "token_logprobs": [top[f" {token}"]], "top_logprobs": [top], "text_offset": [0]}
    return {"object": "text_completion", "choices": [{"text": f" {token}", "logprobs": logprobs}]}


def chat(share):
    """A response of today's API."""
    token = max(share, key=share.get)
    top = [{"token": name, "logprob": log(value), "bytes": None} for name, value in share.items()]
    content = [{"token": token, "logprob": log(share[token]), "bytes": None, "top_logprobs": top}]
    return {"choices": [{"message": {"role": "assistant", "content": token}, "logprobs": {"content": content}}]}


def batch(answers):
    lines = [{"custom_id": f"request-{n}", "response": {"status_code": 200, "body": one}} for n, one in enumerate(answers)]
    Random(3).shuffle(lines)
    return lines


FORMS = {
    "text": lambda shares: [max(share, key=share.get) for share in shares],
    "objects": lambda shares: [{"text": max(share, key=share.get)} for share in shares],
    "completions": lambda shares: [completion(share) for share in shares],
    "chat completions": lambda shares: [chat(share) for share in shares],
    "a batch": lambda shares: batch([chat(share) for share in shares]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_judged_alike(form):
    rng = Random(1)
    truth = [rng.choice(LABELS) for _ in range(120)]
    given = [chances(rng) for _ in truth]
    made = library.evaluate(FORMS[form](given), records(truth))
    predicted = [max(share, key=share.get) for share in given]
    assert made.measures.accuracy == metrics.accuracy_score(truth, predicted)
    assert made.measures.weighted_f1 == pytest.approx(metrics.f1_score(truth, predicted, average="weighted"))
    matrix = metrics.confusion_matrix(truth, predicted, labels=made.measures.confusion["labels"])
    assert made.measures.confusion["matrix"] == matrix.tolist()
    if form not in {"text", "objects"}:
        names = sorted(LABELS)
        probability = np.array([[share[name] for name in names] for share in given])
        assert made.measures.cross_entropy == pytest.approx(metrics.log_loss(truth, probability, labels=names))
    else:
        assert made.measures.cross_entropy is None
        assert made.calibration is None


def test_two_labels_have_all_measures_of_scikit_learn():
    rng = Random(2)
    truth = ["yes" if rng.random() < 0.3 else "no" for _ in range(200)]
    given = [chances(rng, ["yes", "no"]) for _ in truth]
    made = library.evaluate([completion(share) for share in given], records(truth), beta=2.0)
    is_yes, said = [label == "yes" for label in truth], [share["yes"] > 0.5 for share in given]
    probability = [share["yes"] for share in given]
    found = made.measures
    assert made.positive == "yes", "the rarer"
    assert found.precision == pytest.approx(metrics.precision_score(is_yes, said))
    assert found.recall == pytest.approx(metrics.recall_score(is_yes, said))
    assert found.specificity == pytest.approx(metrics.recall_score(is_yes, said, pos_label=False))
    assert found.f_beta == pytest.approx(metrics.fbeta_score(is_yes, said, beta=2))
    assert found.auroc == pytest.approx(metrics.roc_auc_score(is_yes, probability))
    assert found.auprc == pytest.approx(metrics.average_precision_score(is_yes, probability))
    assert made.calibration.brier == pytest.approx(2 * metrics.brier_score_loss(is_yes, probability))
    for name, value in found.as_dict().items():
        if isinstance(value, float):
            low, high = made.intervals[name]
            assert low <= value <= high, name
            assert high > low


def test_an_answer_is_the_longest_label_that_it_begins_with():
    truth = ["New York", "New", "Texas", "Texas", "New"]
    said = [Prediction(text) for text in (" New York and more", "New", "texas", "I do not know", "New Jersey")]
    made = evaluate([*truth, "Ohio"], [*said, Prediction("Ohio")], trained=["Utah", "texas", "Texas", "Texas", *truth])
    assert made.measures.accuracy == pytest.approx(5 / 6), "a variant of a label is that label"
    assert made.unknown == {"I do not know": 1}
    assert made.never_asked == ("Utah",)
    assert NONE in made.measures.confusion["labels"]


def test_probabilities_that_do_not_tell_labels_apart_are_none():
    assert shares({" New": 0.9}, ["New York", "New Jersey"]) is None
    found = shares({" ed": 0.6, " in": 0.3}, ["edible", "inedible", "unclear"])
    assert found == pytest.approx([0.6, 0.3, 0.1])


def test_an_interval_of_accuracy_holds():
    rng, held = Random(4), 0
    for _ in range(300):
        right = sum(rng.random() < 0.8 for _ in range(40)) / 40
        low, high = wilson(right, 40)
        held += low <= 0.8 <= high
    assert held >= 272, "95 of 100, less what chance may take"


def test_files_and_what_cannot_be_judged(tmp_path):
    truth = [LABELS[number % 3] for number in range(60)]
    (tmp_path / "valid.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records(truth)))
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records([*truth, *["golf"] * 20])))
    (tmp_path / "said.txt").write_text("\n".join([*truth[:-1], "cricket"]))
    options = ("--labels", "valid.jsonl", "--train", "train.jsonl")
    text = ftlint("evaluate", "said.txt", *options, "--plot", "m.svg", cwd=tmp_path).stdout.decode()
    assert "60 answers, 4 labels" in text
    assert "accuracy       0.9833   95 %: 0.91" in text
    assert 'the answer was "cricket", which begins with no label' in text
    assert 'never asked for: "golf"' in text
    assert (tmp_path / "m.svg").read_text().lstrip().startswith("<?xml")
    made = json.loads(ftlint("evaluate", "said.txt", *options, "--output", "json", cwd=tmp_path).stdout)
    assert (made["records"], made["never_asked"], made["unknown"]) == (60, ["golf"], {"cricket": 1})
    (tmp_path / "few.txt").write_text("hockey\n")
    (tmp_path / "bad.jsonl").write_text('{"a": 1}\n')
    for name, sentence in (
        ("few.txt", b"1 predictions for 60 records"),
        ("bad.jsonl", b"bad.jsonl, answer 1 has no text (a)"),
        ("none.jsonl", b"cannot read none.jsonl"),
    ):
        result = ftlint("evaluate", name, "--labels", "valid.jsonl", cwd=tmp_path)
        assert (result.returncode, sentence in result.stderr) == (2, True), result.stderr
    (tmp_path / "valid.jsonl").write_text('{"prompt": "a ->", "completion": " b"}\n{broken\n')
    result = ftlint("evaluate", "few.txt", "--labels", "valid.jsonl", cwd=tmp_path)
    assert b"has 1 line without a record" in result.stderr


def test_an_empty_answer_is_the_label_of_empty_answers_alone():
    made = evaluate([*["yes", "no"] * 9, "", ""], [*[Prediction("garbage")] * 18, Prediction(""), Prediction(" ")])
    assert made.measures.accuracy == pytest.approx(0.1)
    assert made.unknown == {"garbage": 18}


def test_logprobs_of_another_form_are_an_error():
    odd = {"content": [{"token": "a", "logprob": 0, "top_logprobs": 3}]}
    for logprobs in ({"content": [{"logprob": 0}]}, {"top_logprobs": [{"a": 1e9}]}, odd):
        with pytest.raises(InputError, match="its logprobs are not those of the API"):
            of_values([{"text": "a", "logprobs": logprobs}])
    with pytest.raises(InputError, match="is not UTF-8"):
        read("café".encode("latin-1"), "x.txt")


def test_free_text_is_right_word_for_word():
    truth = [f"a long answer number {number}" for number in range(20)]
    made = library.evaluate([*truth[:-1], "something else"], records(truth))
    assert made.measures.accuracy == pytest.approx(0.95)
    assert made.measures.confusion == {}


def test_errors_are_sentences():
    with pytest.raises(InputError, match="2 predictions for 1 records"):
        evaluate(["a"], [Prediction("a")] * 2)
    with pytest.raises(UsageError, match="did you mean"):
        evaluate(["yes", "no"] * 9, [Prediction("yes")] * 18, positive="yess")
    with pytest.raises(InputError, match="custom_id does not end"):
        of_values([{"custom_id": "a", "response": {}}, {"custom_id": "b", "response": {}}])
    with pytest.raises(InputError, match="line 2: not JSON"):
        read(b'"a"\n{', "x")
