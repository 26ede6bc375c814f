"""`ftlint profile`: what it counts is there, what it estimates holds, what it advises works."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from random import Random
from types import SimpleNamespace

import openai
import pytest
import strategies
from command import ftlint
from engines import Scattered
from hypothesis import given
from strategies import law

import ftlint as library
from ftlint.config import load
from ftlint.engine.serial import Serial
from ftlint.errors import InputError, UsageError
from ftlint.prepare import shown
from ftlint.prepare.profile import profile
from ftlint.rule import chats, pairs
from ftlint.sources import Source
from ftlint.text import tokens

WORDS = [*["the", "courier", "returned", "a", "blue", "lamp", "on", "Monday", "and", "nobody"], "café", "你好", "unbelievable"]


def profiled(lines, by=None, **options):
    data = "\n".join(lines).encode() + b"\n"
    settings = options.pop("settings", {})
    return profile(Source("data.jsonl", len(data), data), load(settings, isolated=True).options(), by or Serial(), **options)


def texts(rng, count, most=30):
    rows = []
    for number in range(count):
        prompt = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, most)))
        rows.append((f"{prompt} {number} ->", f" {rng.choice(WORDS)} {number} END"))
    return pairs(*rows)


def truth(lines, encoding="r50k_base"):
    return sum(len(tokens.encode(json.loads(line)[key], encoding)) for line in lines for key in ("prompt", "completion"))


RUSSIAN = ["чистый", "номер", "с", "видом", "на", "море"]


def russian(rng, count, most=30):
    return [line.replace("the", "чистый").replace("a ", "вид ").replace("lamp", "море") for line in texts(rng, count, most)]


ORDERS = {
    "mixed": lambda rng: texts(rng, 600),
    "sorted": lambda rng: sorted(texts(rng, 600), key=len),
    "alternating": lambda rng: [line for pair in zip(texts(rng, 300), russian(rng, 300), strict=True) for line in pair],
    "every fifth": lambda rng: [(russian if i % 5 == 0 else texts)(rng, 1)[0] for i in range(600)],
    "one kind after the other": lambda rng: texts(rng, 400) + russian(rng, 200),
    "heavy tail": lambda rng: [texts(rng, 1, 1 + int(20 * rng.paretovariate(1.3)) % 4000)[0] for _ in range(600)],
}


@pytest.mark.parametrize("order", ORDERS)
def test_an_estimate_holds_in_95_of_100_files(monkeypatch, order):
    monkeypatch.setattr("ftlint.prepare.profile.SAMPLED", 150)
    held = 0
    for seed in range(60):
        lines = ORDERS[order](Random(seed))
        total = profiled(lines).counts.total
        assert not total.exact
        assert total.error < 0.2 * total.count
        held += abs(total.count - truth(lines)) <= total.error
    assert held >= 53


@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
def test_records_near_the_limit_are_counted_or_given_with_an_error(monkeypatch, share):
    monkeypatch.setattr("ftlint.prepare.measures.SAMPLED", 40)
    rng = Random(5)
    long = pairs(*((f"{'word ' * 1900}{i}->", " x END") for i in range(round(200 * share))))
    wordy = pairs(*((f"{'unbelievably ' * 300}{i}->", " x END") for i in range(200 - len(long))))  # bytes, but no tokens
    lines = [*long, *wordy, *texts(rng, 100)]
    rng.shuffle(lines)
    near = profiled(lines).near
    assert abs(near.count - len(long)) <= near.error
    assert near.error < 60
    assert profiled(lines, exact=True).near.count == len(long)


def test_tokens_are_counted_when_asked():
    lines = texts(Random(3), 3000)
    made = profiled(lines, exact=True)
    assert (made.counts.total.count, made.counts.total.exact) == (truth(lines), True)
    found = Counter(len(tokens.encode(json.loads(line)["prompt"], "r50k_base")) for line in lines)
    assert made.counts.of_texts["prompt"] == found
    ordered = sorted(found.elements())
    spread = made.spreads["prompt"]
    assert (spread.median, spread.most_of_95, spread.most) == (ordered[1499], ordered[2849], ordered[-1])
    assert sum(count for _, _, count in spread.histogram) == 3000
    assert made.counts == profiled(lines, exact=True, by=Scattered(7)).counts
    assert profiled(lines[:500]).counts.total.exact, "a sample of all is no estimate"


def test_the_longest_is_seen_wherever_it_stands():
    lines = texts(Random(1), 9000)
    lines[8901] = pairs(("long " * 700 + "->", " x END"))[0]
    made = profiled(lines)
    assert made.spreads["prompt"].most == 701
    assert not made.counts.total.exact
    near = profiled([pairs(("word " * 1900 + "->", " x END"))[0]] * 3 + texts(Random(2), 50))
    assert near.near.count == 3


def labelled(labels, count=2000):
    return pairs(*((f"mail {i} about the parcel\n\n###\n\n", labels[i % len(labels)]) for i in range(count)))


def test_a_recipe_for_two_labels():
    made = profiled(labelled([" spam", " fine", " fine", " fine"]))
    assert [(label.label, label.count, [text for _, text in label.tokens]) for label in made.labels] == [
        ("fine", 1500, [" fine"]),
        ("spam", 500, [" spam"]),
    ]
    words = shlex.split(made.training.command)
    assert words[:3] == ["openai", "api", "fine_tunes.create"]
    assert made.inference.max_tokens == 1
    assert made.inference.first_token_to_label == {" fine": "fine", " spam": "spam"}
    with pytest.raises(UsageError, match='no label is "ham"; there are'):
        profiled(labelled([" spam", " fine"]), positive="ham")
    costs = {cost.model: cost for cost in made.costs}
    assert list(costs) == ["ada", "babbage", "curie", "davinci"], "the cheapest first; what has no price has none"
    assert costs["ada"].training == pytest.approx(made.counts.total.count * 4 * 0.0004 / 1000)
    assert made.entropy == pytest.approx(0.811, abs=0.001)
    assert made.ratio == 3


def test_a_recipe_for_labels_of_several_tokens():
    made = profiled(labelled([" not edible END", " not sure END", " edible END"]))
    assert made.inference.stop == " END"
    assert made.inference.max_tokens == 3, "the longest label, and the stop"
    assert "--compute" not in made.training.command
    assert any("labels share a first token" in note for note in made.training.notes)
    assert not made.inference.logit_bias, "it would keep the model from the stop"
    assert len(made.inference.warnings) == 1
    unique = profiled(labelled([" edible END", " inedible END", " unclear END"]))
    assert unique.inference.max_tokens == 1
    assert unique.inference.first_token_to_label[" in"] == "inedible"


@pytest.mark.parametrize(
    ("count", "epochs", "batch", "noted"),
    [(120, 10, 1, True), (2000, 4, 4, False), (10_003, 4, 16, False), (60_000, 2, 64, True)],
)
def test_hyperparameters_follow_the_size(count, epochs, batch, noted):
    training = profiled(labelled([" spam", " fine"], count)).training
    assert (training.n_epochs, training.batch_size) == (epochs, batch)
    assert any("ftlint's own advice" in note for note in training.notes) == noted
    long = pairs(*(("a long story " * 60 + f"{i} ->", " x") for i in range(300)))
    assert profiled(long, settings={"task": "generation"}).training.prompt_loss_weight == 0.01


def asked(snippet, given):
    """Run a snippet with a client that answers, and return what it makes of it and what it asked for."""
    seen = {}

    def create(**settings):
        seen.update(settings)
        choice = SimpleNamespace(text=given, message=SimpleNamespace(content=given))
        return SimpleNamespace(choices=[choice])

    completions = SimpleNamespace(create=create)
    client = SimpleNamespace(completions=completions, chat=SimpleNamespace(completions=completions))
    names = {}
    original, openai.OpenAI = openai.OpenAI, lambda: client
    try:
        exec(snippet, names)  # noqa: S102 - it is what is shown
        return names["answer"]("burger"), seen
    finally:
        openai.OpenAI = original


def test_the_snippet_asks_as_it_was_trained():
    made = profiled(labelled([" edible", " inedible"]))
    answer, request = asked(made.inference.snippet, " in")
    assert answer == "inedible"
    assert request["prompt"] == "burger\n\n###\n\n"
    assert (request["temperature"], request["max_tokens"], request["logprobs"]) == (0, 1, 2)
    assert {int(token) for token in request["logit_bias"]} == {label.tokens[0][0] for label in made.labels}
    made = profiled(texts(Random(1), 300))
    answer, request = asked(made.inference.snippet, " some words")
    assert (answer, request["stop"]) == ("some words", " END")
    talk = chats(*([("user", f"Is {i} even?"), ("assistant", "no" if i % 2 else "yes")] for i in range(200)))
    answer, request = asked(profiled(talk).inference.snippet, "yes")
    assert (answer, request["messages"]) == ("yes", [{"role": "user", "content": "burger"}])


def test_conversations_are_counted_by_role():
    end = [("assistant", "A number."), ("user", "And?"), ("assistant", "Yes.")]
    talk = [[("system", "Be brief."), ("user", f"What is {i}?"), *end] for i in range(40)]
    made = profiled(chats(*talk))
    assert made.turns == {"system": 1, "user": 2, "assistant": 2}
    everything = sum(len(tokens.encode(text, "o200k_base")) for turns in talk for _, text in turns)
    marks = 40 * (3 + 5 * 4)  # OpenAI's cookbook: four tokens around a message, three around a record
    assert made.counts.total.count == everything + marks
    assert made.training.command.startswith('client.fine_tuning.jobs.create(model="gpt-4o-mini"')
    content = [{"type": "text", "text": "Hi there"}]
    parts = json.dumps({"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": "Yo"}]})
    assert profiled([parts] * 12).counts.by_kind == {"user": 24, "assistant": 12, "marks of messages": 12 * 11}


@law(60)
@given(strategies.files | strategies.chat_files)
def test_no_input_crashes(data):
    try:
        made = profile(Source("data.jsonl", len(data), data), load(isolated=True).options(), Serial())
    except InputError:
        return
    for columns in (80, 120):
        for line in shown.as_text(made, columns):
            code = ("fine_tunes", "training_file", "method", "LABELS", "BIAS", "prompt=", "messages=", "'", '    "')
            assert len(line) <= columns or any(sign in line for sign in code)
    assert "\n".join(shown.as_markdown(made)).count("```") % 2 == 0
    content = shown.as_json(made)
    assert json.loads(json.dumps(content))["records"] == made.records
    compile(made.inference.snippet, "snippet", "exec")


def test_the_command(tmp_path):
    (tmp_path / "mail.train.jsonl").write_text("\n".join(labelled([" spam", " fine"])))
    (tmp_path / "mail.valid.jsonl").write_text("\n".join(labelled([" spam", " fine"], 40)))
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "other.jsonl").write_text('{"segments": []}\n' * 3)
    text = ftlint("profile", "mail.train.jsonl", cwd=tmp_path).stdout.decode()
    assert "-t mail.train.jsonl -v mail.valid.jsonl" in text
    assert "--classification_positive_class" in text
    options = ("mail.train.jsonl", "--output", "json", "--positive-class", "fine")
    command = json.loads(ftlint("profile", *options, cwd=tmp_path).stdout)["recipe"]["training"]["command"]
    assert shlex.split(command)[-1] == " fine"
    assert "ftlint mock learning-curve mail.train.jsonl" in text
    assert max(map(len, text.splitlines())) <= 120
    assert ftlint("profile", "mail.train.jsonl", "--output", "markdown", cwd=tmp_path).stdout.startswith(b"# mail.train.jsonl\n")
    content = json.loads(ftlint("profile", "mail.train.jsonl", "--output", "json", "--exact-tokens", cwd=tmp_path).stdout)
    assert (content["tokens"]["exact"], content["tokens"]["total"]) == (True, content["tokens"]["interval"][0])
    for name, sentence in (
        ("empty.jsonl", b"has no prompt-completion records"),
        ("other.jsonl", b"of which ftlint makes no profile"),
    ):
        result = ftlint("profile", name, cwd=tmp_path)
        assert (result.returncode, sentence in result.stderr) == (2, True)


def test_the_library(tmp_path):
    rows = [json.loads(line) for line in labelled([" spam", " fine"], 400)]
    made = library.profile(rows)
    assert (made.records, [label.label for label in made.labels]) == (400, ["spam", "fine"])
    assert library.profile(rows, exact_tokens=True, positive_class="fine").counts.total.exact
