"""Tokenizers: the same tokens as tiktoken's own, however a text is cut."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
import tiktoken_ext.openai_public
from hypothesis import given
from hypothesis import strategies as st

from ftlint.text import tokens
from ftlint.text.tokens import openai


@pytest.mark.parametrize("name", openai.ENCODINGS)
def test_encodings_are_those_of_tiktoken(name, monkeypatch):
    demanded = {}

    def read(_url, expected_hash=None):
        demanded["sha256"] = expected_hash
        return {b"%d" % i: i for i in range(3)}

    monkeypatch.setattr(tiktoken_ext.openai_public, "load_tiktoken_bpe", read)
    theirs = getattr(tiktoken_ext.openai_public, name)()
    ours = openai.definition(name)
    assert ours.pattern == theirs["pat_str"]
    assert dict(ours.special) == theirs["special_tokens"]
    assert ours.sha256 == demanded["sha256"]
    sizes = {"r50k_base": 50257, "p50k_base": 50281, "cl100k_base": 100277, "o200k_base": 200019}
    assert openai.encoding(name).n_vocab == sizes[name]


WORDS = (" word", " Wort", "it's", ", ", ".", "\n\n", "12345", "。", "日本", "é", "  ", "_", "!")


@pytest.mark.parametrize("name", openai.ENCODINGS)
@given(words=st.lists(st.sampled_from(WORDS)))
def test_a_text_in_parts_has_the_same_tokens(name, words):
    text = "".join(words)
    between = [0, *(cut.start() for cut in openai._BETWEEN_WORDS.finditer(text)), len(text)]
    encode = openai.encoding(name).encode_ordinary
    assert [token for start, end in pairwise(between) for token in encode(text[start:end])] == encode(text)


def test_long_texts_are_encoded_in_parts():
    text = "A word, and one more. " * 10_000
    assert len(list(openai.parts_of(text))) > 1
    assert "".join(openai.parts_of(text)) == text
    assert tokens.count(text, "r50k_base") == len(openai.encoding("r50k_base").encode_ordinary(text))
    assert 100 <= tokens.count(text, "r50k_base", 100) < tokens.count(text, "r50k_base")


def test_tokens_of_the_source():
    assert tokens.pieces(" edible", "r50k_base") == [b" edible"]
    assert tokens.pieces(" inedible", "r50k_base") == [b" in", b"ed", b"ible"]
    single = [number for number in range(500) if tokens.count(f" {number}", "r50k_base") == 1]
    assert len(single) == 445
    assert 361 in single
    assert 362 not in single
    assert not [number for number in range(500) if tokens.count(f" {number}", "o200k_base") == 1]


@pytest.mark.parametrize("name", openai.ENCODINGS)
def test_a_word_of_the_vocabulary_is_one_token(name):
    encoding = openai.encoding(name)
    vocabulary = [token.decode("utf-8", "replace") for token in encoding.token_byte_values()]
    words = [word for word in vocabulary if re.fullmatch(r" ?[A-Z]?[a-z]+", word)]
    assert len(words) > 10_000
    assert [word for word in words if len(encoding.encode_ordinary(word)) != 1] == []
    few = words[:: len(words) // 40]
    fresh = openai.Tiktoken(name)
    assert [word for word in (*few, " zzgulp", " edible!") if fresh.is_token(word)] == few
