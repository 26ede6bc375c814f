"""Conversations: the laws of checks and repairs, on chat data as people have it and break it."""

from __future__ import annotations

import json
import subprocess
import sys

import orjson
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

import ftlint
from ftlint.records.spans import value_span

LAW = strategies.law(60)


def lines(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def talk(*turns, **more):
    return {"messages": [{"role": role, "content": content} for role, content in turns], **more}


def objects(data):
    found = []
    for line in data.split(b"\n"):
        try:
            found.append(orjson.loads(line))
        except ValueError:
            continue
    return [value for value in found if isinstance(value, dict)]


@LAW
@given(strategies.chat_files)
def test_a_safe_repair_keeps_every_conversation(data):
    fixed, _ = ftlint.fix(data, dialect="chat")
    assert objects(fixed) == objects(data)
    assert ftlint.fix(fixed, dialect="chat")[0] == fixed
    before, after = ftlint.check(data, dialect="chat").counts, ftlint.check(fixed, dialect="chat").counts
    assert all(after[code] <= before[code] for code in after)


@LAW
@given(strategies.chat_files)
def test_an_unsafe_repair_comes_to_rest_and_leaves_nothing_that_it_claims(data):
    fixed, report = ftlint.fix(data, unsafe=True, dialect="chat", max_findings=None)
    assert ftlint.fix(fixed, unsafe=True, dialect="chat")[0] == fixed
    assert not [found for found in report.findings if found.applicability in {"safe", "unsafe"}]
    assert len(objects(fixed)) <= len(objects(data)) + data.count(b"[")
    for line in fixed.split(b"\n") if not report.fixed["FIL002"] else ():  # another character set changes every line
        if not line or line in data.split(b"\n"):
            continue
        assert isinstance(orjson.loads(line), dict)  # what was changed is a record


@LAW
@given(strategies.chat_files, st.booleans())
def test_other_blocks_and_processes_make_no_difference_to_repairs(data, unsafe):
    whole = ftlint.fix(data, unsafe=unsafe, dialect="chat")[0]
    spans = ftlint.sources.Source.spans
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ftlint.sources.Source, "spans", lambda self, block=64: spans(self, min(block, 64)))
        assert ftlint.fix(data, unsafe=unsafe, dialect="chat")[0] == whole


@LAW
@given(strategies.chat_files)
def test_findings_point_at_what_is_there(data):
    raw = data.split(b"\n")
    for found in ftlint.check(data, dialect="chat", max_findings=None).findings:
        if found.line and found.pointer:
            line = raw[found.line - 1].removesuffix(b"\r").decode()
            span = value_span(line, found.pointer)
            holder = found.pointer.rpartition("/")[0]
            assert span or value_span(line, holder), (found.code, found.pointer, line)
            if span:
                assert span[0] < found.column <= span[1] + 1


def test_lines_that_no_rule_touches_stay_byte_for_byte():
    odd = b'{ "messages" :[ {"content":"caf\\u00e9 \\/ \\"x\\"","role":"user"} ,{"role":"assistant","content":"ok"} ] }'
    broken = b'{"messages": [{"role": "usr", "content": "a"}, {"role": "assistant", "content": "b"}]}'
    fixed, _ = ftlint.fix(odd + b"\n" + broken + b"\n", unsafe=True)
    assert fixed == odd + b"\n" + broken.replace(b"usr", b"user") + b"\n"


def test_faults_that_stand_deeper_are_said_with_their_place():
    good = [talk(("user", f"q {i}"), ("assistant", f"a {i}")) for i in range(12)]
    wrong = [
        ({"messages": 3}, "SHP002", "/messages", '"messages" is the number 3, not an array'),
        ({"messages": [7]}, "SHP002", "/messages/0", '"messages.0" is the number 7, not an object'),
        (
            {"messages": [{"role": 7, "content": "x"}]},
            "SHP002",
            "/messages/0/role",
            "is the number 7, not a string",
        ),
        ({"messages": [{"role": "user", "content": {}}]}, "SHP002", "/messages/0/content", "not a string, or parts"),
        ({"messages": [{"content": "x"}]}, "SHP001", "/messages/0", 'no key "role"; found "content" (in message 1)'),
        (talk(("user", "x"), ("assistant", "y"), id=3), "SHP003", "/id", 'unknown key "id"'),
    ]
    report = ftlint.check(lines(*good, *(record for record, *_ in wrong)))
    found = {finding.line: finding for finding in report.findings if finding.line}
    for line, (_, code, pointer, message) in enumerate(wrong, len(good) + 1):
        assert (found[line].code, found[line].pointer) == (code, pointer)
        assert message in found[line].message


def test_keys_that_stand_twice_are_found_at_any_depth():
    good = lines(*(talk(("user", f'q "{i}" \\'), ("assistant", f"a {i}")) for i in range(300)))
    twice = b'{"messages": [{"role": "user", "content": "x", "content": "y"}, {"role": "assistant", "content": "z"}]}\n'
    report = ftlint.check(good + twice + good, select=["JSN003"])
    assert [found.line for found in report.findings] == [301]


def test_nothing_said_is_the_same_in_a_string_and_in_parts():
    for text in ("\x1c", "\u2003\n", "\u200b", "", "\x1f x"):
        said = [talk(("user", f"q {i}"), ("assistant", "a")) for i in range(10)]
        whole = ftlint.check(lines(*said, talk(("user", "q"), ("assistant", text))), select=["CHT004"])
        parts = talk(("user", "q"), ("assistant", [{"type": "text", "text": text}]))
        assert [one.line for one in whole.findings] == [
            one.line for one in ftlint.check(lines(*said, parts), select=["CHT004"]).findings
        ]


def test_a_part_that_is_nested_more_deeply_than_python_goes_is_read():
    deep = '{"type": "x", "more": ' + '{"a": ' * 900 + "1" + "}" * 900 + "}"
    line = f'{{"messages": [{{"role": "user", "content": [{deep}]}}, {{"role": "assistant", "content": "a"}}]}}\n'
    report = ftlint.check(line.encode() * 2, select=["ALL"])
    assert not report.failures
    assert "DUP001" in report.counts


def test_equal_conversations_are_those_with_equal_roles_texts_and_tools():
    one = talk(("system", "s"), ("user", "q"), ("assistant", "a"))
    other = [
        talk(("user", "s"), ("user", "q"), ("assistant", "a")),
        talk(("system", "s"), ("user", "q"), ("assistant", "b")),
        talk(("system", "s"), ("user", "q"), ("assistant", "a"), ("user", "more")),
        {**one, "tools": [{"type": "function", "function": {"name": "f"}}]},
        talk(("system", "sq"), ("user", ""), ("assistant", "a")),
    ]
    report = ftlint.check(lines(one, *other, one), select=["DUP001"])
    assert [(found.line, found.related[0].line) for found in report.findings] == [(7, 1)]


def test_leaks_between_files_of_conversations():
    train = [talk(("user", f"question {i}"), ("assistant", f"a {i}")) for i in range(50)]
    valid = [talk(("user", f"QUESTION  {i}"), ("assistant", "another")) for i in (3, 4)] + train[7:8]
    report = ftlint.check(lines(*train), valid=lines(*valid), select=["SPL001"])
    assert [(found.line, found.level) for found in report.findings] == [(1, "warning"), (2, "warning"), (3, "error")]


def test_tokens_of_conversations_are_limited():
    long = talk(("user", "a b " * 9_000), ("assistant", "x"))
    report = ftlint.check(lines(*(talk(("user", f"{i}"), ("assistant", "x")) for i in range(20)), long), target="gpt-3.5-turbo")
    [found] = [finding for finding in report.findings if finding.code == "TOK001"]
    assert (found.line, found.applicability) == (21, None)
    assert found.message == (
        "18,013 tokens; gpt-3.5-turbo accepts at most 16,385; "
        "18,012 of them before the answer, which is lost where a record is cut"
    )


def test_few_conversations_are_refused():
    report = ftlint.check(lines(*(talk(("user", f"{i}"), ("assistant", "x")) for i in range(9))))
    assert [found.level for found in report.findings if found.code == "SIZ001"] == ["error"]


def test_records_and_files_give_the_same_findings():
    records = [talk(("user", f"q {i}"), ("assistant", f"it\u200bs {i}")) for i in range(20)]
    key = lambda report: [(found.code, found.line, found.pointer, found.message) for found in report.findings]  # noqa: E731
    assert key(ftlint.check(records)) == key(ftlint.check(lines(*records)))
    fixed, _ = ftlint.fix(records, unsafe=True, select=["TXT001"])
    assert fixed[0] == talk(("user", "q 0"), ("assistant", "its 0"))


def test_the_report_says_what_the_file_is(tmp_path):
    path = tmp_path / "chat.jsonl"
    path.write_bytes(lines(*(talk(("user", f"q {i}"), ("assistant", f"a {i}")) for i in range(2_000))))
    command = [sys.executable, "-m", "ftlint", "check", "--isolated", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert "2,000 chat records for gpt-4o-mini" in " ".join(result.stdout.split())
    assert "separator" not in result.stdout


def test_parts_that_are_no_text_are_told_apart():
    def shown(url):
        parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]
        return talk(("user", parts), ("assistant", "A lamp."))

    report = ftlint.check(lines(shown("a"), shown("b"), shown("a")), select=["DUP001"])
    assert [found.line for found in report.findings] == [3]


CALL = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
OTHER = {**CALL, "function": {**CALL["function"], "arguments": '{"city": "London"}'}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"tool_calls": [CALL], "content": None}, {"tool_calls": [OTHER], "content": None}),
        ({"content": "So", "name": "ann"}, {"content": "So", "name": "bob"}),
        ({"content": "So", "weight": 0}, {"content": "So", "weight": 1}),
        ({"content": None, "refusal": "No."}, {"content": None, "refusal": "Never."}),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_conversations_that_teach_something_else_are_no_duplicates(one, other, last):
    def made(answer):
        end = [] if last else [{"role": "user", "content": "And?"}, {"role": "assistant", "content": "Yes."}]
        return {"messages": [{"role": "user", "content": "Where?"}, {"role": "assistant", **answer}, *end]}

    report = ftlint.check([made(one), made(other), made(one)], select=["DUP001"])
    assert [(found.line, found.related[0].line) for found in report.findings] == [(3, 1)]


def test_keys_that_messages_do_not_have_are_found_and_go():
    plain = talk(("user", "q é"), ("assistant", "a"))
    records = [talk(("user", f"q é {n}"), ("assistant", "a")) for n in range(12)]
    records[4]["messages"][1] |= {"extra": [1, {"x": 2}], "id": 3}
    records[7]["messages"][0]["extra"] = "é"
    records[9]["id"] = "x"
    report = ftlint.check(records, select=["SHP003"])
    assert [(found.line, found.pointer, found.args["key"]) for found in report.findings] == [
        (5, "/messages/1/extra", "messages[].extra"),
        (5, "/messages/1/id", "messages[].id"),
        (8, "/messages/0/extra", "messages[].extra"),
        (10, "/id", "id"),
    ]
    fixed, report = ftlint.fix(records, unsafe=True, select=["SHP003"])
    assert report.ok
    assert fixed == [talk(("user", f"q é {n}"), ("assistant", "a")) for n in range(12)]
    assert not ftlint.check([plain] * 12, select=["SHP003"]).counts


def test_a_part_of_text_has_one():
    good = [talk(("user", f"q {n}"), ("assistant", "a")) for n in range(12)]
    for part, code, pointer in (
        ({"type": "text", "value": "x"}, "SHP001", "/messages/0/content/1"),
        ({"type": "text", "text": 3}, "SHP002", "/messages/0/content/1/text"),
    ):
        bad = talk(("user", [{"type": "text", "text": "See"}, part]), ("assistant", "a"))
        [found] = ftlint.check([*good, bad], select=["SHP"]).findings
        assert (found.line, found.code, found.pointer) == (13, code, pointer)


def test_labels_of_validation_conversations_are_compared():
    def asked(labels):
        return [talk(("user", f"Which {label} {n}?"), ("assistant", label)) for label in labels for n in range(60)]

    report = ftlint.check(asked(["yes", "no"]), valid=asked(["yes", "maybe"]), task="classification", select=["SPL"])
    assert "SPL002" in report.counts
