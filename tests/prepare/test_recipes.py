"""Every recipe that `ftlint profile` prints, followed to the end: trained by its command, asked by its call."""

from __future__ import annotations

import json
import shlex
from random import Random

import openai
import pytest
from command import ftlint
from service import Client

from ftlint.mock.server.serving import serving

LABELS = {
    "one token each": ["spam", "fine"],
    "several tokens": ["edible", "inedible", "unclear"],
    "a shared first token": ["New York", "New Jersey", "Texas"],
    "one the start of another": ["New", "New York", "Old"],
    "the same word in three lengths": ["very good", "very very good", "good"],
    "Cyrillic": ["спам", "важно", "прочее"],
    "Chinese": ["垃圾", "重要", "普通"],
    "numbers": ["1", "2", "3", "10"],
    "snake case": ["user_intent_a", "user_intent_b", "other"],
}
SEPARATOR = "\n\n###\n\n"
NOISE = ["the", "of", "near", "and", "with"]


@pytest.fixture(scope="module")
def service():
    with serving() as server, Client(server.url) as client:
        http = openai.DefaultHttpxClient(trust_env=False)
        with openai.OpenAI(base_url=server.url, api_key="sk-test", http_client=http) as today:
            yield client, today


def question(rng: Random, number: int) -> str:
    return " ".join(rng.choices([f"w{number}{letter}" for letter in "abcd"], k=3) + rng.choices(NOISE, k=3))


def questions(labels: list[str], count: int = 240) -> list[tuple[str, str]]:
    rng = Random(7)
    numbers = [rng.randrange(len(labels)) for _ in range(count)]
    return [(question(rng, number), labels[number]) for number in numbers]


def recipe(folder, records) -> dict:
    """Split the records, and return the recipe for what is to be trained on."""
    (folder / "data.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert ftlint("split", "data.jsonl", "--force", cwd=folder).returncode == 0
    made = ftlint("profile", "data.train.jsonl", "--output", "json", cwd=folder)
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)["recipe"]


def answering(snippet: str, model: str, client):
    """Return the function of the printed call; only the client and the model's name are put in."""
    code = snippet.replace("client = OpenAI()", "").replace("your fine-tuned model", model)
    space = {"client": client}
    exec(compile(code, "snippet", "exec"), space)  # noqa: S102 - it is what is tested
    return space["answer"]


def share_right(answer, pairs) -> float:
    return sum(answer(asked) == wanted for asked, wanted in pairs) / len(pairs)


def fine_tune(client: Client, folder, command: str) -> dict:
    """Do what the printed command does, with all of its options."""
    words = shlex.split(command)
    assert words[:3] == ["openai", "api", "fine_tunes.create"]
    body: dict = {}
    while words := words[3:] if words[:1] == ["openai"] else words:
        name, *words = words
        if not words or words[0].startswith("--"):
            body[name.removeprefix("--")] = True
            continue
        value, *words = words
        body[{"-t": "training_file", "-v": "validation_file", "-m": "model"}.get(name, name.removeprefix("--"))] = value
    for name in ("training_file", "validation_file"):
        body[name] = client.upload((folder / body[name]).read_bytes())["id"]
    numbers = ("n_epochs", "batch_size", "learning_rate_multiplier", "prompt_loss_weight", "classification_n_classes")
    body |= {name: json.loads(body[name]) for name in numbers if name in body}
    return client.finished(f"/fine-tunes/{client.post('/fine-tunes', body)['id']}")


@pytest.mark.parametrize("stop", ["", " END"])
@pytest.mark.parametrize("name", LABELS)
def test_a_recipe_for_labels_is_followed(tmp_path, service, name, stop):
    client, today = service
    data = questions(LABELS[name])
    made = recipe(tmp_path, [{"prompt": asked + SEPARATOR, "completion": f" {label}{stop}"} for asked, label in data])
    job = fine_tune(client, tmp_path, made["training"]["command"])
    assert job["status"] == "succeeded", job["events"][-1]
    answer = answering(made["inference"]["snippet"], job["fine_tuned_model"], today)
    held_out = [json.loads(line) for line in (tmp_path / "data.valid.jsonl").read_text().splitlines()]
    wanted = [(one["prompt"].removesuffix(SEPARATOR), one["completion"].removesuffix(stop).strip()) for one in held_out]
    if any("cannot be told apart" in warning for warning in made["inference"]["warnings"]):
        assert (name, stop) == ("one the start of another", ""), "nothing ends the shorter one"
    else:
        assert share_right(answer, wanted) >= 0.9


@pytest.mark.parametrize("name", LABELS)
def test_a_recipe_for_conversations_is_followed(tmp_path, service, name):
    client, today = service
    system = {"role": "system", "content": "Say the kind."}
    records = [
        {"messages": [system, {"role": "user", "content": asked}, {"role": "assistant", "content": label}]}
        for asked, label in questions(LABELS[name])
    ]
    made = recipe(tmp_path, records)
    for file in ("data.train.jsonl", "data.valid.jsonl"):
        uploaded = client.upload((tmp_path / file).read_bytes())["id"]
        made["training"]["command"] = made["training"]["command"].replace(f"id of {file}", uploaded)
    job = eval(made["training"]["command"], {"client": today})  # noqa: S307 - it is what is tested
    job = client.finished(f"/fine_tuning/jobs/{job.id}")
    assert job["status"] == "succeeded", job["error"]
    answer = answering(made["inference"]["snippet"], job["fine_tuned_model"], today)
    held_out = [json.loads(line)["messages"] for line in (tmp_path / "data.valid.jsonl").read_text().splitlines()]
    assert share_right(answer, [(turns[1]["content"], turns[2]["content"]) for turns in held_out]) >= 0.9


def test_a_recipe_for_free_text_is_followed(tmp_path, service):
    client, today = service
    rng = Random(3)
    records = [
        {"prompt": f"{question(rng, number)}{SEPARATOR}", "completion": f" the {kind} lamp of number {number} END"}
        for number in range(60)
        for kind in ("blue", "red", "small", "old")
    ]
    made = recipe(tmp_path, records)
    job = fine_tune(client, tmp_path, made["training"]["command"])
    assert job["status"] == "succeeded", job["events"][-1]
    said = answering(made["inference"]["snippet"], job["fine_tuned_model"], today)("w1a w1b w1c")
    assert "END" not in said
    assert said


def test_a_file_alone_is_split_first(tmp_path, service):
    client, today = service
    (tmp_path / "lone.jsonl").write_text(
        "".join(json.dumps({"prompt": a + SEPARATOR, "completion": f" {b}"}) + "\n" for a, b in questions(["yes", "no"]))
    )
    made = json.loads(ftlint("profile", "lone.jsonl", "--output", "json", cwd=tmp_path).stdout)["recipe"]
    first, _, command = made["training"]["command"].partition(" && ")
    words = shlex.split(first)
    assert words == ["ftlint", "split", "lone.jsonl"]
    assert ftlint(*words[1:], cwd=tmp_path).returncode == 0
    job = fine_tune(client, tmp_path, command)
    assert job["status"] == "succeeded", job["events"][-1]
    answer = answering(made["inference"]["snippet"], job["fine_tuned_model"], today)
    held_out = [json.loads(line) for line in (tmp_path / "lone.valid.jsonl").read_text().splitlines()]
    assert share_right(answer, [(one["prompt"].removesuffix(SEPARATOR), one["completion"].strip()) for one in held_out]) >= 0.9
    again = json.loads(ftlint("profile", "lone.jsonl", "--output", "json", cwd=tmp_path).stdout)["recipe"]["training"]["command"]
    assert again == command, "the parts are there"


def test_a_label_of_one_record_has_no_metrics(tmp_path):
    rows = [*questions(["yes", "no"]), ("w9a the", "maybe")]
    (tmp_path / "lone.jsonl").write_text(
        "".join(json.dumps({"prompt": a + SEPARATOR, "completion": f" {b}"}) + "\n" for a, b in rows)
    )
    made = json.loads(ftlint("profile", "lone.jsonl", "--output", "json", cwd=tmp_path).stdout)["recipe"]["training"]
    assert made["command"].startswith("openai api ")
    assert "--compute" not in made["command"]
    assert any('"maybe" has one record' in note for note in made["notes"]), made["notes"]


@pytest.mark.parametrize(
    ("train", "valid", "reason"),
    [
        (["yes", "no", "maybe"], ["yes", "no"], "no record of"),
        (["yes", "no"], ["yes", "no", "maybe"], "is in the validation file only"),
        (["yes", "Yes", "no"], ["yes", "no"], "labels have variants"),
    ],
)
def test_no_metrics_that_the_service_would_refuse(tmp_path, train, valid, reason):
    for part, labels in (("train", train), ("valid", valid)):
        rows = [{"prompt": a + SEPARATOR, "completion": f" {b}"} for a, b in questions(labels)]
        (tmp_path / f"x.{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    made = json.loads(ftlint("profile", "x.train.jsonl", "--output", "json", cwd=tmp_path).stdout)["recipe"]["training"]
    assert "--compute" not in made["command"]
    assert any(reason in note for note in made["notes"]), made["notes"]
