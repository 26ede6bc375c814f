"""What repairs of rules write, to the letter."""

from __future__ import annotations

import json

from lines import RULES, made, messages, pairs

import ftlint
from ftlint.testing import findings, fixed
from ftlint.text import tokens


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


def test_more_white_space_than_the_stops_own_goes():
    lines = pairs(("a ->", " x END"), ("b ->", " y  END"), ("c ->", " z\n END \n"))
    completions = [json.loads(line)["completion"] for line in fixed(RULES["CMP003"], lines, options={"stop": " END"})]
    assert completions == [" x END", " y END", " z END"]


def test_a_record_is_not_half_repaired():
    lines = [*made(5), '{"prompt": [], "completion": 7}', '{"prompt": 5, "completion": 7}']
    assert [f.applicability for f in findings(RULES["SHP002"], lines)] == [None, "unsafe"]
    assert fixed(RULES["SHP002"], lines)[5:] == [lines[5], '{"prompt": "5", "completion": " 7"}']


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


def made_bytes(lines):
    return "".join(f"{line}\n" for line in lines).encode()


def test_what_goes_names_eight_keys_and_counts_the_rest(tmp_path):
    lines = [json.dumps({"prompt": f"{i} ->", "completion": " yes", f"key{i:02}": 1}) for i in range(20)]
    (tmp_path / "a.jsonl").write_bytes(made_bytes(lines))
    _, report = ftlint.fix(str(tmp_path / "a.jsonl"), unsafe=True, select=["SHP003"])
    assert any("and 12 more" in text for _, text in report.notes), report.notes


def test_only_the_key_that_is_repeated_loses_a_value():
    line = '{"first": 1, "prompt": "a ->", "prompt": "b ->", "completion": " yes"}'
    assert fixed(RULES["JSN003"], [line]) == ['{"first": 1, "prompt": "b ->", "completion": " yes"}']


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
