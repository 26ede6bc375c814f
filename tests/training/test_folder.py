"""What is read of a tokenizer's folder."""

from __future__ import annotations

import json

import pytest
from command import ftlint
from tokenizers import Tokenizer
from toys import BARE, CHATML, MARKED, folder

from ftlint.errors import InputError
from ftlint.training.folder import Folder


def config(place, values):
    file = place / "tokenizer_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def test_special_tokens(tmp_path):
    made = Folder(folder(tmp_path, CHATML))
    assert made.special == {"bos_token": "<s>", "eos_token": "<|im_end|>"}
    assert made.tokens("a<|im_end|>").ids[-1] == made.end


def test_tokens_that_only_the_configuration_knows_are_whole(tmp_path):
    folder(tmp_path, CHATML)
    config(tmp_path, {"eos_token": "</end>", "added_tokens_decoder": {"900": {"content": "<turn>"}}})
    made = Folder(str(tmp_path))
    assert len(made.tokens("</end><turn>").ids) == 2
    assert made.end in made.specials


def test_the_template_of_a_file_is_before_that_of_the_configuration(tmp_path):
    folder(tmp_path, CHATML)
    (tmp_path / "chat_template.jinja").write_text(BARE)
    assert Folder(str(tmp_path)).template().source == BARE


@pytest.mark.parametrize(
    "several",
    [
        {"default": CHATML, "tool_use": MARKED},
        [{"name": "default", "template": CHATML}, {"name": "tool_use", "template": MARKED}],
    ],
)
def test_of_several_templates_there_is_one_for_tools(tmp_path, several):
    folder(tmp_path, several)
    made = Folder(str(tmp_path))
    assert made.template().source == CHATML
    assert made.template(tools=True).source == MARKED


def test_further_templates_of_a_folder(tmp_path):
    folder(tmp_path, CHATML)
    (tmp_path / "additional_chat_templates").mkdir()
    (tmp_path / "additional_chat_templates" / "tool_use.jinja").write_text(BARE)
    assert Folder(str(tmp_path)).template(tools=True).source == BARE


def test_a_limit_and_padding_of_the_tokenizer_are_ignored(tmp_path):
    made = Tokenizer.from_file(f"{folder(tmp_path, CHATML)}/tokenizer.json")
    made.enable_truncation(3)
    made.enable_padding(length=50)
    made.save(str(tmp_path / "tokenizer.json"))
    assert 3 < len(Folder(str(tmp_path)).tokens("the river is old").ids) < 50


def test_end_tokens_are_also_what_the_template_writes_last(tmp_path):
    folder(tmp_path, CHATML)
    config(tmp_path, {"eos_token": "<s>"})
    made = Folder(str(tmp_path))
    assert made.ends == {made.end, made.tokenizer.token_to_id("<|im_end|>")}


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("tokenizer.json", "{", "not a tokenizer"),
        ("tokenizer_config.json", "{", "not JSON"),
        ("tokenizer_config.json", "[]", "not a JSON object"),
        ("tokenizer_config.json", "{}", "no chat template"),
        ("chat_template.jinja", "{% for %}", "not valid Jinja"),
        ("chat_template.jinja", " ", "the chat template is empty"),
        ("tokenizer_config.json", '{"chat_template": {"rag": "x"}}', "none of its chat templates is named default .rag."),
    ],
)
def test_a_broken_folder_says_what_is_wrong(tmp_path, file, content, words):
    folder(tmp_path, CHATML)
    (tmp_path / file).write_text(content)
    with pytest.raises(InputError, match=words):
        Folder(str(tmp_path)).template()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="nowhere: no tokenizer is there"):
        Folder(str(tmp_path / "nowhere"))


def test_what_makes_a_run_impossible_is_one_sentence(tmp_path):
    data = tmp_path / "data.jsonl"
    data.write_text('{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n' * 9)
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    for place, words in (
        (str(tmp_path / "nowhere"), "nowhere: no tokenizer is there (tokenizer.json is missing)"),
        (folder(tmp_path / "endless", endless), "endless: the chat template does not end, or writes too much"),
        (
            folder(tmp_path / "bare", None),
            "no chat template is there (chat_template.jinja, or chat_template in tokenizer_config.json)",
        ),
    ):
        for command in ("check", "show", "profile"):
            result = ftlint(command, "--isolated", data, "--tokenizer", place, cwd=tmp_path)
            assert (result.returncode, result.stdout) == (2, b"")
            assert result.stderr.decode().endswith(f"{words}\n")
            assert result.stderr.count(b"\n") == 1
