"""Marks: which there are, and what texts with them are."""

from __future__ import annotations

import polars as pl
import pytest

from ftlint.text import inference, marks


@pytest.mark.parametrize(
    ("ending", "inferred"),
    [
        ("\n\n###\n\n", "\n\n###\n\n"),
        (" ->", " ->"),
        ("-->", "-->"),
        (" >>>", " >>>"),
        ("\n\nLabel:", "\n\nLabel:"),
        ("\n\ncategory:\n\n", "\n\ncategory:\n\n"),
        ("\nbot:", "\nbot:"),
        (" <sep>", " <sep>"),
        (" [DONE]", " [DONE]"),
        ("</s>", "</s>"),
        (" END", " END"),
        ("\n### Response:", "\n### Response:"),
        ("\nSentiment of the tweet:", "\nSentiment of the tweet:"),
        (" 标签：", " 标签："),
        (" –>", " –>"),
        ("right? ->", " ->"),
        ("\nRating (1-5):", "\nRating (1-5):"),
        (" है", None),
        (" है।", None),
        ("؟", None),
        ("?", None),
        (".", None),
        ('"', None),
        (")", None),
        (" ", None),
        ("ing", None),
        ("", None),
    ],
)
def test_separators(ending, inferred):
    bodies = ["the red car", "a blue lamp", "its third door (left)", "no more", "we saw it"]
    prompts = [f"{body} {i}{ending}" for i, body in enumerate(bodies * 4)]
    found, rivals = inference.infer_separator([*prompts, "one without", "another"], 0.8)
    assert (found.text if found else None, rivals) == (inferred, [])


@pytest.mark.parametrize(
    ("completions", "inferred"),
    [
        ([" a END", " b END"], " END"),
        ([" a\n", " b\n"], "\n"),
        ([" a\nb\n\n", " c\nd\n\n"], "\n\n"),
        ([" a\nEND", " b\nEND"], "\nEND"),
        ([" a [DONE]", " b [DONE]"], " [DONE]"),
        ([" a###", " b###"], "###"),
        ([" Positive END", " Negative END"], " END"),
        ([" positive", " negative"], None),
        ([" SPAM", " NOT SPAM"], None),
        ([" C++", " C"], None),
        ([" 5 %", " 6 %"], None),
        ([" so 🎉", " no 🎉"], None),
        ([" { a }", " { b }"], None),
        ([" <p>a</p>", " <p>b</p>"], None),
        ([" a</s>", " b</s>"], "</s>"),
        ([" educational"] * 8 + [" x", " y"], None),
        ([" a END"] * 20 + [" b END"] * 20 + [" END"], " END"),
        ([" 12 KG", " 7 KG"], None),
        ([" WEEKEND END", " WEEKDAY END"], " END"),
    ],
)
def test_stops(completions, inferred):
    found = inference.infer_stop(completions * 5, 0.8, classification=True)
    assert (found.text if found else None) == inferred


@pytest.mark.parametrize(
    ("mark", "text", "ends"),
    [
        ("->", "a ->", True),
        ("->", "a->", True),
        ("->", "a?->", True),
        ("->", "a -->", False),
        ("->", "->", True),
        ("###", "a\n\n####", False),
        ("END", "the END", True),
        ("END", "WEEKEND", False),
        ("A:", "A:", True),
        ("A:", "DNA:", False),
    ],
)
def test_a_mark_is_not_the_tail_of_another(mark, text, ends):
    ending = marks.parse_ending(mark)
    assert ending.marks[0].ends(text) is ends
    frame = pl.DataFrame({"text": [text]})
    assert frame.select(marks.with_mark(pl.col("text"), ending.marks[0])).item() is ends
    assert frame.select(marks.with_ending(pl.col("text"), ending)).item() is ends
    assert frame.select(marks.strip_ending_expr(pl.col("text"), ending)).item() == marks.strip_ending(text, ending)


@pytest.mark.parametrize(
    ("text", "ending", "ended"),
    [
        ("tea", "->", "tea->"),
        ("tea ", " ->", "tea ->"),
        ("tea->", " ->", "tea ->"),
        ("tea", "END", "tea END"),
        ("tea!", "END", "tea!END"),
        ("tea_", "END", "tea_ END"),
        ("tea END", "END", "tea END"),
        ("tea", "\nEND", "tea\nEND"),
        ("tea END END", " END", "tea END END"),
        ("tea\n", "\n\n", "tea\n\n"),
    ],
)
def test_a_text_gets_its_ending_once(text, ending, ended):
    assert marks.ensure_ending(text, marks.parse_ending(ending)) == ended


@pytest.mark.parametrize(
    ("text", "ending", "glued"),
    [
        ("sirEND", "END", True),
        ("sir END", "END", False),
        ("sirEND ", " END", True),
        ("tea->", "->", False),
        ("END", "END", False),
    ],
)
def test_what_is_glued_to_a_word(text, ending, glued):
    assert marks.is_glued(text, marks.parse_ending(ending)) == glued


@pytest.mark.parametrize(
    ("spaces", "lead", "trail"),
    [
        ([("\n\n", "\n\n")] * 10, "\n\n", "\n\n"),
        ([("\n\n", "\n\n")] * 4 + [(" \n\n", "\n\n")] * 6, "\n\n", "\n\n"),
        ([(" \n", "")] * 9 + [("\n", "")], " \n", ""),
        ([(" \n", "")] * 7 + [("\n", "")] * 3, "\n", ""),
        ([("\n", "\n\n")] * 7 + [("\n", "\n")] * 3, "\n", "\n\n"),
        ([(" ", "")] * 5 + [("", "")] * 5, "", ""),
        ([("  ", " ")] * 8 + [("", "")] * 2, "  ", " "),
    ],
)
def test_the_white_space_that_most_have_is_the_separators(spaces, lead, trail):
    prompts = [f"text {i}{before}###{after}" for i, (before, after) in enumerate(spaces)]
    found, _ = inference.infer_separator(prompts, 0.8)
    assert (found.lead, found.trail) == (lead, trail)
    assert found.share == sum(prompt.endswith(found.text) for prompt in prompts) / len(prompts)


@pytest.mark.parametrize(
    ("mark", "text", "ends"),
    [
        ("###", "so good 😀###", True),
        ("###", "a<br>###", True),
        ("###", "a####", False),
        ("->", "a-->", False),
        ("->", "a ->", True),
        ("^-]", "a|^-]", True),
        ("^-]", "a-^-]", False),
    ],
)
def test_symbols_belong_to_the_text_or_to_the_mark(mark, text, ends):
    found = marks.Mark(mark, "symbols")
    assert found.ends(text) is ends
    assert pl.select(marks.with_mark(pl.lit(text), found)).item() is ends
