"""The same report and the same repair, however the work is divided."""

from __future__ import annotations

import pytest
import strategies
from damage import file
from hypothesis import example, given
from hypothesis import strategies as st
from lines import made, pairs

import ftlint
from ftlint import config as configuration
from ftlint.engine.dataset import Dataset
from ftlint.engine.engines import open_engine
from ftlint.session import Session
from ftlint.sources import Source
from ftlint.sources.data import on_disk

SEED = st.integers(0, 10**9)


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


def made_bytes(lines):
    return "".join(f"{line}\n" for line in lines).encode()


def test_duplicates_are_found_in_whatever_part_of_spilled_fingerprints_they_are(monkeypatch):
    monkeypatch.setenv("FTLINT_SPILL_BYTES", "2000")
    for seed in range(4):
        lines = [
            *pairs(*((f"item {seed} {i} ->", f" answer {i}") for i in range(600))),
            *pairs((f"item {seed} 7 ->", " answer 7")),
        ]
        assert ftlint.check(made_bytes(lines), select=["DUP001"]).counts == {"DUP001": 1}
