"""Edges of rules and of the engine: what is just enough, what is just too much, and what a repair writes to the letter."""

from __future__ import annotations

import json

import orjson
import polars as pl
import pytest
import strategies
from damage import file
from ftlint_rules import rules as builtin_rules
from hypothesis import example, given
from hypothesis import strategies as st

import ftlint
from ftlint import config as configuration
from ftlint.dialects import named
from ftlint.engine.dataset import Dataset
from ftlint.engine.engines import open_engine
from ftlint.engine.survey import take_sample
from ftlint.records.line import Line
from ftlint.records.reader import Reader, fault_of
from ftlint.session import Session
from ftlint.sources import Source, open_source
from ftlint.sources.data import on_disk
from ftlint.testing import findings, fixed
from ftlint.text import inference, marks, tokens

RULES = {rule.code: rule for rule in builtin_rules()}
SEED = st.integers(0, 10**9)


def pairs(*records):
    return [json.dumps({"prompt": prompt, "completion": completion}) for prompt, completion in records]


def made(count, prompt="item {i} ->", answers=(" yes", " no")):
    return pairs(*((prompt.format(i=i), answers[i % len(answers)]) for i in range(count)))


def messages(code, lines, **more):
    return [finding.message for finding in findings(RULES[code], lines, **more)]


def repeats_a_key(line):
    found = []
    json.loads(line, object_pairs_hook=lambda members: found.append(len({key for key, _ in members}) < len(members)))
    return any(found)


@strategies.law(150)
@given(SEED)
def test_lines_are_decoded_as_one_by_one(seed):
    lines = file(seed).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    decoded = Reader(named("prompt-completion")).read(b"\n".join(lines) + b"\n")
    wanted: dict[str, list[int]] = {}
    rows = []
    for number, line in enumerate(lines):
        try:
            value = orjson.loads(line)
        except ValueError:
            wanted.setdefault(fault_of(line), []).append(number)
            continue
        if not isinstance(value, dict):
            wanted.setdefault("not-an-object", []).append(number)
            continue
        if repeats_a_key(line):
            wanted.setdefault("duplicate-key", []).append(number)
        if {"prompt", "completion"} <= value.keys():
            if all(isinstance(value[key], str) for key in ("prompt", "completion")):
                rows.append((number, value["prompt"], value["completion"]))
            else:
                wanted.setdefault("wrong-type", []).append(number)
    assert {fault: sorted(at) for fault, at in decoded.faults.items()} == wanted
    assert list(decoded.tables["records"].select("line", "prompt", "completion").iter_rows()) == rows
    assert decoded.lines == len(lines)


@strategies.law(40)
@example(seed=696, unsafe=True)  # a block of a blank line, which stays, and a record that goes
@example(seed=82458, unsafe=True)  # the last line, without a line end, goes
@given(SEED, st.booleans())
def test_blocks_of_any_size_are_repaired_alike(seed, unsafe):
    data = file(seed)
    whole = ftlint.fix(data, unsafe=unsafe)[0]
    spans = Source.spans
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Source, "spans", lambda self, block=64: spans(self, min(block, 64)))
        assert ftlint.fix(data, unsafe=unsafe)[0] == whole


def test_other_processes_give_the_same_report_in_order():
    lines = [line.replace('" yes"', '"yes"') if i % 7 == 0 else line for i, line in enumerate(made(4000))]
    data = "\n".join([*lines[:2000], "broken", *lines[2000:]]).encode() + b"\n"
    config = configuration.load(isolated=True)
    [source] = on_disk([Source("a.jsonl", len(data), data)])
    reports = []
    for jobs in (1, 3):
        with open_engine("auto", jobs, 1 << 30) as by:
            report = Session.of(config, engine=by).check_datasets([Dataset([source], config.options())], block=3000, limit=None)
            reports.append([(f.code, f.line, f.column, f.message) for f in report.findings])
    source.close()
    assert reports[0] == reports[1]
    assert ("JSN001", 2001) in {found[:2] for found in reports[0]}


def test_the_body_is_cut_to_the_token_and_the_rest_stays():
    long = pairs((" start" + " a" * 2100 + " end ->", " yes"))
    for options, kept in (({}, " end ->"), ({"rules": {"token-limit": {"cut": "end"}}}, " a ->")):
        [line] = fixed(RULES["TOK001"], long, options={"target": "davinci", "separator": " ->", **options})
        record = json.loads(line)
        count = sum(tokens.count(text, "r50k_base") for text in record.values())
        assert count in {2046, 2047}
        assert record["prompt"].endswith(kept)
        assert record["prompt"].startswith("start") == ("rules" in options) or options == {}
        assert record["completion"] == " yes"
    drop = {"target": "davinci", "rules": {"token-limit": {"cut": "drop"}}}
    assert fixed(RULES["TOK001"], [*made(3), *long], options=drop) == made(3)
    answer = pairs(("tea ->", " a" * 2100))
    assert [f.applicability for f in findings(RULES["TOK001"], answer, options={"target": "davinci"})] == [None]
    assert [f.applicability for f in findings(RULES["TOK001"], answer, options=drop)] == ["unsafe"]
    assert fixed(RULES["TOK001"], answer, options={"target": "davinci"}) == answer
    both = pairs((" a" * 1100 + " ->", " b" * 1100))
    assert [f.args["count"] for f in findings(RULES["TOK001"], both, options={"target": "davinci"})] == [2201]


def test_classes_are_made_smaller_to_the_ratio_and_no_further():
    lines = made(300, answers=(" yes",)) + made(20, "other {i} ->", (" no",))
    options = {"task": "classification", "rules": {"class-imbalance": {"ratio": 3}}}
    left = fixed(RULES["LBL005"], lines, options=options)
    assert [sum(answer in line for line in left) for answer in ('" yes"', '" no"')] == [60, 20]
    assert [line for line in lines if line in set(left)] == left, "in their order"
    assert left != [*lines[:60], *lines[300:]], "at random"
    assert fixed(RULES["LBL005"], lines, options=options) == left, "the same each time"
    many = [line for i in range(9) for line in made(20 - 2 * i + (200 if not i else 0), f"{i} {{i}} ->", (f" label{i}",))]
    shown = "label0 220, label1 18, label2 16, label3 14, …, label6 8, label7 6, label8 4"
    assert messages("LBL005", many, options=options) == [f"the commonest label has 55 times the records of the rarest: {shown}"]


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


def test_long_lists_say_how_many_more():
    labels = [f"not {word}" for word in ["sure", "relevant", "good", "bad", "here", "there", "now"]]
    [message] = messages(
        "LBL002", pairs(*((f"{i} ->", f" {label}") for i, label in enumerate(labels))), options={"task": "classification"}
    )
    assert message == f'7 labels start with the token " not": {", ".join(labels[:6])} and 1 more'
    for count, tail in ((20, "}"), (21, "} and 1 more"), (23, "} and 3 more")):
        names = [f"class number {i}" for i in range(count)]
        records = [{"prompt": f"t {i} ->", "completion": f" {names[i % count]}"} for i in range(5 * count)]
        _, report = ftlint.fix(records, unsafe=True, select=["LBL001"], fixable=["LBL001"], task="classification")
        assert report.notes[0][1].endswith(tail)


def test_escapes_are_undone_to_what_they_stand_for():
    prompt = r"a\nb\tc \"d\" \u2009e \ud83d\ude00 \ud83d x\r\ny ->"
    [line] = fixed(RULES["TXT007"], pairs((prompt, r" yes\nno")))
    assert json.loads(line) == {"prompt": 'a\nb\tc "d" \u2009e 😀 \\ud83d x\ny ->', "completion": " yes\nno"}


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


def test_separators_that_compete():
    three = [*made(10, "a {i} ->"), *made(8, "b {i}\n\n###\n\n"), *made(6, "c {i} >>>")]
    [found] = findings(RULES["SEP003"], three)
    assert found.message == 'the prompts end with 3 different separators: " ->" (10), "\\n\\n###\\n\\n" (8), " >>>" (6)'
    prompts = [json.loads(line)["prompt"] for line in fixed(RULES["SEP003"], three)]
    assert all(prompt.endswith(" ->") for prompt in prompts)
    assert prompts[10:12] == ["b 0 ->", "b 1 ->"]
    assert prompts[-1] == "c 5 ->"
    five = [line for sign in ("->", "###", ">>>", "===", "~~~") for line in made(5, f"x {{i}} {sign}")]
    assert len(messages("SEP003", five)) == 1
    six = [*five, *made(5, "x {i} ---")]
    assert messages("SEP003", six) == []


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


def test_more_white_space_than_the_stops_own_goes():
    lines = pairs(("a ->", " x END"), ("b ->", " y  END"), ("c ->", " z\n END \n"))
    completions = [json.loads(line)["completion"] for line in fixed(RULES["CMP003"], lines, options={"stop": " END"})]
    assert completions == [" x END", " y END", " z END"]


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


def test_a_record_is_not_half_repaired():
    lines = [*made(5), '{"prompt": [], "completion": 7}', '{"prompt": 5, "completion": 7}']
    assert [f.applicability for f in findings(RULES["SHP002"], lines)] == [None, "unsafe"]
    assert fixed(RULES["SHP002"], lines)[5:] == [lines[5], '{"prompt": "5", "completion": " 7"}']


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


def test_other_values_than_objects_are_left():
    lines = [*made(5), "[1, 2]", "[{}, 1]", "[]", "[[]]"]
    assert [f.applicability for f in findings(RULES["JSN002"], lines)] == [None] * 4
    assert fixed(RULES["JSN002"], lines) == lines


def test_a_new_separator_is_put_once_and_known_afterwards():
    prompts = [f"is it {i}" for i in range(20)]
    records = [{"prompt": prompt, "completion": f" an answer {i} END"} for i, prompt in enumerate(prompts)]
    odd = [{"prompt": " \n", "completion": " an answer END"}, {"prompt": "has it\n\n###\n\n", "completion": " an answer END"}]
    out, report = ftlint.fix([*records, *odd], unsafe=True, select=["SEP"])
    new = "\n\n===\n\n"
    assert [record["prompt"] for record in out] == [*(prompt + new for prompt in prompts), " \n", f"has it\n\n###{new}"]
    assert (report.survey.known.separator.text, report.survey.known.separator.share) == ("\n\n===\n\n", 1.0)


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


def test_duplicates_are_found_in_whatever_part_of_spilled_fingerprints_they_are(monkeypatch):
    monkeypatch.setenv("FTLINT_SPILL_BYTES", "2000")
    for seed in range(4):
        lines = [
            *pairs(*((f"item {seed} {i} ->", f" answer {i}") for i in range(600))),
            *pairs((f"item {seed} 7 ->", " answer 7")),
        ]
        assert ftlint.check(made_bytes(lines), select=["DUP001"]).counts == {"DUP001": 1}


def test_a_key_of_few_records_is_reported_for_each():
    lines = [json.dumps({"prompt": f"{i} ->", "completion": " yes", **({"x": 1} if i < 6 else {})}) for i in range(20)]
    assert [found.line for found in findings(RULES["SHP003"], lines)] == [1, 2, 3, 4, 5, 6]


def test_what_goes_names_eight_keys_and_counts_the_rest(tmp_path):
    lines = [json.dumps({"prompt": f"{i} ->", "completion": " yes", f"key{i:02}": 1}) for i in range(20)]
    (tmp_path / "a.jsonl").write_bytes(made_bytes(lines))
    _, report = ftlint.fix(str(tmp_path / "a.jsonl"), unsafe=True, select=["SHP003"])
    assert any("and 12 more" in text for _, text in report.notes), report.notes


def test_only_the_key_that_is_repeated_loses_a_value():
    line = '{"first": 1, "prompt": "a ->", "prompt": "b ->", "completion": " yes"}'
    assert fixed(RULES["JSN003"], [line]) == ['{"first": 1, "prompt": "b ->", "completion": " yes"}']


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


def test_a_stop_that_differs_is_replaced_and_not_added():
    train = pairs(*((f"item {i} ->", f" so it is {i} END") for i in range(30)))
    valid = pairs(*((f"other {i} ->", f" so it was {i} STOP") for i in range(30)))
    after = fixed(RULES["SPL003"], train, valid=valid)
    assert json.loads(after[0])["completion"] == " so it was 0 END"
    [found] = findings(RULES["SPL003"], pairs(*((f"item {i} ->", f" so it is {i}") for i in range(30))), valid=valid)
    assert found.applicability is None


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


def test_a_character_set_that_is_named_is_undone():
    data = in_another_charset(10, 10)
    fixed_data, report = ftlint.fix(
        data, unsafe=True, select=["FIL002"], config={"rules": {"invalid-utf8": {"charset": "cp1252"}}}
    )
    assert b"".join(fixed_data) if isinstance(fixed_data, list) else fixed_data == data.decode("cp1252").encode()
    assert report.findings == []
    # What is not of that character set is left, and said.
    for unknown in ("foo", "base64"):
        options = {"rules": {"invalid-utf8": {"charset": unknown}}}
        same, report = ftlint.fix(data, unsafe=True, select=["FIL002"], config=options)
        assert same == data
        assert any(f"no character set is called '{unknown}'" in sentence for sentence in report.failures)
    wrong = {"rules": {"invalid-utf8": {"charset": "shift_jis"}}}
    same, report = ftlint.fix(data, unsafe=True, select=["FIL002"], config=wrong)
    assert same == data
    assert any("is not shift_jis" in sentence for sentence in report.failures)


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


def test_a_survey_takes_from_each_file_by_its_size(tmp_path):
    for name, count in (("a", 300), ("b", 100)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(made(count, f"{name} {{i}} ->")) + "\n")
    config = configuration.load({"survey": {"records": 100}}, isolated=True)
    sources = [open_source(str(tmp_path / f"{name}.jsonl")) for name in "ab"]
    table = take_sample(sources, config.options()).tables["records"]
    names = table.get_column("prompt").str.head(1).value_counts().sort("prompt").rows()
    assert [name for name, _ in names] == ["a", "b"]
    assert [pytest.approx(count, abs=3) for _, count in names] == [75, 25]
    numbers = table.filter(pl.col("prompt").str.starts_with("a")).get_column("prompt").str.extract(r"(\d+)").cast(pl.Int64)
    assert numbers.is_sorted()
    assert numbers.max() > 280, "evenly over the file"
    assert numbers.n_unique() == len(numbers)


def test_another_end_in_the_stops_place_is_repaired_unsafely():
    lines = pairs(*((f"item {i} ->", f" {'yes' if i % 2 else 'no'} END") for i in range(30)), ("item x ->", " yes ###"))
    [finding] = findings(RULES["CMP004"], lines, options={"task": "classification"})
    assert finding.fix.applicability == "unsafe"
    lines[-1] = pairs(("item x ->", " yes"))[0]
    [finding] = findings(RULES["CMP004"], lines, options={"task": "classification"})
    assert finding.fix.applicability == "safe"
