"""The library call: what it takes, gives, and refuses."""

from __future__ import annotations

import io
import json
import pickle
import re

import polars as pl
import pytest

import ftlint
from ftlint import config as configuration
from ftlint import session
from ftlint.engine.dataset import Dataset
from ftlint.engine.serial import Serial
from ftlint.report.finding import Finding
from ftlint.session import Session
from ftlint.sources import Source


def test_shards_are_one_dataset():
    one = [{"prompt": f"mail {i} ->", "completion": f" a long answer {i}"} for i in range(30)]
    other = [
        {"prompt": "Mail  3. ->", "completion": " a long answer 3"},
        one[5],
        {"prompt": "mail 7 ->", "completion": " another"},
    ]
    lines = [b"".join(json.dumps(record).encode() + b"\n" for record in records) for records in (one, other, one[:2])]
    shards = [Source(f"{name}.jsonl", len(data), data) for name, data in zip("abc", lines, strict=True)]
    config = configuration.load({"select": ["DUP"]}, isolated=True)
    report = Session.of(config).check_datasets([Dataset(shards, config.options())])
    found = [(f.code, f.path, f.line, f.related[0].path, f.related[0].line) for f in report.findings]
    assert found == [
        ("DUP003", "b.jsonl", 1, "a.jsonl", 4),
        ("DUP001", "b.jsonl", 2, "a.jsonl", 6),
        ("DUP002", "b.jsonl", 3, "a.jsonl", 8),
        ("DUP001", "c.jsonl", 1, "a.jsonl", 1),
        ("DUP001", "c.jsonl", 2, "a.jsonl", 2),
    ]


def test_bytes_are_sent_to_other_processes_once(monkeypatch):
    line = b'{"prompt": "a ->", "completion": "b"}\n'
    monkeypatch.setattr(session, "open_engine", lambda name, jobs, size: Serial())
    seen = []
    check_dataset = session.check_dataset
    monkeypatch.setattr(session, "check_dataset", lambda data, *a, **k: seen.extend(data.sources) or check_dataset(data, *a, **k))
    assert ftlint.check(line * 50, jobs=2).counts["CMP001"] == ftlint.check(line * 50).counts["CMP001"]
    assert [source.data is None for source in seen] == [True, False]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"jobs": "x"}, "jobs must be a number of 1 or more, not 'x'"),
        ({"jobs": True}, "jobs must be a number of 1 or more"),
        ({"max_findings": 0}, "max_findings must be a number of 1 or more"),
        ({"separator": "\ud800"}, "a lone surrogate"),
        ({"stop": ""}, "stop is empty"),
        ({"select": []}, "select is empty"),
        ({"extend": "x.toml"}, "extend is valid in configuration files only"),
    ],
)
def test_what_a_library_call_does_not_take(settings, sentence):
    with pytest.raises(ftlint.ConfigError, match=sentence):
        ftlint.check([{"prompt": "a ->", "completion": " b"}], **settings)


def test_generation_gathers_no_labels(monkeypatch):
    monkeypatch.setattr("ftlint.metrics.Labels.add", lambda *_: pytest.fail("labels were gathered"))
    rows = [{"prompt": f"a {i} ->", "completion": f" a long answer {i}"} for i in range(20)]
    assert ftlint.check([*rows, rows[0]], valid=rows[:1]).counts["DUP001"] == 1


def test_the_library_call():
    records = [{"prompt": f"mail {i} ->", "completion": (" spam", "fine")[i % 2]} for i in range(200)]
    report = ftlint.check(records, target="davinci", select=["CMP", "SIZ"], rules={"too-few-records": {"minimum": 300}})
    assert (report.ok, report.counts["CMP001"], report.counts["SIZ001"]) == (False, 100, 1)
    assert report.findings[1].line == 2
    assert report.survey.known.separator.text == " ->"
    frame = report.to_frame()
    assert frame.filter(code="CMP001").height == 100
    assert set(frame.columns) == {*Finding.__slots__, "title", "edits"}
    assert frame.filter(code="CMP001")["edits"][0].to_list()[0]["text"] == " "
    assert len(ftlint.check(records, select=["CMP"], max_findings=3).findings) == 3
    lines = "".join(json.dumps(record) + "\n" for record in records)
    for file in (io.StringIO(lines), io.BytesIO(lines.encode()), lines.encode()):
        assert ftlint.check(file, select=["CMP"]).counts == {"CMP001": 100}
    with pytest.raises(ftlint.InputError, match="record 2 cannot be written as JSON"):
        ftlint.check([{"prompt": "a"}, {"prompt": {1, 2}}])
    with pytest.raises(ftlint.ConfigError, match="did you mean target"):
        ftlint.check(records, targt="ada")


def test_files_of_the_library_call(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"prompt": "a ->", "completion": " x"}\n')
    (tmp_path / "v.jsonl").write_text('{"prompt": "a ->", "completion": " x"}\n')
    report = ftlint.check(tmp_path / "t.jsonl", valid=tmp_path / "v.jsonl", select=["SPL"])
    assert [(f.code, f.path, f.related[0].path) for f in report.findings] == [
        ("SPL001", str(tmp_path / "v.jsonl"), str(tmp_path / "t.jsonl"))
    ]
    with pytest.raises(ftlint.InputError, match="No such file or folder"):
        ftlint.check(tmp_path / "none.jsonl")


def test_what_is_not_repaired_is_not_changed():
    kept = {"prompt": "a ->", "completion": " b", "weight": float("nan"), "id": 2**64 + 1, "mark": "\ud800"}
    fixed, _ = ftlint.fix([kept, {"prompt": "c ->", "completion": "d"}, kept])
    assert fixed[0] is kept
    assert fixed[1:] == [{"prompt": "c ->", "completion": " d"}, kept]
    frame = pl.DataFrame({"prompt": ["a ->"], "completion": [" b"], "weight": [float("inf")]})
    assert ftlint.fix(frame.lazy())[0].collect().equals(frame)
    assert ftlint.fix(bytearray(b'{"prompt": "a ->", "completion": "b"}\n'))[0] == b'{"prompt": "a ->", "completion": " b"}\n'


def test_what_comes_back_from_a_repair(tmp_path):
    line, repaired = b'{"prompt": "a ->", "completion": "b"}\n', b'{"prompt": "a ->", "completion": " b"}\n'
    path = tmp_path / "train.jsonl"
    path.write_bytes(line)
    assert ftlint.fix([path])[0] == [path]
    assert path.read_bytes() == repaired
    assert ftlint.fix(io.BytesIO(line + b"broken\n"))[0] == repaired + b"broken\n"
    assert ftlint.fix(line)[0] == repaired
    assert ftlint.fix(iter([json.loads(line)]))[0] == [json.loads(repaired)]
    with pytest.raises(ftlint.InputError, match="several datasets"):
        ftlint.fix([path, path])


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"rules": {"LBL004": {"minimum": "x"}}}, "rule rare-label, option minimum"),
        ({"targets": {"mine": {"limit": "a"}}}, "targets.mine.limit should be an integer, not 'a'"),
        ({"targets": {"mine": {"limits": 4}}}, "unknown key 'limits'; did you mean limit?"),
        ({"targets": {"mine": {"dialects": 5}}}, "targets.mine.dialects should be an array of strings, not 5"),
        ({"targets": {"mine": {"extends": ["davinci"]}}}, "targets.mine.extends should be the name of a target"),
    ],
)
def test_settings_that_do_not_fit(settings, sentence):
    with pytest.raises(ftlint.ConfigError, match=re.escape(sentence)):
        ftlint.check([{"prompt": "a ->", "completion": " b"}], **settings)


def test_settings_of_a_session_merge_and_are_never_dropped(tmp_path):
    both = ftlint.Session({"rules": {"rare-label": {"minimum": 5}}}, rules={"too-few-records": {"minimum": 9}})
    assert set(both.config.settings.rules) == {"rare-label", "too-few-records"}
    assert ftlint.Session({"max-findings": None}).limit is None
    with pytest.raises(ftlint.ConfigError, match="takes no further settings"):
        ftlint.Session(both.config, select=["SEP"])
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "ftlint.toml").write_text('[[dataset]]\ntrain = ["a.jsonl", "b.jsonl"]\ntask = "open-ended"\n')
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / "sub" / name).write_bytes(b'{"prompt": "a ->", "completion": " b"}\n')
    joined = ftlint.Session(str(tmp_path / "sub" / "ftlint.toml"))
    report = joined.check([tmp_path / "sub" / "a.jsonl", tmp_path / "sub" / "b.jsonl"])
    assert report.survey.task == "open-ended"
    assert report.counts["DUP001"] == 1


@pytest.mark.parametrize("call", ["check", "profile", "records", "check_line"])
def test_an_unknown_dialect_is_refused_by_every_call(call):
    with pytest.raises(ftlint.ConfigError, match="unknown dialect"):
        getattr(ftlint.Session(dialect="nope"), call)(b'{"prompt": "a", "completion": "b"}\n')


def test_shares_and_shapes_that_make_no_sense_are_refused(tmp_path):
    calls, data = ftlint.Session(), [{"prompt": f"{number} ->", "completion": " x"} for number in range(20)]
    for shares in ({"a": 1.5, "b": -0.5}, {"a": 2, "b": 3}, {"a": 1}, {}):
        with pytest.raises(ftlint.UsageError, match="shares must be"):
            calls.deal(data, shares=shares)
    with pytest.raises(ftlint.UsageError, match="same parts"):
        calls.split(data, {"a": tmp_path / "a"}, shares={"a": 0.5, "b": 0.5})
    with pytest.raises(ftlint.UsageError, match="unknown shape"):
        calls.convert(data, tmp_path / "x", to="bogus")
    parts = calls.deal(data, shares={"train": 0.8, "valid": 0.2})
    assert sorted(parts["train"] + parts["valid"]) == list(range(20))


def test_a_line_is_judged_as_a_line():
    editor = ftlint.Session(select=["JSN"], baseline="none.json")
    assert [one.code for one in editor.check_line('[{"prompt": "a", "completion": "b"}]')] == ["JSN002"]
    assert [(one.code, one.line) for one in editor.check_line('[{"prompt": "a", "completion": "b"}')] == [("JSN001", 1)]
    assert editor.check_line('{"prompt": "a", "completion": "b"}') == []


def test_a_pickled_report_still_yields_every_finding():
    report = ftlint.check([{"prompt": "", "completion": ""}] * 3)
    again = pickle.loads(pickle.dumps(report))
    assert list(again.every()) == list(again.findings) == report.findings != []
    assert len({report, again}) == 2
