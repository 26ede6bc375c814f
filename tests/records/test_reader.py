"""The reader reads many lines as it reads each."""

from __future__ import annotations

import gc
import json
import tracemalloc
from random import Random

import kinds
import msgspec
import orjson
import polars as pl
import pytest
import strategies
from damage import file
from hypothesis import assume, given
from hypothesis import strategies as st

from ftlint.dialects import known, named
from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.layouts import Plan
from ftlint.records import reader
from ftlint.records.reader import Reader, fault_of
from ftlint.records.traces import quotes_in

SEED = st.integers(0, 10**9)


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


TURN_BY_TURN = [dialect for dialect in known() if isinstance(dialect, ConversationDialect)]

FURTHER = ({}, {"id": 7, "score": 0.5}, {"tools": []}, {"extra": {"a/b": [1, None]}}, {"system": "Be brief."}, {"history": []})
"""What records may have besides."""


def tables(dialect, lines):
    """Read lines that hold a record each; return what is known of them, a missing fact as one that is not so."""
    decoded = Reader(dialect).read(b"\n".join(lines))
    derived = dialect.derive(decoded.tables, dialect.nothing)
    if isinstance(
        dialect, ConversationDialect
    ):  # where a message in the one list is, and a role as it is written, need not be said
        named = pl.when(pl.col("named") != pl.col("role")).then("named")
        derived["messages"] = derived["messages"].with_columns(at=dialect.pointers("messages"), named=named)
    rows = {
        name: [{key: value or None for key, value in row.items()} for row in table.rows(named=True)]
        for name, table in derived.items()
    }
    return rows, decoded.kinds, dict(decoded.unknown), decoded.unread, dict(decoded.wrong), dict(decoded.faults)


@pytest.mark.parametrize("dialect", TURN_BY_TURN, ids=lambda dialect: dialect.name)
def test_a_plain_record_is_read_as_turn_by_turn(dialect, monkeypatch):
    record = orjson.loads(dialect.example)
    lines = [orjson.dumps({**record, **further}) for further in FURTHER]
    plain = tables(dialect, lines)
    monkeypatch.setattr(Plan, "lay", lambda *_: None)
    monkeypatch.setattr(dialect, "types", ())
    assert tables(dialect, lines) == plain


@strategies.law(150)
@given(SEED)
def test_records_are_read_as_turn_by_turn(seed):
    lines = kinds.file(seed).split(b"\n")
    dialect = TURN_BY_TURN[seed % len(TURN_BY_TURN)]
    together = tables(dialect, lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Plan, "lay", lambda *_: None)
        patch.setattr(dialect, "types", ())
        assert tables(dialect, lines) == together


@strategies.law(150)
@given(SEED, st.sampled_from(list(kinds.KEYS)), st.sampled_from([1, 1000]))
def test_texts_are_read_by_type_as_turn_by_turn(seed, name, piece):
    dialect = named(name)
    lines = kinds.texts_file(seed, name).split(b"\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "PIECE", piece)
        by_type = tables(dialect, lines)
        patch.setattr(Plan, "lay", lambda *_: None)
        patch.setattr(dialect, "types", ())
        assert tables(dialect, lines) == by_type


def with_readable_calls(read):
    """Return what was read with calls as values: one way of writing them is as good as another."""
    rows, *others = read
    for row in rows["records"] if "messages" in rows else ():
        row["readable"] = orjson.loads(row["readable"] or "null")
    return rows, *others


@strategies.law(150)
@given(SEED, st.sampled_from(["chat", "conversations"]))
def test_calls_are_read_by_type_as_turn_by_turn(seed, name):
    dialect = named(name)
    lines = kinds.calling_file(seed).replace(b'"messages":', b'"%b":' % dialect.home[1:].encode()).split(b"\n")
    by_type = with_readable_calls(tables(dialect, lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialect, "types", ())
        assert with_readable_calls(tables(dialect, lines)) == by_type


@strategies.law(60)
@given(SEED, st.sampled_from([kinds.file, kinds.calling_file]), st.sampled_from(["chat", "prompt-completion", "sharegpt"]))
def test_the_size_of_pieces_makes_no_difference(seed, file, name):
    lines = file(seed).split(b"\n")
    whole = with_readable_calls(tables(named(name), lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "PIECE", 2000)
        assert with_readable_calls(tables(named(name), lines)) == whole


@strategies.law(60)
@given(SEED)
def test_conversations_with_calls_are_read_by_type_unless_one_has_a_key_twice_or_a_fraction(seed):
    dialect = named("chat")
    lines = [line for line in kinds.calling_file(seed).split(b"\n") if not repeats_a_key(line)]
    assume(lines)
    batch = dialect.decoded([msgspec.json.decode(line, type=dialect.types[1]) for line in lines])
    values = list(map(orjson.loads, lines))
    fractions = any(b'"minimum":0.5' in orjson.dumps(value) for value in values)
    assert batch.strings() == (-1 if fractions else quotes_in(orjson.dumps(values)) / 2)


WHOLE = [
    {"prompt": asked, "chosen": kinds.answered(Random(1)), "rejected": kinds.answered(Random(2))}
    for asked in (
        "Who?",
        [{"role": "user", "content": "Who?"}],
        [{"role": "user", "content": "Who?", "weight": 0.5}],
        [{"role": "user"}],
    )
]
"""Answers that are whole conversations, beside what they hold too."""


@pytest.mark.parametrize("record", WHOLE, ids=str)
def test_what_an_answer_repeats_is_looked_at_all_the_same(record, monkeypatch):
    dialect = named("preference")
    lines = [orjson.dumps(record), orjson.dumps({**record, "prompt": [3]})]
    together = tables(dialect, lines)
    monkeypatch.setattr(Plan, "lay", lambda *_: None)
    monkeypatch.setattr(dialect, "types", ())
    assert tables(dialect, lines) == together


@pytest.mark.parametrize("dialect", [one for one in known() if one.checked], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize(("one", "other", "same"), [("0.5", "0.50", False), ("5", "5", True), ('"\\u0041"', '"A"', True)])
def test_numbers_that_are_written_in_two_ways_are_two_numbers(dialect, one, other, same):
    lines = [b'%b, "score": %b}' % (dialect.example.encode()[:-1], text.encode()) for text in (one, other)]
    first, second = Reader(dialect).read(b"\n".join(lines)).tables["records"].get_column("further")
    assert (first == second) is same


@pytest.mark.parametrize("dialect", TURN_BY_TURN, ids=lambda dialect: dialect.name)
def test_no_more_than_one_record_is_kept_once_it_is_read(dialect, monkeypatch):
    """Records of a megabyte each would fill the memory."""
    monkeypatch.setattr(Plan, "lay", lambda *_: None)
    data = b"\n".join(orjson.dumps({**orjson.loads(dialect.example), "further": "x" * 100_000, "number": i}) for i in range(30))
    Reader(dialect).read(data)
    tracemalloc.start()
    Reader(dialect).read(data)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 500_000
