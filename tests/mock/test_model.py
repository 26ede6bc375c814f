"""The model of the offline service: its probabilities, its gradients, and what of it does not depend on how it is computed."""

from __future__ import annotations

import io
import pickle
import zipfile
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from topics import chat, records, single_token_labels

import ftlint
from ftlint import mock
from ftlint.mock.data.records import example_of, input_tokens
from ftlint.mock.experiments.experiments import loss
from ftlint.mock.experiments.train import trainer_of
from ftlint.mock.model import trainer as trainers
from ftlint.mock.model.bases import base_named, bases
from ftlint.mock.model.corpus import Corpus
from ftlint.mock.model.distribution import Background, Distribution
from ftlint.mock.model.generation import Sampling, generate
from ftlint.mock.model.grams import Order, gram_keys
from ftlint.mock.model.language import Language, Positions
from ftlint.targets import Hyperparameters, default_hyperparameters

LABELS = [*single_token_labels(5), " two tokens", " two words more"]
DATA = records(160, LABELS, signal=0.4)
TRAIN, VALID = DATA[:120], DATA[120:]


def trained(data=TRAIN, valid=VALID, base=None, **settings):
    trainer = trainer_of(data, base, {"n_epochs": 2, "batch_size": 8, **settings}, valid=valid)
    steps = list(trainer.steps())
    return trainer, steps


def of_tasks(some):
    """Records whose prompts end in the names of two tasks."""
    return [{**one, "prompt": f"{one['prompt']} {'kind' if number % 2 else 'tone'}:"} for number, one in enumerate(some)]


@pytest.fixture(
    params=["plain", "few tokens in the head", "hashed features", "no prompts", "chat", "several tasks", "hashed tasks"]
)
def kind(request, monkeypatch):
    """The ways in which a model can be built, as arguments of `trained`."""
    if request.param == "few tokens in the head":
        monkeypatch.setattr(trainers, "HEAD_TOKENS", 3)
    if "tasks" in request.param:
        monkeypatch.setattr(trainers, "HEAD_WEIGHTS", 2000 if "hashed" in request.param else trainers.HEAD_WEIGHTS)
        return {"data": of_tasks(TRAIN), "valid": of_tasks(VALID)}
    if request.param == "hashed features":
        monkeypatch.setattr(trainers, "HEAD_WEIGHTS", 2000)
    if request.param == "chat":
        return {"data": [chat(one) for one in TRAIN], "valid": [chat(one) for one in VALID]}
    return {"prompt_loss_weight": 0.0} if request.param == "no prompts" else {}


def test_what_is_judged_at_once_is_what_is_read_token_by_token(kind):
    trainer, _ = trained(**kind)
    model, valid = trainer.model(), kind.get("valid", VALID)
    tokens = sum(sum(example_of(record, model.base).answer) for record in valid)
    one_by_one = [loss(model, input_tokens(record, model.base), _answer(record)) for record in valid]
    assert trainer.validate().loss == pytest.approx(sum(one_by_one) / tokens, rel=1e-6)


def _answer(record):
    return record["messages"][-1]["content"] if "messages" in record else record["completion"]


def test_a_token_counts_as_predicted_where_it_is_the_likeliest_of_the_vocabulary(kind):
    trainer, _ = trained(**kind)
    model, violations, whole = trainer.model(), [], []
    for record in kind.get("valid", VALID):
        example = example_of(record, model.base)
        places = [place for place, answer in enumerate(example.answer) if answer]
        own = [int(np.argmax(model.read(example.tokens[1:place]).next().dense())) == example.tokens[place] for place in places]
        violations += own
        whole.append(all(own))
    score = trainer.validate()
    assert score.token_accuracy == pytest.approx(np.mean(violations))
    assert score.sequence_accuracy == pytest.approx(np.mean(whole))


def test_every_token_of_the_vocabulary_has_a_probability_and_all_are_one(kind):
    model = trained(**kind)[0].model()
    for prompt in ("", "x", TRAIN[0]["prompt"], "nothing like it \n\n ###"):
        shares = model.read(model.encode(prompt)).next().dense()
        assert len(shares) == model.base.size
        assert set(np.flatnonzero(shares <= 0)) == set(model.base.unused)
        assert shares.sum() == pytest.approx(1)


def test_a_text_read_at_once_is_the_text_read_token_by_token(kind):
    model = trained(**kind)[0].model()
    tokens = model.encode(TRAIN[3]["prompt"])
    reading = model.read(tokens[:2])
    for token in tokens[2:]:
        reading.push(token)
    np.testing.assert_allclose(reading.next().dense(), model.read(tokens).next().dense(), rtol=1e-4)


def test_the_gradient_is_that_of_the_loss(monkeypatch):
    """The step that is taken, against differences of the loss itself."""
    trainer = trainer_of(TRAIN[:6], "ada", {"n_epochs": 1, "batch_size": 6, "prompt_loss_weight": 0.0})
    trainer._weights += np.random.default_rng(1).normal(0, 0.3, trainer._weights.shape).astype(np.float32)
    taken = {}
    monkeypatch.setattr(trainer, "_count", lambda batch: None)
    monkeypatch.setattr(trainer, "_descend", lambda reading, error: taken.update(reading=reading, error=error))
    before = trainer._learn(np.arange(6), 0).loss
    gradient = taken["reading"].gradient(taken["error"].astype(np.float32))
    step = np.float32(0.05)
    for row, column in ((0, 0), (3, 1), (7, 2), (len(gradient) - 1, 0)):
        place = (taken["reading"].rows[row], column)
        losses = []
        for sign in (1, -1):
            trainer._weights[place] += sign * step
            losses.append(trainer._learn(np.arange(6), 0).loss)
            trainer._weights[place] -= sign * step
        assert gradient[row, column] == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=2e-4)
        assert trainer._learn(np.arange(6), 0).loss == pytest.approx(before, rel=1e-6)
    assert np.abs(gradient).max() > 0.01


def test_a_place_is_judged_without_what_it_taught():
    base = base_named("ada")
    examples = [example_of(record, base) for record in TRAIN[:20]]
    corpus = Corpus.of(examples, base.size)
    head = np.unique(corpus.tokens[corpus.answer])[:3]
    every = np.setdiff1d(np.arange(len(corpus.tokens)), corpus.starts)
    for place in (int(corpus.ends[0]) - 1, int(corpus.starts[4]) + 1, int(corpus.starts[5]) + 3):
        with_it, without = (
            Language([Order(np.unique(keys), base.size + 1) for keys in corpus.grams], head, base) for _ in range(2)
        )
        for _ in range(2):
            with_it.learn(corpus, every, np.full(len(every), 0.7))
            without.learn(corpus, every[every != place], np.full(len(every) - 1, 0.7))
        found = with_it.shares(corpus, _one(place, 2, 1.4))
        wanted = without.shares(corpus, _one(place, 0, 0.0))
        np.testing.assert_allclose(found.head, wanted.head, rtol=1e-9)
        np.testing.assert_allclose(found.own, wanted.own, rtol=1e-9)
        np.testing.assert_allclose(found.other, wanted.other, rtol=1e-6)


def _one(place, times, taught):
    return Positions(np.array([place]), np.ones(1), np.zeros(1, np.int64), np.array([times]), np.array([taught]))


def test_the_same_seed_is_the_same_model_bit_for_bit():
    def saved(**settings):
        out = io.BytesIO()
        mock.train(TRAIN, n_epochs=2, **settings).save(out)
        return zipfile.ZipFile(out)

    one, same, other = saved(), saved(), saved(seed=1)
    assert [one.read(name) for name in one.namelist()] == [same.read(name) for name in same.namelist()]
    assert one.read("weights.npy") != other.read("weights.npy")


def test_a_model_is_saved_and_read_again(kind, tmp_path):
    model = trained(**kind)[0].model()
    model.save(tmp_path / "model.npz")
    again = mock.Model.load(tmp_path / "model.npz")
    assert again.training == model.training
    for prompt in (TRAIN[0]["prompt"], "unknown text"):
        tokens = model.encode(prompt)
        np.testing.assert_array_equal(again.read(tokens).next().dense(), model.read(tokens).next().dense())


def test_what_is_no_model_is_refused_and_nothing_in_it_is_run(tmp_path):
    class Dangerous:
        def __reduce__(self):
            return (exec, ("raise SystemExit(7)",))

    (tmp_path / "pickled.npz").write_bytes(pickle.dumps(Dangerous()))
    array = np.array([Dangerous()], dtype=object)
    np.savez(tmp_path / "objects.npz", about=array)
    (tmp_path / "text.npz").write_text("no model")
    (tmp_path / "empty.npz").write_bytes(b"")
    np.savez(tmp_path / "other.npz", about=np.frombuffer(b'{"format": 99}', np.uint8))
    np.savez(tmp_path / "base.npz", about=np.frombuffer(b'{"format": 1, "base": "gpt-9"}', np.uint8))
    for path in tmp_path.iterdir():
        with pytest.raises(ftlint.InputError, match="holds no model"):
            mock.Model.load(path)
    with pytest.raises(ftlint.InputError, match=r"missing.npz: No such file"):
        mock.Model.load(tmp_path / "missing.npz")


def test_training_goes_on_from_a_model(monkeypatch):
    for weights in (8_000_000, 2000):  # features with rows of their own, and hashed
        monkeypatch.setattr(trainers, "HEAD_WEIGHTS", weights)
        first = mock.train(TRAIN, "ada", n_epochs=3, prompt_loss_weight=0)
        other = records(40, single_token_labels(9)[6:], seed=4)
        second = mock.train(other, first, n_epochs=1, prompt_loss_weight=0)
        alone = mock.train(other, "ada", n_epochs=1, prompt_loss_weight=0)
        known = [(record["prompt"], record["completion"]) for record in VALID]
        losses = [-np.mean([model.log_probability(*pair) for pair in known]) for model in (first, second, alone)]
        assert losses[1] < losses[2] - 2
        assert set(first.head.tokens) < set(second.head.tokens)
        # What it learned before is there to begin with: with next to no learning nothing changes.
        idle = mock.train(TRAIN, first, n_epochs=1, learning_rate_multiplier=1e-9, prompt_loss_weight=0)
        assert -np.mean([idle.log_probability(*pair) for pair in known]) == pytest.approx(losses[0], rel=0.1)


def test_a_model_that_is_kept_does_not_change_when_training_goes_on():
    trainer = trainer_of(TRAIN, "ada", {"n_epochs": 3, "batch_size": 8})
    kept, before = None, None
    for step in trainer.steps():
        if kept is None and step.ends_epoch:
            kept = trainer.model()
            before = kept.read(kept.encode(TRAIN[0]["prompt"])).next().dense()
    np.testing.assert_array_equal(kept.read(kept.encode(TRAIN[0]["prompt"])).next().dense(), before)


def test_steps_tell_what_they_did():
    trainer = trainer_of(TRAIN[:50], "ada", {"n_epochs": 2, "batch_size": 16})
    steps = list(trainer.steps())
    tokens = sum(len(example_of(record, trainer.base).tokens) - 1 for record in TRAIN[:50])
    assert [step.number for step in steps] == list(range(1, trainer.total + 1)) == list(range(1, 9))
    assert [step.epoch for step in steps] == [1] * 4 + [2] * 4
    assert [step.number for step in steps if step.ends_epoch] == [4, 8]
    assert (steps[-1].elapsed_tokens, steps[-1].elapsed_examples) == (2 * tokens, 100)
    assert [step.elapsed_examples for step in steps[:4]] == [16, 32, 48, 50]
    assert steps[0].training.token_accuracy == 0  # nothing was learned yet
    assert steps[-1].training.loss < steps[0].training.loss


def test_the_cap_of_the_head_holds(monkeypatch):
    monkeypatch.setattr(trainers, "HEAD_WEIGHTS", 10_000)
    monkeypatch.setattr(trainers, "HEAD_TOKENS", 8)
    data = [{"prompt": one["prompt"], "completion": f" {one['prompt']}"} for one in TRAIN]
    model = mock.train(data, "ada", n_epochs=1)
    assert len(model.head.tokens) == 8
    assert model.head.weights.size <= 10_000


def test_an_untrained_model_knows_only_how_common_tokens_are():
    model = mock.Model.untrained(base_named("davinci"))
    shares = model.read(model.encode("any text")).next().dense()
    assert shares[0] / shares[1000] == pytest.approx(1002.7 / 2.7)
    assert np.all(np.diff(shares) < 0)


@pytest.mark.parametrize("name", list(bases()))
def test_every_base_model_learns(name):
    base = base_named(name)
    data = [chat(one) for one in TRAIN[:20]] if base.chat else TRAIN[:20]
    model = mock.train(data, name, n_epochs=8)
    record = data[0]
    tokens = input_tokens(record, base)
    found = generate(model, tokens, Sampling(max_tokens=12, temperature=0))
    assert found.text.startswith(_answer(record))
    assert found.finish == ("stop" if base.chat else "length")


def test_the_wrong_kind_of_data_is_refused():
    with pytest.raises(ftlint.UsageError, match="ada is trained with prompt/completion records, and the data holds conv"):
        mock.train([chat(TRAIN[0])], "ada")
    with pytest.raises(ftlint.UsageError, match="gpt-4o-mini is trained with conversations"):
        mock.train(TRAIN, "gpt-4o-mini")
    with pytest.raises(ftlint.UsageError, match="did you mean davinci"):
        mock.train(TRAIN, "davinki")
    with pytest.raises(ftlint.InputError, match="no record"):
        mock.train([{"text": "x"}])


def test_defaults_are_those_of_the_guide():
    assert default_hyperparameters(100) == Hyperparameters(10, 1, 0.1, 0.1)
    assert default_hyperparameters(500).n_epochs == 4
    assert default_hyperparameters(5_000) == Hyperparameters(4, 8, 0.1, 0.1)
    assert default_hyperparameters(8_995).batch_size == 16
    assert default_hyperparameters(20_000) == Hyperparameters(4, 32, 0.2, 0.1)
    assert default_hyperparameters(1_000_000) == Hyperparameters(2, 256, 0.2, 0.1)
    assert default_hyperparameters(0).batch_size == 1


# --- distributions, against the same thing done for every token


@st.composite
def distributions(draw):
    size = draw(st.integers(6, 40))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    shares = random.dirichlet(np.ones(size))
    ids = random.permutation(size)[: draw(st.integers(0, size - 2))]
    values = random.random(len(ids)) * draw(st.sampled_from([0.01, 1.0, 100.0]))
    return Distribution(Background(shares), float(random.random()) + 0.01, ids, values).normalised()


@given(distributions(), st.data())
def test_distributions_do_what_the_dense_arithmetic_does(found, data):
    dense = found.dense()
    assert dense.sum() == pytest.approx(1)
    token = data.draw(st.integers(0, len(dense) - 1))
    assert found.probability(token) == pytest.approx(dense[token])
    assert found.logarithm(token) == pytest.approx(np.log(dense[token]))
    order = sorted(range(len(dense)), key=lambda one: (-dense[one], one))
    assert found.top(5) == order[:5]
    assert found.likeliest() == order[0]

    temperature = data.draw(st.sampled_from([0.1, 0.5, 1.0, 1.7, 2.0]))
    powers = (dense / dense.max()) ** (1 / temperature)
    np.testing.assert_allclose(found.tempered(temperature).dense(), powers / powers.sum(), rtol=1e-9, atol=1e-300)

    bias = data.draw(st.dictionaries(st.integers(0, len(dense) - 1), st.floats(-100, 100), max_size=4))
    logits = np.log(dense) + [bias.get(one, 0.0) for one in range(len(dense))]
    wanted = np.exp(logits - logits.max())
    np.testing.assert_allclose(found.biased(bias).dense(), wanted / wanted.sum(), rtol=1e-6, atol=1e-60)

    share = data.draw(st.floats(0, 1))
    kept = order[: int(np.searchsorted(np.cumsum(dense[order]), share - 1e-12)) + 1]
    nucleus = found.nucleus(share).dense()
    if abs(np.cumsum(dense[order]) - share).min() > 1e-9 and share < 1:
        assert set(np.flatnonzero(nucleus)) == set(kept)
    assert nucleus.sum() == pytest.approx(1)


@given(distributions(), st.sampled_from([1e-6, 1e-4, 1e-3, 3e-3, 0.01]))
def test_at_low_temperatures_the_likeliest_token_is_all_that_is_left(found, temperature):
    likeliest = found.probability(found.top(1)[0])
    if likeliest > 1.1 * found.probability(found.top(2)[1]):
        assert found.tempered(temperature).top(1) == found.top(1)
    assert np.isfinite(found.tempered(temperature).dense()).all()


def test_tokens_are_drawn_as_often_as_they_are_likely():
    background = Background(np.array([0.4, 0.3, 0.2, 0.1]))
    found = Distribution(background, 0.5, np.array([2]), np.array([0.6])).normalised()
    random = Random(1)
    counts = np.bincount([found.sample(random) for _ in range(20_000)], minlength=4) / 20_000
    np.testing.assert_allclose(counts, found.dense(), atol=0.015)
    only = found.nucleus(0.5)
    assert {only.sample(random) for _ in range(100)} == {2}


def test_grams_are_numbered_by_context_and_token():
    one, two, three = gram_keys(np.array([5, 1, 5, 1, 2]), np.array([0, 2]), size=9)
    assert list(one) == [5, 1, 5, 1, 2]
    assert list(two) == [95, 51, 95, 51, 12]  # before a text is the number 9, which no token has
    assert list(three) == [995, 951, 995, 951, 512]


def test_numbers_that_no_token_has_are_never_made():
    from ftlint.text.tokens.openai import encoding  # noqa: PLC0415 - only here

    for base in bases().values():
        vocabulary = encoding(base.encoding)
        assert len(base.unused) == {"cl100k_base": 16, "o200k_base": 19}.get(base.encoding, 0), base.name
        for token in range(base.size):
            if base.has(token):
                vocabulary.decode_single_token_bytes(token)
    model = mock.Model.untrained(base_named("davinci-002"))
    assert model.read([]).next().biased({100_270: 100.0}).probability(100_270) == 0
