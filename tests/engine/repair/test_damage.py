"""The laws of repairs over files: damaged, mixed, printed over lines. `python tests/damage.py 60` tries many more."""

from __future__ import annotations

import gzip
import json
from random import Random

import kinds
import pytest
from cases import cases, lines_of
from command import ftlint as run_ftlint
from damage import file
from engines import Scattered
from ftlint_rules import rules as builtin_rules
from hypothesis import given
from hypothesis import strategies as st
from laws import broken_by_value, broken_laws, changes_again, objects_and_rest
from msgspec.structs import replace
from strategies import law

import ftlint
from ftlint import config as configuration
from ftlint.engine.dataset import Dataset
from ftlint.records.spans import value_span
from ftlint.report.formats import Style, reporter
from ftlint.rule import LineRule, RecordRule
from ftlint.rule.fixes import Fix
from ftlint.session import Session
from ftlint.sources import Source
from ftlint.testing import findings

LAW = law(150)

RULES = {f"{rule.family()}/{rule.name().replace('-', '_')}": rule for rule in builtin_rules()}
seeds = st.integers(0, 10**9)


@LAW
@given(seeds)
def test_law_3_of_files(seed):
    assert broken_laws(file(seed)) == []


@LAW
@given(seeds)
def test_unsafe_repairs_come_to_rest_and_keep_what_is_not_understood(seed):
    data = file(seed)
    fixed, report = ftlint.fix(data, unsafe=True)
    assert objects_and_rest(fixed)[1] == objects_and_rest(data)[1]
    assert not [text for kind, text in report.notes if kind == "undone"]
    if not any(kind == "note" for kind, _ in report.notes):
        assert ftlint.fix(fixed, unsafe=True)[0] == fixed


def test_a_report_is_the_same_in_each_process(tmp_path):
    for seed in range(40):
        (tmp_path / f"{seed}.jsonl").write_bytes(kinds.file(seed))
    first, second = (
        run_ftlint("check", "--isolated", "--output", "json", ".", cwd=tmp_path, PYTHONHASHSEED=seed).stdout
        for seed in ("1", "2")
    )
    assert first.startswith(b"{")
    assert first == second


@law(60)
@given(seeds)
def test_repairs_of_every_kind_of_data_change_what_their_findings_point_at(seed):
    data = kinds.file(seed)
    assert broken_laws(data) == []
    assert broken_by_value(data, unsafe=False) == []
    assert broken_by_value(data, unsafe=True) == []
    assert changes_again(data) == []


def test_the_law_by_value_sees_what_is_changed_besides(monkeypatch):
    record = {"messages": [{"role": "user", "content": "te\u200bxt"}, {"role": "assistant", "content": "a", "at": 1}]}
    data = dumped([record] * 2)
    assert broken_by_value(data, unsafe=True) == []
    retext = Fix.retext

    def harmful(change, **more):
        fix = retext(change, **more)
        return replace(fix, promise=lambda record, rows: {**fix.promise(record, rows), "/messages/1/content": "b"})

    monkeypatch.setattr(Fix, "retext", harmful)
    assert broken_by_value(data, unsafe=True)[0].startswith("line 1: /messages/1/content changed")


@law(25)
@given(seeds, st.integers(1000, 9000), st.integers())
def test_every_kind_of_data_has_one_report_however_it_is_cut_and_merged(seed, block, chance):
    data = kinds.file(seed)
    whole = reported(data)
    assert reported(data, block=block) == whole
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FTLINT_SPILL_BYTES", "100")
        assert reported(data, block=block, by=Scattered(chance)) == whole


def reported(data, **options):
    config = configuration.load({"select": ["ALL"]}, isolated=True)
    session = Session.of(config, engine=options.pop("by", None))
    report = session.check_datasets([Dataset([source("a.jsonl", data)], config.options())], limit=None, edits=True, **options)
    text = list(reporter("json")(report, Style()))
    report.close()
    return text


def source(name, data):
    return Source(name, len(data), data)


def repaired(train, valid=(), **settings):
    """Return the files of a dataset after the repair, and the report."""
    unsafe = settings.pop("unsafe", False)
    config = configuration.load(settings, isolated=True)
    dataset = Dataset([source(f"t{i}.jsonl", data) for i, data in enumerate(train)], config.options())
    dataset.valid = [source(f"v{i}.jsonl", data) for i, data in enumerate(valid)]
    [result], report = Session.of(config).fix_datasets([dataset], unsafe=unsafe)
    report.findings  # noqa: B018 - rendered while the files are there
    contents = [b"".join(new.parts()) for _, new, _ in result.files]
    result.close()
    return contents, report


@LAW
@given(seeds, seeds)
def test_what_one_file_is_like_says_nothing_of_another(one, other):
    files = [file(one), file(other)]
    fixed, _ = repaired(files)
    for before, after in zip(files, fixed, strict=True):
        old, new = objects_and_rest(before), objects_and_rest(after)
        assert (len(new[0]), new[1]) == (len(old[0]), old[1])


def dumped(records, **style):
    return b"".join(json.dumps(record, **style).encode() + b"\n" for record in records)


def compact(records):
    return dumped(records).replace(b'", "', b'","')


GOOD = [{"prompt": f"mail {i} ->", "completion": (" spam", " fine")[i % 2]} for i in range(30)]


def test_a_pretty_printed_file_beside_one_of_lines():
    lines = dumped(GOOD[:15]) + b'{"prompt": "mail", "completion": " spam"}\n'
    pretty = dumped(GOOD[15:], indent=1)
    for files in ([pretty, lines], [lines, pretty], ["é".encode("utf-16"), lines], [b"[\n" + pretty + b"x]", lines]):
        config = configuration.load(isolated=True)
        shards = [source(f"{i}.jsonl", data) for i, data in enumerate(files)]
        report = Session.of(config).check_datasets([Dataset(shards, config.options())])
        at = [(finding.path, finding.line) for finding in report.findings if finding.code == "SEP001"]
        assert at == [(f"{files.index(lines)}.jsonl", 16)]
    fixed, _ = repaired([pretty, lines])
    assert fixed == [compact(GOOD[15:]), lines.replace(b'"mail"', b'"mail ->"')]


def test_objects_of_any_size_in_any_parts(monkeypatch):
    monkeypatch.setattr("ftlint.sources.source.BLOCK", 7)
    for data in (dumped(GOOD, indent=2), json.dumps(GOOD, indent=1).encode()):
        assert ftlint.fix(data)[0] == compact(GOOD)
    assert ftlint.fix(json.dumps(GOOD).encode())[0] == dumped(GOOD)
    half = dumped(GOOD, indent=2)[:-9]
    assert ftlint.fix(half)[0] == half


def test_what_does_not_end_is_not_read_for_ever(monkeypatch):
    monkeypatch.setattr("ftlint.records.spread._LONGEST", 1000)
    monkeypatch.setattr("ftlint.sources.source.BLOCK", 100)
    data = b"{\n" + b'"prompt": "' + b"x" * 5000 + b'"\n}\n'
    report = ftlint.check(data)
    assert "line 1 is broken (the object does not end)" in report.findings[0].message


@pytest.mark.parametrize(("name", "lines"), [("a.jsonl", True), ("a.ndjson.gz", True), ("a.json", False), ("a.txt", False)])
def test_only_a_name_of_lines_gets_lines(tmp_path, name, lines):
    path = tmp_path / name
    data = json.dumps(GOOD).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    ftlint.fix(path)
    after = path.read_bytes()
    after = gzip.decompress(after) if name.endswith(".gz") else after
    assert after == (dumped(GOOD) if lines else data)


MOVED = [(module, case) for module, case in cases() if case.get("column") and not case.get("fill") and not case.get("options")]


@pytest.mark.parametrize(("module", "case"), MOVED, ids=[f"{module}: {case['name']}" for module, case in MOVED])
def test_law_7_a_place_moves_with_its_fault(module, case):
    lines, valid = lines_of(case), lines_of(case, "valid_")
    at = lambda lines, valid: [  # noqa: E731
        (f.line, f.column, f.end_column, f.pointer, f.byte_offset) for f in findings(RULES[module], lines, valid=valid)
    ]
    before = at(lines, valid)
    of_valid = valid and "valid" in RULES[module].roles
    indented = [f"   {line}" for line in (valid if of_valid else lines)]
    moved = at(*((lines, indented) if of_valid else (indented, valid)))
    for (line, column, end, pointer, offset), new in zip(before, moved, strict=True):
        wanted = (line, column and column + 3, end and end + 3, pointer, offset and offset + 3 * (line - 1))
        whole = (line, 1, end and end + 3, pointer, wanted[-1])  # a line as a whole begins where it begins
        assert (*new[:4], new[4] or None) in {(*wanted[:4], wanted[4] or None), (*whole[:4], whole[4] or None)}
        assert pointer is None or new[:4] == wanted[:4]


@LAW
@given(seeds)
def test_law_7_a_place_is_inside_of_what_it_points_to(seed):
    data = file(seed)
    for finding in ftlint.check(data, max_findings=None).findings:
        if finding.line is None or finding.text is None or finding.column is None:
            continue
        assert data[finding.byte_offset :].startswith(finding.text.encode()) or "\ufffd" in finding.text
        assert 1 <= finding.column <= finding.end_column <= len(finding.text) + 2
        if finding.pointer is not None:
            start, end = value_span(finding.text, finding.pointer)
            assert start < finding.column <= finding.end_column <= end + 1, finding


ONE_BY_ONE = {rule.code for rule in RULES.values() if issubclass(rule, (LineRule, RecordRule))}


@LAW
@given(seeds, st.integers(0, 30))
def test_law_7_a_fault_on_another_line_is_reported_there(seed, place):
    rng = Random(seed)
    from damage import faulty, line  # noqa: PLC0415 - the names are those of this test's arguments

    raw = line(rng, faulty(rng, {"prompt": "odd one ->", "completion": " spam"})).decode()
    base = [json.dumps(record) for record in GOOD]
    places = []
    for at in (place, 30 - place):
        report = ftlint.check("\n".join([*base[:at], raw, *base[at:]]).encode() + b"\n", max_findings=None)
        mine = (f for f in report.findings if f.line == at + 1 and f.code in ONE_BY_ONE)
        places.append(sorted((f.code, f.column, f.message) for f in mine))
    assert places[0] == places[1]
