"""How long records are, and what limits would cost."""

from __future__ import annotations

import json

import pytest
from command import ftlint
from hypothesis import given
from hypothesis import strategies as st
from toys import CHATML, folder, talk

from ftlint.metrics.learned import Learned
from ftlint.prepare.lengths import lengths_of


def learned(*sizes):
    made = Learned()
    made.records = len(sizes)
    for total, end in sizes:
        made.sizes[total, end] += 1
        made.learned += 1
    return made


def test_limits_and_bands():
    made = lengths_of(learned((10, 9), (64, 60), (65, 64), (600, 500), (3000, 2999)), 70, estimate=True)
    assert made.total == 3739
    assert made.histogram == (
        (0, 64, 2),
        (65, 128, 1),
        (129, 256, 0),
        (257, 512, 0),
        (513, 1024, 1),
        (1025, 2048, 0),
        (2049, 4096, 1),
    )
    assert [(one.tokens, one.cut, one.lost) for one in made.limits] == [
        *((70, 2, 2), (512, 2, 1), (1024, 1, 1), (2048, 1, 1), (4096, 0, 0), (8192, 0, 0)),
    ]


@pytest.mark.parametrize(
    ("sizes", "waste"),
    [((70, 30), 0), ((60, 60), 0.4), ((60, 30, 10), 0), ((60, 50, 40, 50), 0), ((10,), 0.9), ((500,), 0), ((34, 34, 34), 0.49)],
)
def test_what_packing_wastes(sizes, waste):
    made = lengths_of(learned(*((size, size) for size in sizes)), 100, estimate=True)
    assert made.limits[0].waste == pytest.approx(waste)


@given(st.lists(st.integers(1, 900), min_size=1, max_size=60))
def test_packing_wastes_less_than_a_sequence_for_each_record(sizes):
    made = lengths_of(learned(*((size, size) for size in sizes)), 512, estimate=True)
    alone = 1 - sum(min(size, 512) for size in sizes) / (512 * len(sizes))
    assert 0 <= made.limits[0].waste <= alone + 1e-9


def test_profile(tmp_path):
    file = tmp_path / "data.jsonl"
    records = [talk(("user", "the river " * count), ("assistant", "is old")) for count in (1, 5, 400)]
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    options = ("--tokenizer", folder(tmp_path / "tokenizer", CHATML), "--learns", "assistant", "--limit", "200")
    made = json.loads(ftlint("profile", "--isolated", file, *options, "--output", "json", cwd=tmp_path).stdout)
    assert 0 < made["learned"]["tokens"] < made["learned"]["of"]
    assert made["learned"]["refused"] == 0
    assert sum(band["records"] for band in made["lengths"]["histogram"]) == 3
    assert made["lengths"]["limit"] == 200
    [own] = [one for one in made["lengths"]["limits"] if one["limit"] == 200]
    assert (own["cut"], own["answers_lost"]) == (1, 1)
    text = ftlint("profile", "--isolated", file, *options, cwd=tmp_path).stdout.decode()
    assert "are learned" in text
    assert "answer lost" in text
    assert "learned" not in json.loads(ftlint("profile", "--isolated", file, "--output", "json", cwd=tmp_path).stdout)
