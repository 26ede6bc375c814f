"""What the guide of 2022 warns of shows in the model that is trained here: each effect with a margin."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from topics import records, single_token_labels

from ftlint import mock
from ftlint.mock.model.generation import Sampling, generate

LABELS = single_token_labels(12)
DATA = records(900, LABELS)
TRAIN, VALID = DATA[:600], DATA[600:]


@pytest.fixture(scope="module")
def model():
    return trained(TRAIN)


def trained(data, **settings):
    return mock.train(data, "ada", **{"n_epochs": 4, **settings})


def accuracy(model, data):
    """The share of records whose completion's first token is the likeliest one."""
    return np.mean([first(model, one["prompt"]) == model.encode(one["completion"])[0] for one in data])


def first(model, prompt):
    return model.read(model.encode(prompt)).next().top(1)[0]


def mass(model, prompts, labels=LABELS):
    """The mean probability that the next token begins a label."""
    tokens = {model.encode(label)[0] for label in labels}
    shares = [model.read(model.encode(prompt)).next() for prompt in prompts]
    return np.mean([sum(share.probability(token) for token in tokens) for share in shares])


def without(data, end=" ->"):
    return [{**one, "prompt": one["prompt"].removesuffix(end)} for one in data]


def test_it_learns(model):
    assert accuracy(model, VALID) > 0.8
    assert mass(model, [one["prompt"] for one in VALID]) > 0.9


def test_a_separator_that_is_missing_in_the_question(model):
    prompts = [one["prompt"] for one in without(VALID)]
    assert mass(model, prompts) < 0.1
    assert accuracy(model, without(VALID)) < 0.2


def test_a_space_after_the_separator_in_the_question(model):
    assert mass(model, [one["prompt"] + " " for one in VALID]) < 0.5


def test_no_separator_in_training(model):
    runs_on = trained(without(TRAIN))
    assert accuracy(runs_on, without(VALID)) < accuracy(model, VALID) - 0.1
    assert mass(runs_on, [one["prompt"] for one in without(VALID)]) < mass(model, [one["prompt"] for one in VALID]) - 0.2


def test_labels_of_several_tokens_need_a_stop():
    labels = [f" request_{what}_{how}" for what in ("refund", "card", "account") for how in ("lost", "blocked", "wrong", "late")]
    data = records(700, labels, signal=0.4)
    train, valid = data[:500], data[500:]

    def exact(model, stop):
        room = max(len(model.encode(label)) for label in labels) + 2
        texts = [
            generate(model, model.encode(one["prompt"]), Sampling(max_tokens=room, temperature=0, stop=stop)) for one in valid
        ]
        violations = [text.text == one["completion"] for text, one in zip(texts, valid, strict=True)]
        return np.mean(violations), Counter(text.finish for text in texts)

    endless, how = exact(trained(train), [])
    assert endless < 0.1
    assert how == {"length": len(valid)}
    stopped, how = exact(trained([{**one, "completion": one["completion"] + " END"} for one in train]), [" END"])
    assert stopped > 0.7
    assert how["stop"] > 0.9 * len(valid)


def test_labels_that_share_their_first_token_win_over_the_one_that_does_not():
    def chosen(labels):
        train, valid = (records(number, labels, seed=seed, signal=0.1, length=8) for number, seed in ((600, 1), (450, 2)))
        model = trained(train, batch_size=16)
        return np.mean([first(model, one["prompt"]) == model.encode(labels[0])[0] for one in valid])

    distinct, shared = chosen([" relevant", " unrelated", " unclear"]), chosen([" relevant", " not relevant", " not sure"])
    assert shared < 0.8 * distinct


def test_a_rare_class_is_hardly_ever_predicted():
    def of(label, number, seed):
        every = records(3_000, [" ham", " spam"], seed=seed, signal=0.12, length=8)
        return [one for one in every if one["completion"] == label][:number]

    valid = of(" spam", 200, 5)
    recalls = [accuracy(trained(of(" ham", ham, 1) + of(" spam", 200 - ham, 1)), valid) for ham in (100, 180, 190)]
    assert recalls[1] < 0.6 * recalls[0]
    assert recalls[2] < recalls[1]


def test_a_leak_makes_a_model_look_better_than_it_is():
    random = Random(3)
    data = [{**one, "completion": random.choice([" yes", " no"])} for one in records(500, LABELS, signal=0)]
    train, clean = data[:300], data[300:]
    model = trained(train)
    assert accuracy(model, clean) == pytest.approx(0.5, abs=0.1)
    assert accuracy(model, clean[:100] + train[:100]) > accuracy(model, clean) + 0.15


def test_prompts_are_learned_by_their_weight():
    data = TRAIN[:300]
    prompts = [one["prompt"] for one in VALID[:40]]
    nll = {}
    for weight in (0.0, 0.1):
        model = trained(data, prompt_loss_weight=weight)
        nll[weight] = -np.mean([model.log_probability("", prompt) / len(model.encode(prompt)) for prompt in prompts])
    assert nll[0.0] > nll[0.1] + 5


def test_more_data_is_better():
    found = [accuracy(trained(TRAIN[:number]), VALID) for number in (150, 300, 600)]
    assert found[0] + 0.05 < found[-1]
    assert found == sorted(found)


def test_epochs_rate_and_batch_size_act_as_the_guide_says():
    """Too little learning, by few epochs, a low rate or large batches, is worse; a higher rate makes up for a large batch."""
    labels = single_token_labels(30)
    data = records(1_100, labels, signal=0.35)
    train, valid = data[:800], data[800:]

    def of(**settings):
        return accuracy(trained(train, **{"batch_size": 16, **settings}), valid)

    usual = of()
    assert of(n_epochs=1) < usual - 0.05
    assert of(learning_rate_multiplier=0.02) < usual - 0.05
    large = of(batch_size=128)
    assert large < usual - 0.1
    assert of(batch_size=128, learning_rate_multiplier=0.3) > large + 0.05


def test_numbers_of_equal_seeds_are_equal(model):
    again = trained(TRAIN)
    for one in VALID[:20]:
        tokens = model.encode(one["prompt"])
        assert again.read(tokens).next().logarithm(5) == model.read(tokens).next().logarithm(5)


def two_tasks(rng):
    """What the guide's section on several tasks has: the same things, of which two models of the world are asked."""
    things = [
        "burger",
        "car",
        "cheese",
        "soup",
        "pen",
        "house",
        "apple",
        "phone",
        "broth",
        "bridge",
        "lamp",
        "ocean",
        "sword",
        "bread",
        "truck",
        "cup",
        "plum",
        "tower",
        "spoon",
    ]
    forms = ("", "a ", "the ", "my ", "one ", "this ", "that ", "some ")
    rows = [
        {"prompt": f"{form}{thing} -> {task}:", "completion": label}
        for thing in things
        for task in ("edible", "handheld")
        for label in [rng.choice((" yes", " no"))]
        for form in forms
    ]
    rng.shuffle(rows)
    return rows[: len(rows) * 3 // 4], rows[len(rows) * 3 // 4 :]


def by_scikit_learn(train, valid):
    """The accuracy of a logistic regression over words and their pairs with the task."""
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415 - it takes a second to import
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - likewise
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - likewise

    def words(text):
        *before, task = text.split()
        return [*before, task, *(f"{word} {task}" for word in before)]

    model = make_pipeline(CountVectorizer(analyzer=words), LogisticRegression(C=100, max_iter=500))
    model.fit([one["prompt"] for one in train], [one["completion"] for one in train])
    return model.score([one["prompt"] for one in valid], [one["completion"] for one in valid])


@pytest.mark.parametrize("seed", range(3))
def test_one_model_learns_two_tasks_as_scikit_learn_does(seed):
    train, valid = two_tasks(Random(seed))
    model = trained(train, n_epochs=12)
    assert accuracy(model, train) > 0.97
    assert by_scikit_learn(train, valid) == 1, "which sees words, and not tokens that differ with what is before them"
    assert accuracy(model, valid) > 0.8


def test_more_labels_than_the_head_had_room_for():
    rng = Random(2)
    names = single_token_labels(700)
    rows = [{"prompt": f"word{number} {rng.choice('abc')} ->", "completion": name} for number, name in enumerate(names)] * 4
    model = trained(rows, n_epochs=6)
    assert accuracy(model, rows[:700]) > 0.95


def test_the_loss_of_training_falls():
    rng = Random(5)
    noisy = [{**one, "completion": rng.choice(LABELS)} if number % 5 == 0 else one for number, one in enumerate(TRAIN)]
    losses = []
    mock.train(noisy, "ada", n_epochs=8, progress=lambda step: losses.append((step.epoch, step.training.loss)))
    by_epoch = [np.mean([loss for epoch, loss in losses if epoch == number]) for number in range(1, 9)]
    assert all(after < before for before, after in pairwise(by_epoch)), by_epoch
