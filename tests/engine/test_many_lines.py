"""More lines than 32 bits can count: findings name the right ones. (A rule that trains a model reads all of them: not here.)"""

from __future__ import annotations

import os

import strategies
from hypothesis import given

from ftlint import config as configuration
from ftlint.engine.base import empty
from ftlint.engine.dataset import Dataset
from ftlint.engine.serial import Serial
from ftlint.metrics import FileFacts
from ftlint.session import Session
from ftlint.sources import Source

BEFORE = 2**33
"""Lines that come first, all of them blank."""


class Late(Serial):
    """An engine that has seen so many blank lines before."""

    def fold(self, plan, parts, done):
        total = empty(plan)
        facts = total.facts[0] = FileFacts()
        total.lines = facts.lines = facts.blank = BEFORE
        for metric in total.metrics:
            metric.lines = BEFORE
        total.merge(super().fold(plan, parts, done))
        total.spill()
        return total


def places(data, by, before=0):
    config = configuration.load({"select": ["ALL"], "ignore": ["suspect-label"]}, isolated=True)
    dataset = Dataset([Source("data.jsonl", len(data), data)], config.options())
    report = Session.of(config, engine=by).check_datasets([dataset], limit=None, block=300, edits=True)
    return [(one.code, one.line and one.line - before, one.column, one.text, one.level) for one in report.findings]


@strategies.law(40)
@given(strategies.files | strategies.chat_files)
def test_findings_beyond_32_bits_are_those_of_the_first_lines(data):
    assert places(data, Late(), BEFORE) == places(data, Serial())


def test_a_closer_look_reads_the_parts_of_the_lines_and_no_more(monkeypatch):
    rows = (f'{{"prompt": "Thing {number % 300} ->", "completion": " yes"}}\n' for number in range(900))
    data = "".join(rows).encode()
    reads, read = [], Source.read
    monkeypatch.setattr(Source, "read", lambda source, span: reads.append(span.end - span.start) or read(source, span))
    found = places(data, Serial())
    assert sum(code == "DUP001" for code, *_ in found) == 600
    whole = [size for size in reads if size > 400]
    assert len(whole) <= 3, "the survey reads a small file at once"


def test_equal_records_beyond_32_bits(monkeypatch):
    rows = (f'{{"prompt": "thing {number % 50} ->", "completion": " {number % 60 % 7}"}}\n' for number in range(400))
    data = "".join(rows).encode()
    first = places(data, Serial())
    assert {"DUP001", "DUP002"} <= {code for code, *_ in first}
    assert places(data, Late(), BEFORE) == first
    monkeypatch.setitem(os.environ, "FTLINT_SPILL_BYTES", "1")
    assert places(data, Late(), BEFORE) == first
