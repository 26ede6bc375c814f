"""Bounds of rules: what is just enough, and what is just too much."""

from __future__ import annotations

import json

import polars as pl
import pytest
from lines import RULES, made, messages, pairs

import ftlint
from ftlint.records.line import Line
from ftlint.testing import findings
from ftlint.text import inference, marks


@pytest.mark.parametrize(("leaking", "reported"), [(95, True), (94, False)])
def test_a_leak_is_one_from_its_share_on(leaking, reported):
    leaks = [*made(leaking, "{i} is good ->", (" good",)), *made(100 - leaking, "{i} is it ->", (" bad",))]
    assert bool(messages("LBL007", leaks, options={"task": "classification"})) is reported


def test_the_label_that_drifts_most_is_named():
    train = made(100, answers=(" a", " a", " a", " b", " c"))
    valid = made(50, "v {i} ->", (" a", " b", " b", " b", " c"))
    assert messages("SPL004", train, valid=valid) == ['label "a" is 60 % of the training file and 20 % of the validation file']
    near, far = (" a",) * 13 + (" b",) * 4 + (" c",) * 3, (" a",) * 15 + (" c",) * 5
    for answers, count in (((" a", " a", " a", " b", " c"), 0), (near, 0), (far, 1)):
        assert len(messages("SPL004", train, valid=made(200, "v {i} ->", answers))) == count
    few = made(5, "v {i} ->", (" a", " b", " b", " b", " c"))
    assert messages("SPL004", train, valid=few) == [], "by chance"


def test_where_text_was_decoded_wrongly_is_the_word():
    line = json.dumps({"prompt": "so itâ€™s a cafÃ© ->", "completion": " yes"}, ensure_ascii=False)
    [found] = findings(RULES["TXT002"], [line])
    assert found.text[found.column - 1 : found.end_column - 1] == "itâ€™s"
    assert found.message == '"itâ€™s" was decoded wrongly; "it’s" is meant'


@pytest.mark.parametrize(("count", "reported"), [(99, 99), (100, 0), (101, 0)])
def test_a_null_of_many_records_is_meant(count, reported):
    lines = made(count, answers=(" None",)) + made(50, "x {i} ->")
    assert len(messages("TXT004", lines, options={"task": "classification"})) == reported


def test_the_ratio_of_lengths_is_over_its_option():
    exact = pairs(("x" * 700, "y" * 7))
    assert messages("TOK004", exact) == []
    assert len(messages("TOK004", pairs(("x" * 701, "y" * 7)))) == 1


@pytest.mark.parametrize(
    ("prompts", "separator"),
    [
        ([f"a>b and {i} >" for i in range(20)], None),
        ([f"a>b {i} >" for i in range(9)] + [f"a {i} >" for i in range(11)], " >"),
        ([f"weight {i} KG" for i in range(20)], None),
        ([f"text {'x' * i} KG" for i in range(20)], " KG"),
        ([f"text {i} END" for i in range(20)], " END"),
        ([f"it is {i} %" for i in range(20)], None),
        ([f"see <p>{i}</p>" for i in range(20)], None),
        ([f"see {i} [NAME]" for i in range(20)], None),
        ([f"see {i}" + " " * 90 + "###" for i in range(20)], " " * 90 + "###"),
    ],
)
def test_what_marks_the_end_of_prompts(prompts, separator):
    found, _ = inference.infer_separator(prompts, 0.8)
    assert (found.text if found else None) == separator


@pytest.mark.parametrize(("inside", "stop"), [(1, "\n"), (2, None)])
def test_line_ends_are_a_stop_where_few_stand_inside(inside, stop):
    completions = [f" a\nb {i}\n" for i in range(inside)] + [f" answer {i}\n" for i in range(20 - inside)]
    found = inference.infer_stop(completions, 0.8, classification=False)
    assert (found.text if found else None) == stop


@pytest.mark.parametrize(
    ("line", "fix", "message"),
    [
        ('{"prompt": "a", "completion": "b"} {"prompt": NaN}', None, "not JSON: "),
        ('{"prompt": "a", "completion": "b"}, {"prompt": "c", "completion": "d"}', "safe", "not JSON: 2 values on one line"),
        ('{"prompt": "a"} ; {"prompt": "c"}', None, 'not JSON: text after the object: "; {\\"prompt\\": \\"c\\"}"'),
        (',{"prompt": "a"}', None, "not JSON: a comma before the object"),
        ('!{"prompt": "a"}', None, 'not JSON: text before the object: "!"'),
        ('x{"prompt": "a"}', None, 'not JSON: text before the object: "x"'),
        ('"{"prompt": "a"}', None, "not JSON: "),
        ('{"prompt": "\\udc00"}', None, "not JSON: a lone surrogate, a lone surrogate (\\ud800 to \\udfff)"),
        ('{"prompt": "a" "b"}', None, "not JSON: unexpected character, expected ',' or '}', at column 16"),
    ],
)
def test_what_is_said_of_a_broken_line(line, fix, message):
    found = [f for f in findings(RULES["JSN001"], [*made(5), line]) if f.line == 6]
    assert [f.applicability for f in found] == [fix]
    assert found[0].message.startswith(message)


def test_fragments_of_lines_do_not_make_up_for_one_another():
    whole = made(2)
    for lines in (
        [f"{whole[0]},{whole[1]}", "[1", "2]"],
        [f"{whole[0]}, 0, {whole[1]}", '[{"a": 1},', '{"b": 2}]'],
        [f"{whole[0]},1,{whole[1]}", '{"prompt": "a", "completion": [" b"', '" c"]}'],
    ):
        for order in (lines, lines[::-1], [*lines, *whole], [*whole, *lines]):
            expected = [n for n, line in enumerate(order, 1) if line in lines]
            assert [f.line for f in findings(RULES["JSN001"], order) if f.line] == expected, order


def test_the_word_of_a_task_is_part_of_what_is_asked():
    ending = marks.Ending((marks.Mark("edible:", "word"), marks.Mark("handheld:", "word")), " ")
    frame = pl.DataFrame({"text": ["burger edible:", "burger handheld: "]})
    bodies = frame.select(marks.strip_ending_expr(pl.col("text"), ending)).to_series().to_list()
    assert bodies == ["burger edible:", "burger handheld:"] == [marks.strip_ending(text, ending) for text in frame["text"]]


def places(code, **row):
    return RULES[code]().explain(row, configuration_context())


def configuration_context():
    return ftlint.check(made_bytes(pairs(*((f"item {i} ->", f" so it is {i} END") for i in range(30))))).survey


def made_bytes(lines):
    return "".join(f"{line}\n" for line in lines).encode()


def test_a_place_ends_where_the_fault_ends():
    assert (places("CMP002", completion="   yes").start, places("CMP002", completion="   yes").end) == (0, 3)
    place = RULES["FIL002"]().explain(Line(b'{"prompt": "\xff\xff"}'), configuration_context())
    assert (place.start, place.end) == (12, 13)


def test_the_share_of_records_that_leak_their_label():
    lines = pairs(*((f"film {word} {i} ->", f" {word}") for i in range(10) for word in ("good", "bad")), ("film ->", " bad"))
    [found] = findings(RULES["LBL007"], lines, options={"task": "classification"})
    assert found.args["share"] == pytest.approx(20 / 21)


def test_an_empty_completion_has_no_trailing_space():
    assert messages("CMP003", [*made(5), *pairs(("x ->", "  "))]) == []


def test_similarity_is_what_two_texts_share_of_all_that_they_have():
    from ftlint_rules._duplicates import _jaccard  # noqa: PLC0415 - an internal

    assert _jaccard({"a", "b"}, {"b", "c"}) == pytest.approx(1 / 3)
    assert _jaccard({"a"}, {"a"}) == 1
    assert _jaccard(set(), set()) == 0


def test_a_key_of_few_records_is_reported_for_each():
    lines = [json.dumps({"prompt": f"{i} ->", "completion": " yes", **({"x": 1} if i < 6 else {})}) for i in range(20)]
    assert [found.line for found in findings(RULES["SHP003"], lines)] == [1, 2, 3, 4, 5, 6]


def test_line_ends_as_a_stop():
    texts = [" one\n\n"] * 4 + [" two"]
    found = inference.infer_stop(texts, 0.8, classification=False)
    assert (found.text, found.share) == ("\n\n", 0.8)
    assert inference.infer_stop(texts, 0.9, classification=False) is None


def test_a_word_that_also_stands_inside_is_no_stop():
    inside = [f" it is END of {i} END" for i in range(20)]
    assert inference.infer_stop(inside, 0.8, classification=False) is None
    assert (
        inference.infer_stop([text.replace("END of", "of") for text in inside], 0.8, classification=False).text.strip() == "END"
    )


def test_the_end_of_a_single_label_is_no_stop():
    assert inference.infer_stop([" yes END"] * 20, 0.8, classification=True) is None
    assert inference.infer_stop([" yes END", " no END"] * 10, 0.8, classification=True).text.strip() == "END"


def test_an_emoji_is_no_separator():
    assert inference.infer_separator([f"so nice {i} 🙂" for i in range(20)], 0.8) == (None, [])


def test_a_word_of_few_prompts_is_no_task():
    prompts = [f"text {i}\n{'Summary' if i % 2 else 'Title'}:" for i in range(120)] + ["text\nOther:"]
    found, _ = inference.infer_separator(prompts, 0.8)
    assert sorted(mark.text for mark in found.marks) == ["Summary:", "Title:"]


def test_text_of_one_sign_after_an_object():
    assert messages("JSN001", [*made(4), '{"prompt": "a ->", "completion": " yes"} x']) == [
        'not JSON: text after the object: "x"'
    ]


def test_six_labels_that_share_a_token_are_all_named():
    labels = [f" not {word}" for word in ("one", "two", "three", "four", "five", "six", "seven")]
    for number in (6, 7):
        lines = pairs(*((f"{i} ->", labels[i % number]) for i in range(4 * number)))
        [message] = messages("LBL002", lines, options={"task": "classification"})
        assert ("more" in message) == (number == 7)


def in_another_charset(count, broken, blank=0):
    """Lines of which the first ones are in Windows-1252."""
    text = "".join(f'{{"prompt": "café très déçu {i} ->", "completion": " x"}}\n' for i in range(broken)).encode("cp1252")
    rest = "".join(f'{{"prompt": "plain {i} ->", "completion": " x"}}\n' for i in range(count - broken)).encode()
    return text + rest + b"\n" * blank


@pytest.mark.parametrize(
    ("count", "broken", "blank", "once"), [(10, 10, 0, True), (11, 6, 0, True), (12, 6, 0, False), (9, 6, 9, True)]
)
def test_a_file_in_another_character_set_is_one_finding(count, broken, blank, once):
    report = ftlint.check(in_another_charset(count, broken, blank), select=["FIL002"])
    assert len(report.findings) == (1 if once else broken)
    if once:
        [finding] = report.findings
        assert finding.line is None
        assert finding.message.startswith(f"{broken} lines not UTF-8: the file may be in cp1252 (")
        assert finding.fix is None
    else:
        assert "not UTF-8: byte 0xe9" in report.findings[0].message


@pytest.mark.parametrize(("arrays", "objects", "once"), [(3, 2, True), (3, 3, False), (2, 1, False), (9, 8, True)])
def test_a_majority_of_arrays_is_another_kind_of_file(arrays, objects, once):
    lines = [*made(objects), *[f"[{i}, 2]" for i in range(arrays)]]
    found = findings(RULES["JSN002"], lines)
    assert len(found) == (1 if once else arrays)


def test_an_answer_that_says_nothing_is_not_cut_down_to():
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": " "}, {"role": "user", "content": "b"}]
    [finding] = findings(RULES["CHT003"], [json.dumps({"messages": turns})])
    assert finding.fix is None
    turns[1]["content"] = "c"
    [finding] = findings(RULES["CHT003"], [json.dumps({"messages": turns})])
    assert finding.fix is not None


def test_another_end_in_the_stops_place_is_repaired_unsafely():
    lines = pairs(*((f"item {i} ->", f" {'yes' if i % 2 else 'no'} END") for i in range(30)), ("item x ->", " yes ###"))
    [finding] = findings(RULES["CMP004"], lines, options={"task": "classification"})
    assert finding.fix.applicability == "unsafe"
    lines[-1] = pairs(("item x ->", " yes"))[0]
    [finding] = findings(RULES["CMP004"], lines, options={"task": "classification"})
    assert finding.fix.applicability == "safe"
