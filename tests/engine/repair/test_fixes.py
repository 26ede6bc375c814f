"""Repairs: they lose nothing, touch nothing else, and come to rest."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import orjson
import polars as pl
import pytest
import strategies
import zstandard
from ftlint_rules import rules as builtin_rules
from ftlint_rules.label._renaming import _chosen
from hypothesis import given
from hypothesis import strategies as st

import ftlint
from ftlint.config import load
from ftlint.records.edits import edited, remove_named_members, renamed_key, retexted
from ftlint.records.line import Line
from ftlint.rule import RecordRule
from ftlint.rule.fixes import Fix
from ftlint.rule.registry import known_rules
from ftlint.session import Session
from ftlint.text import tokens
from ftlint.text.labels import NULLS, variant_key
from ftlint.text.marks import strip_ending

FTLINT = str(Path(sys.executable).with_name("ftlint"))
LAW = strategies.law(100)


def objects(data):
    """Return the objects of the lines that parse, without texts' edges: the separator, stop and white space may change."""
    found = []
    for line in data.split(b"\n"):
        try:
            value = orjson.loads(line)
        except ValueError:
            continue
        found.append(value)
    return found


def core(record, survey):
    """Return what a safe fix must keep of a record: its body and its label's identity."""
    if not isinstance(record, dict) or not all(isinstance(record.get(key), str) for key in ("prompt", "completion")):
        return record
    rest = {key: value for key, value in record.items() if key not in {"prompt", "completion"}}
    return (
        strip_ending(record["prompt"], getattr(survey.known, "separator", None)),
        strip_ending(record["completion"], getattr(survey.known, "stop", None)),
        str(rest),
    )


@LAW
@given(strategies.files)
def test_law_3_a_safe_fix_keeps_records_bodies_and_labels(data):
    survey = ftlint.check(data).survey
    fixed, _ = ftlint.fix(data)
    before = [record for record in objects(data) if not isinstance(record, list)]
    after = [record for record in objects(fixed) if not isinstance(record, list)]
    assert [core(record, survey) for record in after] == [core(record, survey) for record in before]


@LAW
@given(strategies.files, st.booleans())
def test_law_3_fixing_comes_to_rest(data, unsafe):
    fixed, report = ftlint.fix(data, unsafe=unsafe)
    if unsafe and any(kind == "note" for kind, _ in report.notes):
        return  # What was found before is held to the end; a new run judges by what it finds now, and the report says so.
    claimed = {"safe", "unsafe"} if unsafe else {"safe"}
    again = ftlint.check(fixed)
    left = [(finding.code, finding.line, finding.message) for finding in again.findings if finding.applicability in claimed]
    # What has no repair after all (nothing to choose from, a record that is all separator) stays, and is not touched again.
    twice, _ = ftlint.fix(fixed, unsafe=unsafe)
    assert twice == fixed, left
    if not unsafe:
        assert left == []


@LAW
@given(strategies.files)
def test_law_4_untouched_lines_come_out_byte_for_byte(data):
    report = ftlint.check(data, max_findings=None)
    touched = {finding.line for finding in report.findings if finding.applicability}
    whole = [finding for finding in report.findings if finding.applicability == "safe" and finding.line is None]
    fixed, _ = ftlint.fix(data)
    if whole:
        return
    kept = [line for number, line in enumerate(data.split(b"\n"), 1) if number not in touched and line.strip()]
    rest = iter(fixed.split(b"\n"))
    assert all(any(line == other for other in rest) for line in kept), "each in its order"


texts = st.text(st.characters(exclude_categories=("Cs",)))


def after(raw, edits):
    """Return a line, given as text, after its edits."""
    [line] = edited(raw.encode(), edits)
    return line.decode()


def rewritten(raw, record, new):
    """Return a line, given as text, with new texts for some keys of its record."""
    pointer = lambda key: "/" + key.replace("~", "~0").replace("/", "~1")  # noqa: E731
    old = {pointer(key): text for key, text in record.items()}
    return after(raw, retexted(Line(raw.encode()), old, {pointer(key): text for key, text in new.items()}))


@given(
    st.dictionaries(texts, texts, min_size=1, max_size=3),
    st.data(),
    st.booleans(),
    st.sampled_from([None, (",", ":"), (" , ", " : ")]),
)
def test_only_the_changed_span_of_a_record_changes(record, data, ascii_only, separators):
    raw = json.dumps(record, ensure_ascii=ascii_only, separators=separators)
    key = data.draw(st.sampled_from(sorted(record)))
    old = record[key]
    start = data.draw(st.integers(0, len(old)))
    new = old[:start] + data.draw(texts) + old[start:]
    changed = rewritten(raw, record, {key: new})
    assert json.loads(changed) == {**record, key: new}
    prefix = os.path.commonprefix([raw, changed])
    suffix = os.path.commonprefix([raw[::-1], changed[::-1]])
    assert len(prefix) + len(suffix) >= len(raw)


@given(
    st.dictionaries(texts, st.integers() | texts, min_size=2, max_size=4),
    st.data(),
    st.sampled_from([None, (",", ":"), (" , ", " : ")]),
)
def test_members_go_and_get_other_names(record, data, separators):
    raw = json.dumps(record, separators=separators)
    line = Line(raw.encode())
    keys = list(line.members())
    assert keys == list(record)
    gone = data.draw(st.sampled_from(keys))
    assert json.loads(after(raw, remove_named_members(line, "", {gone}))) == {
        key: value for key, value in record.items() if key != gone
    }
    renamed = json.loads(after(raw, renamed_key(line, gone, "another name")))
    assert list(renamed) == ["another name" if key == gone else key for key in record]


def test_the_style_of_a_record_stays():
    raw = '{ "completion" : "spam",  "prompt":"caf\\u00e9 \\/ mail 5 \\ud83d\\ude00" , "n": 1.50 }'
    record = json.loads(raw)
    assert rewritten(raw, record, {"completion": " spam"}) == raw.replace('"spam"', '" spam"')
    assert rewritten(raw, record, {"prompt": record["prompt"] + "é ->"}) == raw.replace("ude00", "ude00\\u00e9 ->")


def test_rules_that_say_they_repair_show_it():
    for rule in builtin_rules():
        shown = [example for example in rule.examples if example.fixed is not None]
        assert not shown or rule.fixable, rule.code
        if rule.fixable and rule.code not in {"TOK001", "LBL005", "FIL002"}:  # theirs would fill pages, or are not UTF-8
            assert shown, f"{rule.code} has no example of its repair"


GOOD = [{"prompt": f"mail {i} ->", "completion": (" spam", " fine")[i % 2]} for i in range(300)]


def dumped(records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def bad():
    records = [dict(record) for record in GOOD]
    records[7]["completion"] = "fine"
    records[8]["prompt"] = "mail 8"
    return dumped(records)


def test_records_and_frames_come_back_as_they_are():
    records = [json.loads(line) for line in bad().splitlines()]
    fixed, report = ftlint.fix(records)
    assert (fixed, report.ok, report.fixed) == (GOOD, True, {"SEP001": 1, "CMP001": 1})
    frame = pl.DataFrame(records)
    fixed, report = ftlint.fix(frame)
    assert fixed.equals(pl.DataFrame(GOOD))
    doubled, _ = ftlint.fix(pl.concat([frame, frame]), unsafe=True)
    assert doubled.height == 300
    assert ftlint.fix(bad())[0] == dumped(GOOD)


def test_a_path_is_repaired_in_place(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(bad())
    assert ftlint.fix(path)[0] == path
    assert path.read_bytes() == dumped(GOOD)
    assert list(tmp_path.iterdir()) == [path]


def run(*arguments, cwd, stdin=None):
    return subprocess.run([FTLINT, "check", "--isolated", *arguments], cwd=cwd, input=stdin, capture_output=True, check=False)


def test_packed_files_stay_packed_and_links_stay_links(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(bad()))
    (tmp_path / "b.jsonl.zst").write_bytes(zstandard.compress(bad()))
    (tmp_path / "real.jsonl").write_bytes(bad())
    (tmp_path / "real.jsonl").chmod(0o640)
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    before = sorted(path.name for path in tmp_path.iterdir())
    for name in ("a.jsonl.gz", "b.jsonl.zst", "link.jsonl"):
        assert run("--fix", name, cwd=tmp_path).returncode == 0
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == dumped(GOOD)
    assert zstandard.ZstdDecompressor().decompressobj().decompress((tmp_path / "b.jsonl.zst").read_bytes()) == dumped(GOOD)
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").read_bytes() == dumped(GOOD)
    assert (tmp_path / "real.jsonl").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_repaired_standard_input_goes_to_standard_output(tmp_path):
    result = run("--fix", "-", cwd=tmp_path, stdin=bad())
    assert result.stdout == dumped(GOOD)
    assert b"SEP001 missing-separator" in result.stderr


def test_the_diff_is_a_patch_and_writes_nothing(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(bad().removesuffix(b"\n") + b"\n\n" + dumped([{"prompt": "last", "completion": " spam"}]).rstrip(b"\n"))
    original = path.read_bytes()
    result = run("--diff", "a.jsonl", cwd=tmp_path)
    assert (result.returncode, path.read_bytes()) == (1, original)
    (tmp_path / "b.jsonl").write_bytes(original)
    subprocess.run(["patch", "-s", "b.jsonl"], input=result.stdout, cwd=tmp_path, check=True)  # noqa: S607 - of the system
    assert run("--fix", "a.jsonl", cwd=tmp_path).returncode == 0
    assert (tmp_path / "b.jsonl").read_bytes() == path.read_bytes()
    assert run("--diff", "a.jsonl", cwd=tmp_path).returncode == 0


def test_dropped_lines_are_kept(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(dumped([*GOOD, GOOD[3], {"prompt": "x ->", "completion": ""}]))
    run("--fix", "--unsafe-fixes", "--dropped", "dropped.jsonl", "a.jsonl", cwd=tmp_path)
    assert (tmp_path / "a.jsonl").read_bytes() == dumped(GOOD)
    assert (tmp_path / "dropped.jsonl").read_bytes() == dumped([GOOD[3], {"prompt": "x ->", "completion": ""}])
    run("--fix", "--unsafe-fixes", "--dropped", "dropped.jsonl", "a.jsonl", cwd=tmp_path)
    assert (tmp_path / "dropped.jsonl").read_bytes() == dumped([GOOD[3], {"prompt": "x ->", "completion": ""}])


def test_a_pipe_is_not_repaired_in_place(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe.jsonl").write_bytes(bad()))
    writer.start()
    result = run("--fix", "pipe.jsonl", cwd=tmp_path)
    writer.join()
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"cannot repair pipe.jsonl in place" in result.stderr


def test_unfixable_rules_are_left_and_requests_need_their_name(tmp_path):
    labels = [{"prompt": f"food {i} ->", "completion": (" edible", " inedible")[i % 2]} for i in range(300)]
    (tmp_path / "a.jsonl").write_bytes(bad())
    run("--fix", "--unfixable", "SEP", "a.jsonl", cwd=tmp_path)
    assert b'"mail 8"' in (tmp_path / "a.jsonl").read_bytes()
    (tmp_path / "l.jsonl").write_bytes(dumped(labels))
    run("--fix", "--unsafe-fixes", "--ignore", "CMP006", "l.jsonl", cwd=tmp_path)
    assert (tmp_path / "l.jsonl").read_bytes() == dumped(labels)
    run(
        "--fix", "--unsafe-fixes", "--ignore", "CMP006", "--fixable", "LBL001", "--label-map", "map.json", "l.jsonl", cwd=tmp_path
    )
    table = json.loads((tmp_path / "map.json").read_bytes())
    renamed = [{**record, "completion": f" {table.get(record['completion'][1:], record['completion'][1:])}"} for record in labels]
    assert (tmp_path / "l.jsonl").read_bytes() == dumped(renamed)
    assert set(table) == {"inedible"}


def test_two_files_are_given_the_same_separator(tmp_path):
    train = [{"prompt": f"is {i} good?", "completion": (" yes", " no")[i % 2]} for i in range(300)]
    valid = [{"prompt": f"is {i} ### bad\n\n###\n\n?", "completion": (" yes", " no")[i % 2]} for i in range(300, 400)]
    (tmp_path / "t.jsonl").write_bytes(dumped(train))
    (tmp_path / "v.jsonl").write_bytes(dumped(valid))
    run("--fix", "--unsafe-fixes", "--valid", "v.jsonl", "t.jsonl", cwd=tmp_path)
    separator = "\n\n===\n\n"
    assert (tmp_path / "t.jsonl").read_bytes() == dumped({**record, "prompt": record["prompt"] + separator} for record in train)
    assert (tmp_path / "v.jsonl").read_bytes() == dumped({**record, "prompt": record["prompt"] + separator} for record in valid)


def test_leftovers_of_killed_runs_go(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(bad())
    (tmp_path / ".a.jsonl.ftlint-4000000-x.tmp").write_bytes(b"half")
    run("--fix", "a.jsonl", cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"x", b"\0", b"[]", b"[{}]", b'{"a":\n1}\n', "é".encode("utf-16")])
def test_odd_files_survive(data):
    fixed, _ = ftlint.fix(data)
    assert ftlint.fix(fixed)[0] == fixed
    fixed, _ = ftlint.fix(data, unsafe=True)
    assert ftlint.fix(fixed, unsafe=True)[0] == fixed


def test_a_blank_line_beside_a_broken_one_stays():
    broken = b'{"prompt": "First.\n\nSecond. ->", "completion": " no"}\n'
    good = dumped(GOOD)
    fixed, report = ftlint.fix(broken + good + b"\n" + good)
    assert fixed == broken + good + good
    assert [finding.applicability for finding in report.findings if finding.code == "FIL004"] == [None]


@pytest.mark.parametrize(
    ("completion", "safe", "unsafe"),
    [
        (" WEEKEND", " WEEKEND", " WEEKEND"),
        (" yes end", " yes end", " yes END"),
        (" yes END.", " yes END.", " yes END"),
        (" yes ###", " yes ###", " yes END"),
    ],
)
def test_a_stop_replaces_another_only_unsafely(completion, safe, unsafe):
    records = [{"prompt": f"item {i} ->", "completion": (" yes END", " no END")[i % 2]} for i in range(40)]
    odd = {"prompt": "odd ->", "completion": completion}
    for expected, allowed in ((safe, False), (unsafe, True)):
        fixed, _ = ftlint.fix([*records, odd], unsafe=allowed, ignore=["LBL"])
        assert fixed == [*records, {**odd, "completion": expected}]


def fixed_pairs(pairs, join=b"\n", **settings):
    data = join.join(json.dumps({"prompt": prompt, "completion": completion}).encode() for prompt, completion in pairs) + b"\n"
    fixed, _ = ftlint.fix(data, unsafe=True, **settings)
    return [(record["prompt"], record["completion"]) for record in map(json.loads, fixed.splitlines())]


def test_what_most_lines_say_counts_when_they_are_records():
    pairs = [(f"text {i} ->", (" yes", " no")[i % 2]) for i in range(100)]
    assert fixed_pairs([*pairs[:-1], ("the last one", " no")], b",\n") == [*pairs[:-1], ("the last one ->", " no")]
    broken = ",\n".join(json.dumps({"prompt": prompt, "completion": completion}) for prompt, completion in pairs)
    assert set(ftlint.check(broken.encode()).counts) == {"JSN001", "FIL006"}


CONTENT = [
    "talk to HR",
    "I love it 🎉",
    "👍",
    "Is this C++",
    "in C#",
    "it is 20 %",
    "5 €",
    "a </b>",
    "hi [NAME]",
    "<EMAIL>",
    "Subject:",
]


@pytest.mark.parametrize("separator", ["\n\n###\n\n", " ->"])
def test_nothing_but_separators_is_replaced(separator):
    pairs = [(f"text {i}{separator}", (" yes", " no")[i % 2]) for i in range(200)]
    for number, content in enumerate(CONTENT):
        pairs[number] = (content, " yes")
    assert fixed_pairs(pairs)[: len(CONTENT)] == [(content + separator, " yes") for content in CONTENT]
    answers = [(f"text {i}{separator}", f" answer {i} END") for i in range(200)]
    for number, content in enumerate(["It will never end", "$$", "List<String>", *CONTENT]):
        answers[number] = (answers[number][0], f" {content}")
    assert fixed_pairs(answers) == [(prompt, answer.removesuffix(" END") + " END") for prompt, answer in answers]


@pytest.mark.parametrize(
    "ends", [("AAPL", "TSLA", "MSFT"), ("😀", "😡"), ("C++", "C#"), ("€", "$"), ("</p>", "</div>"), ("[URL]", "[NAME]")]
)
def test_what_texts_end_in_is_no_separator(ends):
    pairs = [(f"text {i} about {ends[i // 2 % len(ends)]}", (" yes", " no")[i % 2]) for i in range(200)]
    assert fixed_pairs(pairs) == [(f"{prompt}\n\n###\n\n", answer) for prompt, answer in pairs]


def test_a_frame_is_repaired_as_what_it_is():
    frame = pl.DataFrame(
        {
            "prompt": ["a ->", "b ->", "c", "d ->"],
            "completion": pl.Series(["x", " y", " y", " x"], dtype=pl.Enum(["x", " x", " y"])),
            "weight": [float("inf"), float("nan"), None, 2.5],
            "id": pl.Series([2**63 + 5] * 4, dtype=pl.UInt64),
            "day": pl.Series(["2020-01-01"] * 4).str.to_date(),
        }
    )
    fixed, report = ftlint.fix(frame, separator=" ->")
    expected = frame.with_columns(
        prompt=pl.Series(["a ->", "b ->", "c ->", "d ->"]),
        completion=pl.Series([" x", " y", " y", " x"], dtype=frame.schema["completion"]),
    )
    assert fixed.equals(expected)
    assert fixed.schema == frame.schema
    assert report.fixed == {"SEP001": 1, "CMP001": 1}


def test_a_new_text_that_an_enumeration_has_not_makes_it_text():
    frame = pl.DataFrame({"prompt": ["a ->", "b ->"], "completion": pl.Series(["x", "y"], dtype=pl.Enum(["x", "y"]))})
    fixed, _ = ftlint.fix(frame)
    assert fixed.get_column("completion").to_list() == [" x", " y"]
    assert fixed.schema["completion"] == pl.String


def test_columns_are_renamed_and_dropped_with_what_is_in_them():
    frame = pl.DataFrame(
        {"context": [f"q {i} ->" for i in range(4)], "response": ["x", " y"] * 2, "id": range(4), "w": [0.5] * 4}
    )
    assert ftlint.fix(frame, unsafe=True)[0].equals(frame), "what w means is not known"
    fixed, report = ftlint.fix(frame, unsafe=True, ignore=["CMP006"], naming_keys=["id", "w"], fixable=["SHP003"])
    assert fixed.to_dict(as_series=False) == {"prompt": [f"q {i} ->" for i in range(4)], "completion": [" x", " y"] * 2}
    assert 'the key "context" becomes "prompt", the key "response" becomes "completion"' in str(report.notes)
    kept, _ = ftlint.fix(frame, unsafe=True, ignore=["CMP006"], naming_keys=["id", "w"])
    assert kept.get_column("w").to_list() == [0.5] * 4
    numbers = pl.DataFrame({"prompt": [f"q {i} ->" for i in range(4)], "completion": [1, 2] * 2})
    assert ftlint.fix(numbers)[0].equals(numbers)
    assert ftlint.fix(numbers, unsafe=True)[0].get_column("completion").to_list() == [" 1", " 2"] * 2


def test_a_repaired_record_keeps_its_other_values():
    weight, deep = float("nan"), {"a": [2**70]}
    for row in ({"weight": weight, "x": float("inf")}, {"id": 2**64 + 1, "deep": deep}):
        [fixed] = ftlint.fix([{"prompt": "a ->", "completion": "b", **row}])[0]
        assert fixed.pop("completion") == " b"
        assert all(fixed[key] is value for key, value in row.items())
        options = {"unsafe": True, "ignore": ["SHP003", "CMP006"], "naming_keys": list(row)}
        [renamed] = ftlint.fix([{"context": "a ->", "response": "b", **row}], **options)[0]
        assert list(renamed) == ["prompt", "completion", *row]
        assert all(renamed[key] is value for key, value in row.items())


def rows(count, prompt="text {i} ->", answers=(" yes", " no")):
    return [{"prompt": prompt.format(i=i), "completion": answers[i % len(answers)]} for i in range(count)]


def test_a_validation_file_is_not_emptied(tmp_path):
    (tmp_path / "t.jsonl").write_bytes(dumped(rows(40)))
    (tmp_path / "v.jsonl").write_bytes(dumped(rows(21)))
    result = run("--fix", "--unsafe-fixes", "--fixable", "SPL001", "--valid", "v.jsonl", "t.jsonl", cwd=tmp_path)
    assert (tmp_path / "v.jsonl").read_bytes() == dumped(rows(21))
    assert result.returncode == 1
    text = " ".join(result.stdout.decode().split())
    assert (
        "refused SPL001 train-validation-leak: 21 of 21 validation records would go; `ftlint split` splits the data anew" in text
    )
    (tmp_path / "v.jsonl").write_bytes(dumped(rows(60)[30:]))
    run("--fix", "--unsafe-fixes", "--valid", "v.jsonl", "t.jsonl", cwd=tmp_path)
    assert (tmp_path / "v.jsonl").read_bytes() == dumped(rows(60)[30:]), "not unless it is asked for"
    run("--fix", "--unsafe-fixes", "--fixable", "SPL001", "--valid", "v.jsonl", "t.jsonl", cwd=tmp_path)
    assert (tmp_path / "v.jsonl").read_bytes() == dumped(rows(60)[40:])


def test_one_separator_in_a_text_changes_no_other_record():
    odd = {"prompt": "a -> b ->", "completion": " yes"}
    assert ftlint.fix([*rows(100), odd], unsafe=True)[0] == [*rows(100), odd]
    censored = [{"prompt": "what a ####", "completion": " no"}, {"prompt": "leader--->", "completion": " yes"}]
    plain = [{"prompt": f"is it {i} ?", "completion": (" yes", " no")[i % 2]} for i in range(100)]
    fixed = ftlint.fix([*plain, *censored], unsafe=True)[0]
    assert [record["prompt"].removesuffix("\n\n===\n\n") for record in fixed] == [r["prompt"] for r in [*plain, *censored]]


def test_what_was_inferred_before_a_repair_holds_to_its_end():
    # 12 labels in 25 records are a classification set; without the copies they are 12 in 23.
    records = [{"prompt": f"text {i} ->", "completion": f" label {i % 12}"} for i in range(24)]
    records = [*records, *records[:1], *records[:2]]
    fixed, report = ftlint.fix(records, unsafe=True, task=None, ignore=["CMP006"])
    before = ftlint.check(records, ignore=["CMP006"])
    assert report.survey.task == before.survey.task
    unsafe = rows(60, answers=(" a", " b", " c")) + rows(60, answers=(" a", " b", " c"))
    fixed, report = ftlint.fix([*unsafe, *[{"prompt": f"x {i} ->", "completion": f" rare {i}"} for i in range(14)]], unsafe=True)
    assert report.survey.task == "classification"
    assert len(fixed) == 74


def test_the_difference_says_what_is_chosen(tmp_path):
    records = [{"context": f"is it {i} ?", "completion": f" a long answer {i} of words", "id": i} for i in range(20)]
    (tmp_path / "a.jsonl").write_bytes(dumped(records))
    result = run("--diff", "--unsafe-fixes", "--fixable", "SHP003", "a.jsonl", cwd=tmp_path)
    said = " ".join(result.stderr.decode().split())
    assert result.returncode == 1
    assert "would fix SHP001 missing-key · 20 repaired" in said
    assert 'the key "context" becomes "prompt"' in said
    assert 'SHP003 unknown-key: drops "id"' in said
    assert 'every prompt ends with "\\n\\n###\\n\\n"' in said
    assert 'every completion ends with " END"' in said
    shown = " ".join(run("a.jsonl", cwd=tmp_path).stdout.decode().split())
    assert 'unsafe fix of 20 records: in every record the key "context" becomes "prompt"' in shown
    assert "more may be found, and repaired, when this is done" in shown


def test_what_is_kept_is_kept_before_the_data_is_replaced(tmp_path):
    records = dumped([*GOOD, GOOD[3]])
    for option in (["--dropped", "none/d.jsonl"], ["--label-map", "none/map.json"], ["--output", "json=none/r.json"]):
        (tmp_path / "a.jsonl").write_bytes(records)
        result = run("--fix", "--unsafe-fixes", *option, "a.jsonl", cwd=tmp_path)
        assert (result.returncode, (tmp_path / "a.jsonl").read_bytes()) == (2, records), option
        assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
    (tmp_path / "d.jsonl").write_bytes(b'{"kept": 1}')
    run("--fix", "--unsafe-fixes", "--dropped", "d.jsonl", "a.jsonl", cwd=tmp_path)
    assert (tmp_path / "d.jsonl").read_bytes() == b'{"kept": 1}\n' + dumped([GOOD[3]])


@pytest.mark.parametrize(
    "data",
    [
        b"\xfd7zXZ\0\r\nrest",
        b"BZh91AY\r\n",
        b"PK\x03\x04\r\n",
        b"PAR1\r\nPAR1",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0\r\n",
        b"%PDF-1.7\r\n",
        b"SQLite format 3\0\r\n",
        bytes(range(256)) * 3,
        b"\0" * 5000,
    ],
    ids=range(10),
)
def test_what_is_no_text_is_not_written(tmp_path, data):
    (tmp_path / "data.bin").write_bytes(data)
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(data))
    for name in ("data.bin", "packed.jsonl.gz"):
        result = run("--fix", "--unsafe-fixes", name, cwd=tmp_path)
        assert (result.returncode, name in result.stderr.decode()) == (2, True)
        assert result.stderr.count(b"\n") == 1
    assert (tmp_path / "data.bin").read_bytes() == data
    assert run("--fix", "-", cwd=tmp_path, stdin=data).returncode == 2


def test_what_is_not_understood_keeps_its_line_ends():
    broken = b"{'prompt': 'x'}\r\n"
    good = dumped(GOOD).replace(b"\n", b"\r\n")
    fixed, report = ftlint.fix(good + broken)
    assert fixed == dumped(GOOD) + broken
    assert [(f.applicability, f.message) for f in report.findings if f.code == "FIL003"] == [
        (None, "1 of 301 lines end in CR LF")
    ]
    mostly = broken * 400 + good
    assert ftlint.fix(mostly)[0] == mostly
    assert ftlint.fix(b"\r\n\r\n" + broken * 3 + b"end")[0] == b"\r\n\r\n" + broken * 3 + b"end"


def test_a_word_is_not_glued_to_a_word():
    answers = [{"prompt": f"item {i} ->", "completion": f" it is {'no' * (i % 3)} so END"} for i in range(60)]
    odd = [{"prompt": "x ->", "completion": " it is sirEND"}, {"prompt": "y ->", "completion": " nothing"}]
    fixed, _ = ftlint.fix([*answers, *odd], stop="END")
    assert fixed == [*answers, odd[0], {"prompt": "y ->", "completion": " nothing END"}]
    asked = [{"prompt": f"item {i} Label:", "completion": " a"} for i in range(9)] + [{"prompt": "teaLabel:", "completion": " b"}]
    assert ftlint.fix([*asked, {"prompt": "tea", "completion": " b"}], separator="Label:")[0][-2:] == [
        asked[-1],
        {"prompt": "tea Label:", "completion": " b"},
    ]


@pytest.mark.parametrize("depth", [900, 985, 1000, 1015, 1023])
def test_deep_nesting_is_repaired_around(depth):
    line = '{"prompt": "a %d", "completion": "b", "x": %s}\n'
    data = "".join(line % (i, "[" * depth + "]" * depth) for i in range(3)).encode()
    fixed, _ = ftlint.fix(data)
    assert fixed == data.replace(b'"b"', b'" b"')
    assert b'"x"' in ftlint.fix(data, unsafe=True)[0]
    assert b'"x"' not in ftlint.fix(data, unsafe=True, fixable=["SHP003"])[0]


def test_labels_are_renamed_where_no_number_is_one_token():
    labels = [f" class number {i}" for i in range(60)]
    records = [{"prompt": f"text {i} ->", "completion": labels[i % 60]} for i in range(600)]
    fixed, _ = ftlint.fix(records, unsafe=True, fixable=["LBL001"], encoding="cl100k_base", ignore=["CMP", "SEP"])
    names = {record["completion"] for record in fixed}
    assert len(names) == 60
    assert not {"LBL001", "LBL002"} & set(ftlint.check(fixed, encoding="cl100k_base", task="classification").counts)


def test_new_names_of_labels_are_no_missing_values_and_no_variants():
    labels = [f"class {i} of many" for i in range(3000)]
    names = list(_chosen(labels, "r50k_base").values())
    assert len({variant_key(name) for name in names}) == 3000
    assert not {variant_key(name) for name in names} & {variant_key(name) for name in (*NULLS, "END", "STOP")}
    assert all(tokens.count(f" {name}", "r50k_base") == 1 for name in names)


@pytest.mark.parametrize("packed", [False, True])
def test_a_repair_that_fails_leaves_the_input_for_the_others(tmp_path, packed):
    class Bad(RecordRule):
        """A rule whose repair fails."""

        code, level, fixable, message = "ZZZ001", "error", "safe", "bad"

        def violates(self, context):
            return pl.lit(value=True)

        def fix(self, violations, fix_context):
            return Fix.rewrite(lambda row: 1 / 0)

    good = next(rule for rule in known_rules() if rule.code == "CMP003")
    session = Session.of(load(isolated=True), rules=[Bad(), good()])
    data = dumped([{"prompt": "a ->", "completion": " b "}])
    if packed:
        path = tmp_path / "a.jsonl.gz"
        path.write_bytes(gzip.compress(data))
        session.fix(path)
        fixed = gzip.decompress(path.read_bytes())
    else:
        fixed, report = session.fix(data)
        assert "ZeroDivisionError" in report.failures[0]
    assert fixed == dumped([{"prompt": "a ->", "completion": " b"}])


def test_an_excluded_standard_input_comes_back(tmp_path):
    (tmp_path / "ftlint.toml").write_text('exclude = ["a.jsonl"]\n')
    command = ["check", "--fix", "--stdin-filename", "a.jsonl", "-"]
    data = dumped([{"prompt": "a ->", "completion": "b"}])
    excluded = subprocess.run([FTLINT, *command, "--force-exclude"], cwd=tmp_path, input=data, capture_output=True, check=False)
    assert (excluded.returncode, excluded.stdout) == (0, data)
