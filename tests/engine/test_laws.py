"""The laws that hold for every rule and metric, whatever the data."""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import io
import json
import os
from itertools import pairwise

import orjson
import polars as pl
import strategies
from engines import Scattered
from hypothesis import given
from hypothesis import strategies as st

import ftlint
from ftlint import config as configuration
from ftlint.dialects import named
from ftlint.engine.dataset import Dataset
from ftlint.engine.part import block_of
from ftlint.engine.processes import Processes
from ftlint.engine.survey import survey
from ftlint.metrics import Keyed, Metric
from ftlint.records.spans import value_span
from ftlint.report.formats import Style, reporter
from ftlint.rule import DatasetRule, TextRule
from ftlint.rule.registry import known_rules
from ftlint.session import Session
from ftlint.sources import Source

LAW = strategies.law(60)


def check(data, block=1 << 20, by=None, valid=None, **options):
    config = configuration.load({"select": ["ALL"], **options}, isolated=True)
    sources = [Source(name, len(some), some) for name, some in (("data.jsonl", data), ("valid.jsonl", valid)) if some is not None]
    datasets = [Dataset(sources[:1], config.options(), sources[1:])]
    return Session.of(config, engine=by).check_datasets(datasets, limit=None, block=block, edits=True)


def everything(report):
    """Return a report as text, all findings with all their fields."""
    return list(reporter("json")(report, Style()))


def cut_lines(data, places):
    """Cut bytes at line ends."""
    lines = list(io.BytesIO(data))  # at line feeds alone
    bounds = sorted({min(place, len(lines)) for place in places} | {0, len(lines)})
    return [b"".join(lines[start:end]) for start, end in pairwise(bounds)]


@LAW
@given(strategies.files | strategies.chat_files, st.integers(1, 400))
def test_law_1_any_cutting_into_blocks_gives_the_same_report(data, block):
    assert everything(check(data, block=block)) == everything(check(data))


@LAW
@given(strategies.files | strategies.chat_files, strategies.files | strategies.chat_files, st.integers(1, 400), st.integers())
def test_law_1_any_order_and_association_gives_the_same_report(data, valid, block, seed):
    scattered = everything(check(data, block=block, by=Scattered(seed), valid=valid))
    assert scattered == everything(check(data, valid=valid))


def test_law_1_other_processes_give_the_same_report():
    with Processes(2) as by:

        @strategies.law(30)
        @given(strategies.files | strategies.chat_files, st.integers(40, 400))
        def same(data, block):
            assert everything(check(data, block=block, by=by)) == everything(check(data))

        same()


@LAW
@given(strategies.files | strategies.chat_files)
def test_law_1_spilled_fingerprints_give_the_same_report(data):
    os.environ["FTLINT_SPILL_BYTES"] = "1"
    try:
        spilled = everything(check(data, block=60))
    finally:
        del os.environ["FTLINT_SPILL_BYTES"]
    assert spilled == everything(check(data))


def gathered(data, kind, context):
    metric = kind()
    metric.gather(block_of(data, context), context)
    return metric


def merged(parts):
    total = copy.deepcopy(parts[0])
    for part in parts[1:]:
        total.merge(copy.deepcopy(part))
    return total


def value(metric):
    """Return what a metric knows, in a form that compares."""
    if isinstance(metric, Keyed):
        return metric.lines, sorted(row for table in metric.tables() for row in table.iter_rows())
    return {
        name: {key: lines.to_list() if isinstance(lines, pl.Series) else lines for key, lines in content.items() if str(lines)}
        if isinstance(content, dict)
        else (content.to_list() if isinstance(content, pl.Series) else content)
        for name, content in vars(metric).items()
    }


KINDS = sorted(
    {*(kind for rule in known_rules() if issubclass(rule, DatasetRule) for kind in rule.metrics), *Metric.__subclasses__()},
    key=lambda kind: kind.__name__,
)
KINDS = [kind for kind in KINDS if kind.__module__.startswith("ftlint")]


@functools.cache
def names_in(rule):
    """Return the names that the code of a rule has, without its comments and texts."""
    return {node.id for node in ast.walk(ast.parse(inspect.getsource(rule))) if isinstance(node, ast.Name)}


def is_for(kind, dialect):
    """Whether some rule that is for a dialect asks for a metric; those that many rules share are for all."""
    rules = [rule for rule in known_rules() if issubclass(rule, DatasetRule) and kind.__name__ in names_in(rule)]
    capabilities = named(dialect).capabilities
    fitting = [rule for rule in rules if rule.dialects is None or dialect in rule.dialects]
    return not rules or any(set(rule.requires) <= capabilities for rule in fitting)


@LAW
@given(
    strategies.files | strategies.chat_files,
    st.lists(st.integers(0, 40), max_size=3),
    st.sampled_from([k for k in KINDS if k.__name__ not in {"Occurrences", "Keyed"}]),
)
def test_law_2_metrics_are_monoids(data, places, kind):
    source = Source("data.jsonl", len(data), data)
    context = survey([source], configuration.load(isolated=True).options())
    if kind.needs_texts and not named(context.dialect).checked:
        return
    if not is_for(kind, context.dialect):
        return
    parts = [gathered(part, kind, context) for part in cut_lines(data, places)]
    whole = gathered(data, kind, context)
    zero = kind()
    assert value(merged([zero, *parts, zero])) == value(whole)
    if len(parts) >= 3:
        first, second, *rest = parts
        assert value(merged([merged([first, second]), *rest])) == value(merged([first, merged([second, *rest])]))


@LAW
@given(st.binary(max_size=400) | strategies.files | strategies.chat_files)
def test_law_5_no_input_crashes(data):
    report = check(data)
    for name in ("grouped", "full", "concise", "json", "jsonl"):
        text = "\n".join(reporter(name)(report, Style()))
        assert text
        if name not in {"json", "jsonl"}:
            assert max(map(len, text.splitlines())) <= 120


TEXT_RULES = {rule.code: rule for rule in known_rules() if issubclass(rule, TextRule)}


@LAW
@given(strategies.files | strategies.chat_files)
def test_law_7_where_a_text_rule_points_its_condition_holds(data):
    report = check(data)
    lines = data.split(b"\n")
    for found in report.findings:
        if found.code in TEXT_RULES:
            line = lines[found.line - 1].decode().removesuffix("\r")
            text = json.loads(line[slice(*value_span(line, found.pointer))])
            rule = TEXT_RULES[found.code]()
            frame = pl.DataFrame({"text": [text]}, {"text": pl.String})
            violates = rule.violates(report.survey)
            assert frame.select(violates).item(), "the text at the pointer is wrong"
            start, end = value_span(line, found.pointer)
            assert start < found.column <= found.end_column <= end + 1, "the columns are inside of it"


@LAW
@given(strategies.files | strategies.chat_files, st.integers(1, 9))
def test_law_7_where_a_rule_points_moves_with_the_fault(data, width):
    lines = data.split(b"\n")
    moved = b"\n".join(b" " * width + line if line.startswith(b"{") else line for line in lines)
    key = lambda found: (found.code, found.level, found.line, found.pointer, found.related)  # noqa: E731
    before, after = check(data).findings, check(moved).findings
    assert sorted(map(key, before), key=repr) == sorted(map(key, after), key=repr)
    columns = {(key(found), found.column, found.end_column) for found in after if found.pointer}
    for found in before:
        if found.pointer and lines[found.line - 1].startswith(b"{"):
            assert (key(found), found.column + width, found.end_column + width) in columns


@LAW
@given(strategies.clean_files)
def test_law_6_records_and_frames_give_the_findings_of_the_file(records):
    key = lambda report: [(f.code, f.level, f.line, f.column, f.message) for f in report.findings]  # noqa: E731
    data = b"".join(orjson.dumps(record) + b"\n" for record in records)
    schema = {"prompt": pl.String, "completion": pl.String}
    by_file = key(ftlint.check(data, select=["ALL"]))
    assert key(ftlint.check(records, select=["ALL"])) == by_file
    assert key(ftlint.check(iter(records), select=["ALL"])) == by_file
    assert key(ftlint.check(pl.DataFrame(records, schema), select=["ALL"])) == by_file


def test_law_6_a_null_is_a_missing_key_and_a_lone_surrogate_a_finding():
    frame = pl.DataFrame({"prompt": ["a ->", "b ->", "c ->"], "completion": [" x", None, " y"]})
    assert [(f.code, f.line) for f in ftlint.check(frame, select=["SHP"]).findings] == [("SHP001", 2)]
    records = [{"prompt": "a\ud800 ->", "completion": " x"}, {"prompt": "b ->", "completion": " y"}]
    assert [(f.code, f.line) for f in ftlint.check(records, select=["JSN"]).findings] == [("JSN001", 1)]
