"""What is inferred from a sample, at the bounds: a case on either side of each."""

from __future__ import annotations

import json

import pytest
from ftlint_rules import rules
from ftlint_rules.completion.missing_stop import _ends_inside

import ftlint
from ftlint import config as configuration
from ftlint.engine.survey import take_sample
from ftlint.sources import Source
from ftlint.testing import findings
from ftlint.text import inference, marks


def stop_of(texts, *, classification=False):
    found = inference.infer_stop(texts, 0.8, classification=classification)
    return found.text if found else None


def separator_of(texts):
    found, _ = inference.infer_separator(texts, 0.8)
    return found.text if found else None


@pytest.mark.parametrize(("named", "stop"), [(1, " OVER"), (2, None)])
def test_a_word_in_capitals_after_names_is_no_stop(named, stop):
    texts = [f"it is {'abcdefghijklmnopqrstuvw'[number]}y OVER" for number in range(20 - named)]
    assert stop_of([*texts, *[f"it is Bob{'x' * number} OVER" for number in range(named)]]) == stop


@pytest.mark.parametrize(("inside", "stop"), [(1, " [DONE]"), (2, None)])
def test_a_mark_inside_of_texts_is_no_stop_even_between_letters(inside, stop):
    texts = [f"answer {'abcdefghijklmnopqrstuvw'[number]} [DONE]" for number in range(20 - inside)]
    assert stop_of([*texts, *[f"so a[DONE]b {number} [DONE]" for number in range(inside)]]) == stop


@pytest.mark.parametrize(("inside", "separator"), [(10, " >"), (11, None)])
def test_a_single_symbol_that_most_prompts_hold_is_no_separator(inside, separator):
    texts = [f"a {'> b ' if number < inside else 'c '}item{number} >" for number in range(20)]
    assert separator_of(texts) == separator


def test_rendered_prompts_without_a_common_last_line_have_no_separator():
    texts = [f"<|im_start|>user\nquestion {number}<|im_end|>\nword{chr(97 + number)}" for number in range(20)]
    assert separator_of(texts) is None


def test_a_closing_word_that_is_glued_to_small_letters_is_the_stop():
    assert stop_of([f"dear sir{'abcdefghij'[number]}END" for number in range(10)]) == "END"
    assert stop_of([f"dear SIR{'ABCDEFGHIJ'[number]}END" for number in range(10)]) is None


@pytest.mark.parametrize(("text", "found"), [("burger |", "|"), ("burger|", ""), ("burger ||", "||"), ("burger", "")])
def test_a_symbol_in_place_of_the_separator_stands_apart(text, found):
    assert marks.replace_ending(text, marks.parse_ending(" ->")) == found


@pytest.mark.parametrize(
    ("text", "inside"), [("it is a", True), ("it is 5", True), ("it is.", False), ("so, ", True), ("done!", False)]
)
def test_an_answer_ends_inside_a_sentence(text, inside):
    assert _ends_inside(text) == inside


def test_a_large_file_is_surveyed_over_its_whole_length():
    line = lambda end: json.dumps({"prompt": f"{'a b ' * 200}{end}", "completion": " yes"}).encode() + b"\n"  # noqa: E731
    data = line(" ->") * 4000 + line(" =>") * 5000
    context, tables = take_sample([Source("big.jsonl", len(data), data)], configuration.load(isolated=True).options())
    assert context.surveyed > 90
    ends = tables["records"]["prompt"].str.slice(-2).value_counts()
    assert set(ends["prompt"]) == {"->", "=>"}
    halves = [data[: len(data) // 2], data[len(data) // 2 :]]
    context, _ = take_sample(
        [Source(f"{n}.jsonl", len(part), part) for n, part in enumerate(halves)], configuration.load(isolated=True).options()
    )
    assert context.surveyed > 90


def test_a_repair_says_nothing_of_what_it_did_not_choose():
    records = [
        {"prompt": f"q {number} ->", "completion": f"{' ' * (number > 3)}{'yes' if number % 2 else 'no'}"} for number in range(40)
    ]
    fixed, report = ftlint.fix(records, select=["CMP001"])
    assert fixed != records
    assert [str(note) for note in report.notes] == []


def test_further_keys_are_equal_by_value_and_not_by_spelling():
    first = '{"prompt": "a ->", "completion": " b", "env": {"x": "1", "y": [true]}}'
    second = '{"prompt":"a ->","completion":" b","env":{"y":[true],"x":"1"}}'
    third = '{"prompt":"a ->","completion":" b","env":{"y":[true],"x":"2"}}'
    report = ftlint.check(f"{first}\n{second}\n{third}\n".encode(), select=["DUP001"])
    assert [found.line for found in report.findings] == [2]


def test_a_table_of_seven_columns_is_shown_by_six():
    rule = next(rule for rule in rules() if rule.code == "JSN001")
    seven = findings(rule, ["a,b,c,d,e,f,g", "1,2,3,4,5,6,7", "1,2,3,4,5,6,7"])
    six = findings(rule, ["a,b,c,d,e,f", "1,2,3,4,5,6", "1,2,3,4,5,6"])
    assert '"f", …' in seven[0].message
    assert "…" not in six[0].message
