"""`ftlint mock`: what its commands print, draw and leave behind."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from service import Client, lines
from topics import chat, records, single_token_labels
from waiting import until_worked

import ftlint
from ftlint import mock
from ftlint.cli.app import app
from ftlint.mock import serving
from ftlint.mock.experiments import experiments

LABELS = single_token_labels(3)
DATA = records(160, LABELS, signal=0.5)
TRAIN, VALID = DATA[:120], DATA[120:]
PACKAGE = Path(ftlint.__file__).parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("train.jsonl").write_bytes(lines(TRAIN))
    Path("valid.jsonl").write_bytes(lines(VALID))
    Path("chat.jsonl").write_bytes(lines(chat(one) for one in TRAIN))
    return tmp_path


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["mock", *map(str, arguments)], standalone_mode=False)
    if code == 0:
        if result.exception:
            raise result.exception
        assert result.return_value == 0
    return result


def run_json(*arguments):
    return json.loads(run(*arguments, "--output", "json").stdout)


def is_picture(path):
    data = Path(path).read_bytes()
    start = b"\x89PNG\r\n\x1a\n" if path.endswith(".png") else b"<?xml"
    return data.startswith(start) and len(data) > 5_000


def test_train_shows_epochs_and_writes_a_model(folder):
    text = run(
        "train", "train.jsonl", "--valid", "valid.jsonl", "-m", "model.npz", "--n-epochs", "3", "--plot", "loss.svg"
    ).stdout
    assert text.splitlines()[0].startswith("epoch 1  training loss ")
    assert "validation token accuracy" in text
    assert text.splitlines()[-2:] == [
        "model.npz: trained for 360 of 360 steps",
        "ask it: ftlint mock predict --model model.npz PROMPT",
    ]
    assert is_picture("loss.svg")
    found = run_json("train", "train.jsonl", "--n-epochs", "2")
    assert len(found["losses"]) == found["steps"] == found["of"] == 240
    assert [epoch["epoch"] for epoch in found["epochs"]] == [1, 2]
    model = mock.Model.load("model.npz")
    assert model.training["n_epochs"] == 3
    assert model.base.name == "davinci"


def test_predict_answers_from_a_model_or_from_data(folder):
    run("train", "train.jsonl", "-m", "model.npz")
    prompt = TRAIN[0]["prompt"]
    asked = ("predict", prompt, "another ->", "--max-tokens", "1")
    text = run(*asked, "--model", "model.npz", "--plot", "first.png").stdout
    assert f"{prompt!r} → {TRAIN[0]['completion']!r}  (length)" in text
    assert is_picture("first.png")
    found = run_json(*asked, "--train", "train.jsonl")
    assert found[0]["text"] == TRAIN[0]["completion"]
    assert max(found[0]["first"], key=found[0]["first"].get) == TRAIN[0]["completion"]
    assert run_json("predict", "a\\nb", "--train", "train.jsonl")[0]["prompt"] == "a\nb"
    question, answer = (message["content"] for message in chat(TRAIN[0])["messages"])
    found = run_json("predict", question, "--train", "chat.jsonl")[0]
    assert (found["text"], found["finish_reason"]) == (answer, "stop")


def test_evaluate_measures(folder):
    found = run_json("evaluate", "train.jsonl", "--valid", "valid.jsonl", "--plot", "matrix.png")
    names = "accuracy weighted_f1 precision recall specificity f_beta auroc auprc cross_entropy confusion"
    assert set(found) == set(names.split())
    assert found["accuracy"] > 0.8
    assert found["precision"] is found["auroc"] is None
    assert set(LABELS) <= set(found["confusion"]["labels"])
    assert sum(map(sum, found["confusion"]["matrix"])) == len(VALID)
    assert is_picture("matrix.png")
    run("train", "train.jsonl", "-m", "model.npz")
    assert run_json("evaluate", "--model", "model.npz", "--valid", "valid.jsonl") == found
    assert "accuracy" in run("evaluate", "train.jsonl", "--valid", "valid.jsonl").stdout
    assert run_json("evaluate", "chat.jsonl")["accuracy"] > 0.7


def test_evaluate_with_two_labels_and_a_stop(folder):
    two = [{**one, "completion": f"{one['completion']} END"} for one in DATA if one["completion"] in LABELS[:2]]
    Path("two.jsonl").write_bytes(lines(two))
    found = run_json("evaluate", "two.jsonl", "--stop", " END", "--positive-class", LABELS[0], "--beta", "2")
    assert found["confusion"]["labels"] == sorted(LABELS[:2])
    for name in ("precision", "recall", "specificity", "f_beta", "auroc", "auprc"):
        assert 0.5 < found[name] <= 1, name
    wrong = run("evaluate", "two.jsonl", "--stop", " END", "--positive-class", "maybe", code=2)
    assert "the positive class 'maybe' is none of the labels" in str(wrong.exception)


def test_a_model_of_the_service_is_evaluated_while_it_runs(folder):
    with serving(state="state") as server, Client(server.url) as client:
        name = client.fine_tune(TRAIN)["fine_tuned_model"]
        found = run_json("evaluate", "--model", name, "--state", "state", "--valid", "valid.jsonl")
        answer = run_json("predict", TRAIN[0]["prompt"], "--model", name, "--state", "state", "--max-tokens", "1")
    assert found["accuracy"] > 0.8
    assert answer[0]["text"] == TRAIN[0]["completion"]


def test_learning_curve_shows_what_more_data_brings(folder):
    found = run_json("learning-curve", "train.jsonl", "--valid", "valid.jsonl", "--plot", "curve.svg")
    assert [(point["fraction"], point["records"]) for point in found["points"]] == [(0.25, 30), (0.5, 60), (1.0, 120)]
    first, _, last = found["points"]
    assert last["accuracy"] > first["accuracy"]
    assert found["slope"] == pytest.approx(last["accuracy"] - found["points"][1]["accuracy"])
    assert is_picture("curve.svg")
    text = run("learning-curve", "train.jsonl", "--fractions", "0.1,1", "--n-epochs", "1").stdout
    assert re.search(r"^ 10\.0%        10 records  accuracy 0\.\d{4}  █+$", text, re.MULTILINE)
    assert re.search(r"^from 10 to 96 records accuracy changed by [+-]\d", text, re.MULTILINE)


def test_sweep_tries_every_combination(folder):
    found = run_json(
        "sweep", "train.jsonl", "--valid", "valid.jsonl", "--n-epochs", "1,4", "--batch-size", "8,64", "--plot", "s.png"
    )
    assert [(point["n_epochs"], point["batch_size"]) for point in found["points"]] == [(1, 8), (1, 64), (4, 8), (4, 64)]
    best = max(found["points"], key=lambda point: (point["accuracy"], -point["cross_entropy"]))
    assert found["best"] == best
    assert is_picture("s.png")
    text = run("sweep", "train.jsonl", "--prompt-loss-weight", "0,0.1").stdout
    assert text.splitlines()[-1].startswith("best: --prompt-loss-weight 0")


def test_impact_shows_what_the_findings_cost(folder):
    def damaged(data):
        """A third without separator, a third without the space: both are repaired safely."""
        made = []
        for number, one in enumerate(data):
            prompt = one["prompt"].removesuffix(" ->") if number % 3 == 0 else one["prompt"]
            made.append({"prompt": prompt, "completion": one["completion"].strip() if number % 3 == 1 else one["completion"]})
        return made

    Path("bad.jsonl").write_bytes(lines(damaged(DATA * 2)))
    Path("unseen.jsonl").write_bytes(lines(damaged(records(90, LABELS, signal=0.5, seed=9))))
    options = ("--separator", " ->", "--valid", "unseen.jsonl", "--n-epochs", "2")
    found = run_json("impact", "bad.jsonl", *options, "--plot", "impact.png")
    assert found["findings"]["SEP001"] > 100
    assert found["left"].get("SEP001", 0) == 0
    assert found["gained"] == pytest.approx(found["after"]["accuracy"] - found["before"]["accuracy"])
    assert found["gained"] > 0.1
    assert is_picture("impact.png")
    text = run("impact", "bad.jsonl", *options).stdout
    assert text.splitlines()[3].startswith("the repairs bring +")
    assert "CMP001" in text
    assert Path("bad.jsonl").read_bytes() == lines(damaged(DATA * 2))


def test_records_are_held_out_where_no_validation_file_is_named(folder):
    result = run("evaluate", "train.jsonl")
    assert "24 of 120 records are held out to judge with" in result.stderr
    train, held = experiments.held_out([*TRAIN, *TRAIN])
    assert {one["prompt"] for one in train}.isdisjoint(one["prompt"] for one in held)
    assert experiments.held_out([*TRAIN, *TRAIN]) == (train, held)
    with pytest.raises(ftlint.UsageError, match="too few"):
        experiments.held_out(TRAIN[:1])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "missing.jsonl"], "missing.jsonl: No such file"),
        (["train", "empty.jsonl"], "empty.jsonl has no record with prompt and completion, or messages"),
        (["train", "train.jsonl", "--base", "gpt-9"], "unknown base model 'gpt-9'"),
        (["train", "train.jsonl", "--plot", "x.gif"], "a picture is a .png or .svg file"),
        (["train", "train.jsonl", "--plot", "missing/x.png"], "cannot write missing/x.png"),
        (["train", "train.jsonl", "-m", "missing/x.npz"], "cannot write missing/x.npz"),
        (["predict", "x"], "requires either --model or data to train on"),
        (["predict", "x", "--model", "train.jsonl"], "holds no model of ftlint mock"),
        (["predict", "x", "--model", "m", "--state", "nowhere"], "nowhere is not a state folder"),
        (["evaluate"], "requires either --model or data to train on"),
        (["evaluate", "--model", "m"], "--model requires --valid FILE"),
        (["evaluate", "train.jsonl", "--valid", "chat.jsonl"], "davinci takes prompt/completion records"),
        (["learning-curve", "train.jsonl", "--fractions", "0.5,x"], "--fractions: 'x' is not a number"),
        (["learning-curve", "train.jsonl", "--fractions", "0.5,2"], "a fraction is more than 0 and at most 1, not 2.0"),
        (["sweep", "train.jsonl", "--n-epochs", "1.5"], "n_epochs is a whole number from 1 to 1000, not 1.5"),
        (
            ["sweep", "train.jsonl", "--learning-rate-multiplier", "0"],
            "learning_rate_multiplier is a number from 1e-09 to 1000, not 0.0",
        ),
        (["learning-curve", "train.jsonl", "--fractions", "nan,1"], "--fractions: 'nan' is not a number"),
        (["sweep", "train.jsonl", "--batch-size", "inf"], "--batch-size: 'inf' is not a number"),
        (["sweep", "train.jsonl", "--prompt-loss-weight", "5"], "prompt_loss_weight is a number from 0 to 1, not 5.0"),
        (["train", "train.jsonl", "--learning-rate-multiplier", "nan"], "nan is not in the range"),
        (["evaluate", "train.jsonl", "--beta", "nan"], "nan is not in the range"),
        (["evaluate", "train.jsonl", "--state", "x"], "--state requires --model"),
        (["evaluate", "train.jsonl", "--positive-class", "x"], "a positive class is one of two labels, and there are 3"),
        (["predict", "x", "--model", "m", "--n-epochs", "3"], "--n-epochs cannot be used with --model, which is already trained"),
        (["train", "train.jsonl", "--valid", "chat.jsonl"], "the validation records are of another kind"),
        (["train", "mixed.jsonl"], "holds records of several shapes"),
        (["predict", "x", "--model", "cut.npz"], "holds no model of ftlint mock"),
        (["impact", "missing.jsonl", "--valid", "valid.jsonl"], "missing.jsonl: No such file"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(folder, arguments, sentence):
    Path("empty.jsonl").write_bytes(b"\nno record\n")
    Path("mixed.jsonl").write_bytes(lines([TRAIN[0], chat(TRAIN[1])]))
    mock.train(TRAIN[:20], "ada", n_epochs=1).save("cut.npz")
    Path("cut.npz").write_bytes(Path("cut.npz").read_bytes()[:3_000])
    command = [sys.executable, "-m", "ftlint", "mock", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2, result
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 2  # a note on what is held out may be before
    assert "Traceback" not in result.stderr


def test_ctrl_c_keeps_what_was_done(folder):
    Path("long.jsonl").write_bytes(lines(records(4_000, LABELS)))
    how = ["--batch-size", "1", "--n-epochs", "50", "--output", "json"]
    command = [sys.executable, "-m", "ftlint", "mock", "train", "long.jsonl", "-m", "model.npz", *how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until_worked(process, 4)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    found = json.loads(output)
    assert 0 < found["steps"] < found["of"]
    assert mock.Model.load("model.npz").base.name == "davinci"
    assert "Traceback" not in errors


def test_ctrl_c_shows_the_points_that_are_there(folder):
    Path("long.jsonl").write_bytes(lines(records(3_000, LABELS)))
    how = ["--fractions", "0.005,1", "--batch-size", "1", "--n-epochs", "50"]
    command = [sys.executable, "-m", "ftlint", "mock", "learning-curve", "long.jsonl", *how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until_worked(process, 12)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "accuracy" in output
    assert "interrupted; this is what was done until then" in errors


def test_what_is_missing_is_named(tmp_path):
    """Without the extra each command says what to install."""
    script = (
        "import sys; sys.modules['scipy'] = None; from ftlint.cli.app import run; sys.exit(run(['mock', 'train', 'x.jsonl']))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 2
    assert "pip install 'ftlint[mock]'" in result.stderr


def test_the_fixture_serves_and_points_clients_to_it(ftlint_mock, monkeypatch):
    assert os.environ["OPENAI_BASE_URL"] == os.environ["OPENAI_API_BASE"] == ftlint_mock.url
    assert os.environ["OPENAI_API_KEY"]
    assert "127.0.0.1" in os.environ["NO_PROXY"]
    headers = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
    assert httpx.get(f"{ftlint_mock.url}/models", headers=headers, trust_env=False).status_code == 200


PAGES = {
    "mock/server/page.py": {"ftlint.report.page"},
    "mock/server/watching.py": {"ftlint.report.formats", "ftlint.sources"},
}
"""The page of the service is of the same make as reports, and shows one."""


def test_the_mock_stands_apart():
    """It imports of ftlint tokens, targets, errors, measures and what is public; of the rest only its command imports it."""
    allowed = {
        "ftlint",
        *(
            f"ftlint.{name}"
            for name in (
                "text.tokens",
                "text.tokens.openai",
                "targets",
                "dialects",
                "errors",
                "evaluation",
                "evaluation.measures",
            )
        ),
    }
    for path in PACKAGE.rglob("*.py"):
        found = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                found.add(node.module)
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
        ours = {name for name in found if name and name.partition(".")[0] == "ftlint"}
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith("mock/"):
            more = PAGES.get(name, set())
            assert {one for one in ours if not one.startswith("ftlint.mock")} <= allowed | more, name
        elif not name.startswith("cli/mock/"):
            assert not {one for one in ours if one.startswith("ftlint.mock")}, name


def test_impact_asks_both_models_the_same_questions(folder):
    """A repair that drops records, of the validation file too, changes nothing of what is asked."""
    Path("twice.jsonl").write_bytes(lines([*TRAIN, *TRAIN[:40]]))
    Path("judge.jsonl").write_bytes(lines([*VALID, *VALID]))
    found = run_json("impact", "twice.jsonl", "--valid", "judge.jsonl", "--unsafe-fixes", "--n-epochs", "1")
    assert found["findings"]["DUP001"] == 40
    assert found["judged"] == len(VALID)
    assert 0 <= found["before"]["accuracy"] <= 1
    assert abs(found["gained"]) < 0.3


def test_impact_holds_out_records_and_keeps_broken_lines(folder):
    Path("broken.jsonl").write_bytes(lines(TRAIN) + b"{'prompt': 'x ->', 'completion': ' y'}\n" * 3)
    result = run("impact", "broken.jsonl", "--n-epochs", "1", "--output", "json")
    assert json.loads(result.stdout)["findings"]["JSN001"] == 3
    assert "24 records held out to judge with" in result.stderr
