"""What a trainer makes of a record: laws for every template, and what is learned of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toys import TEMPLATES, folder, talk

import ftlint
from ftlint.dialects.base import value_at
from ftlint.training.draft import NEAR
from ftlint.training.folder import model_at

LEARNS = ("all", "completion", "assistant", "last")
TEXT = st.text(st.sampled_from("ab ridge\n<>[]z😀é{}|_"), min_size=1, max_size=30)
TURNS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("tokenizers")
    silent = "{% for m in messages if m.role == 'assistant' %}{{ m.content + '<|im_end|>' }}{% endfor %}"
    return {name: folder(place / name, template) for name, template in {**TEMPLATES, "silent": silent}.items()}


def conversation(turns):
    return talk(*((role, text) for asked, answer in turns for role, text in (("user", asked), ("assistant", answer))))


def learned(made):
    return "".join(token.text for token in made.tokens if token.learned)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS, name=st.sampled_from(sorted(TEMPLATES)), learns=st.sampled_from(LEARNS), limit=st.integers(1, 80))
def test_laws(folders, turns, name, learns, limit):
    record = conversation(turns)
    whole = ftlint.render(record, tokenizer=folders[name], learns=learns, target="trl", limit=100_000)
    tokenizer = model_at(folders[name]).tokenizer
    assert tokenizer.decode(whole.ids, skip_special_tokens=False) == whole.text
    assert "".join(token.text for token in whole.tokens) == whole.text
    assert whole.cut is None
    assert all(whole.kept)

    short = ftlint.render(record, tokenizer=folders[name], learns=learns, target="trl", limit=limit)
    assert (short.ids, short.wanted) == (whole.ids, whole.wanted)
    assert list(short.kept) == [index < limit for index in range(len(whole.ids))]
    assert short.count == sum(whole.wanted[:limit]) == sum(token.learned for token in short.tokens)

    assert list(whole.lost) == []

    answers = {1, 3, 5} if learns == "assistant" else {2 * len(turns) - 1}
    if learns == "all":
        assert all(whole.wanted)
    elif learns != "completion":
        near = 0
        for token in whole.tokens:
            near = NEAR if token.message in answers else near - 1
            assert not token.learned or token.message in answers or near >= 0


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS)
def test_exactly_what_a_template_leaves_out_is_lost(folders, turns):
    record = conversation(turns)
    made = ftlint.render(record, tokenizer=folders["silent"], learns="assistant")
    asked = [f"/messages/{index}/content" for index in range(0, 2 * len(turns), 2)]
    assert list(made.lost) == [pointer for pointer in asked if value_at(record, pointer).strip()]


@pytest.mark.parametrize("name", ["chatml", "marked"])
def test_answers_and_their_end_tokens_are_learned(folders, name):
    record = talk(("user", "q"), ("assistant", "[[1,2]]"), ("user", "[["), ("assistant", "zz"))
    made = ftlint.render(record, tokenizer=folders[name], learns="assistant")
    assert learned(made) == "[[1,2]]<|im_end|>zz<|im_end|>"
    assert learned(ftlint.render(record, tokenizer=folders[name], learns="last")) == "zz<|im_end|>"


def test_a_template_that_rewrites_earlier_turns(folders):
    record = talk(("user", "q"), ("assistant", "<think>a</think> one "), ("user", "r"), ("assistant", "two"))
    made = ftlint.render(record, tokenizer=folders["thinking"], learns="assistant")
    assert learned(made) == "one<|im_end|>two<|im_end|>"
    assert list(made.lost) == ["/messages/1/content"]


def test_a_template_that_trims(folders):
    made = ftlint.render(talk(("user", "q"), ("assistant", " yes\n\n")), tokenizer=folders["trimming"], learns="assistant")
    assert learned(made) == "yes<|im_end|>"
    assert list(made.lost) == []


def test_what_comes_after_the_prompt_is_the_completion(folders):
    record = {"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}]}
    made = ftlint.render(record, tokenizer=folders["chatml"], target="trl", learns="completion")
    assert learned(made) == "a<|im_end|>\n"


def test_texts_are_joined_and_end(folders):
    made = ftlint.render({"prompt": "the river", "completion": " is old"}, tokenizer=folders["chatml"], target="trl")
    assert made.text == "the river is old<|im_end|>"
    assert learned(made) == " is old<|im_end|>"
    assert made.ids[0] == model_at(folders["chatml"]).start
    assert not made.estimate


def test_tokens_that_join_at_the_end_of_the_prompt_are_of_the_completion(folders):
    made = ftlint.render({"prompt": "over the riv", "completion": "er"}, tokenizer=folders["chatml"], target="trl")
    assert learned(made).endswith("er<|im_end|>")
    assert learned(made) != "er<|im_end|>"


def test_a_weight_of_0_where_it_is_read(folders):
    record = talk(("user", "q"), ("assistant", "a"), ("user", "r"), ("assistant", "b"))
    record["messages"][1]["weight"] = 0
    for name in ("chatml", "marked"):
        assert learned(ftlint.render(record, tokenizer=folders[name])) == "b<|im_end|>"
        assert (
            learned(ftlint.render(record, tokenizer=folders[name], target="trl", learns="assistant")) == "a<|im_end|>b<|im_end|>"
        )
    whys = {token.why for token in ftlint.render(record, tokenizer=folders["chatml"]).tokens if token.message == 1}
    assert whys == {"weight"}


def test_reasons_and_messages(folders):
    made = ftlint.render(talk(("user", "q"), ("assistant", "abc")), tokenizer=folders["chatml"], learns="assistant", limit=10)
    whys = {token.text: (token.message, token.why) for token in made.tokens}
    assert whys["<|im_start|>"] == (None, "template")
    assert whys["q"] == (0, "role")
    assert made.tokens[-1].why == "cut"
    assert made.cut is not None


def test_roles_of_sharegpt_are_renamed_or_left_as_they_are(folders):
    record = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}
    texts = {target: ftlint.render(record, tokenizer=folders["bare"], target=target).text for target in ("trl", "axolotl")}
    assert texts == {"trl": "human: q\ngpt: a\n", "axolotl": "user: q\nassistant: a\n"}


def test_the_trainer_that_wants_objects_gets_them(folders, tmp_path):
    template = "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.arguments.port }}{% endfor %}{% endfor %}"
    calls = [{"id": "a", "type": "function", "function": {"name": "tide", "arguments": '{"port": "Oslo"}'}}]
    record = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": calls}]}
    place = folder(tmp_path, template)
    assert ftlint.render(record, tokenizer=place, target="axolotl").text == "Oslo"
    assert ftlint.render(record, tokenizer=place, target="trl").text == ""


def test_outcomes(folders):
    record = talk(("user", "q" * 50), ("assistant", "a"))
    outcome = lambda **more: ftlint.render(record, tokenizer=folders["chatml"], **more).outcome  # noqa: E731
    assert outcome(target="trl") == "trained"
    assert outcome(target="trl", limit=10, learns="assistant") == "dropped"
    assert outcome(target="axolotl", limit=10) == "dropped"
    assert outcome(target="llama-factory", limit=60) == "trained"
    assert outcome(target="mlx", limit=10, learns="last") == "run ends"


def test_a_refusal_ends_the_run(tmp_path):
    made = ftlint.render(talk(("user", "q"), ("assistant", "a")), tokenizer=folder(tmp_path, "{{ raise_exception('No.') }}"))
    assert (made.error, made.outcome, made.text) == ("No.", "run ends", "")


def test_without_a_tokenizer_it_is_an_estimate():
    record = talk(("user", "the river"), ("assistant", "is old"))
    made = ftlint.render(record)
    assert made.estimate
    assert learned(made) == "is old<|im_end|>\n"
    assert not ftlint.render({"prompt": "vino ->", "completion": " edible"}, target="davinci").estimate


def test_a_target_of_the_configuration_has_its_tokenizer(folders, tmp_path):
    config = tmp_path / "ftlint.toml"
    config.write_text(
        f'target = "mine"\n[targets.mine]\nextends = "trl"\ntokenizer = {json.dumps(folders["chatml"])}\ncuts-at = 7\n'
    )
    made = ftlint.render(talk(("user", "q"), ("assistant", "a")), config=str(config))
    assert (made.limit, made.estimate, made.target) == (7, False, "mine")


def test_a_conversation_without_messages_is_refused(folders):
    assert ftlint.render({"messages": []}, tokenizer=folders["chatml"], dialect="chat").error == "the conversation is empty"


def test_a_conversation_of_many_turns_takes_no_rendering_for_each(folders):
    turns = [
        (role, f"<think>x</think> {n}" if role == "assistant" else f"q{n}") for n in range(150) for role in ("user", "assistant")
    ]
    made = ftlint.render(talk(*turns), tokenizer=folders["thinking"], target="axolotl", limit=100_000)
    assert made.estimate
    assert learned(made).count("<|im_end|>") > 100


def test_a_mask_that_the_trainer_finds_in_another_way_is_an_estimate(folders):
    record = talk(("user", "q"), ("assistant", "a"))
    estimate = lambda name, target: ftlint.render(record, tokenizer=folders[name], target=target, learns="assistant").estimate  # noqa: E731
    assert estimate("chatml", "trl")
    assert not estimate("marked", "trl")
    assert not estimate("chatml", "axolotl")


def test_tools_that_are_left_out(folders):
    record = {**talk(("user", "q"), ("assistant", "a")), "tools": [{"type": "function", "function": {"name": "tide"}}]}
    assert list(ftlint.render(record, tokenizer=folders["chatml"]).lost) == ["/tools"]


def test_calls_that_are_left_out_though_their_words_are_elsewhere(folders):
    calls = [{"id": "a", "type": "function", "function": {"name": "tide", "arguments": '{"port": "Oslo"}'}}]
    record = talk(("user", "tide in Oslo, port?"), ("assistant", "Wait."))
    record["messages"][1]["tool_calls"] = calls
    at = "/messages/1/tool_calls/0/function"
    assert list(ftlint.render(record, tokenizer=folders["chatml"]).lost) == [f"{at}/name", f"{at}/arguments"]


def test_bad_input():
    with pytest.raises(ftlint.InputError, match="not a chat record"):
        ftlint.render({"messages": 1}, dialect="chat")
    with pytest.raises(ftlint.InputError, match="nowhere"):
        ftlint.render(talk(("user", "q")), tokenizer="nowhere")
    with pytest.raises(ftlint.ConfigError, match="limit"):
        ftlint.render(talk(("user", "q")), limit=0)
