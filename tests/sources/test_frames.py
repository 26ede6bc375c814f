"""Frames of any type come back as they were."""

from __future__ import annotations

from datetime import date

import polars as pl

import ftlint


def rows(count, end=" ->", answer="real {i} answer END", first=0):
    return [{"prompt": f"item {i}{end}", "completion": f" {answer.format(i=i)}"} for i in range(first, first + count)]


def test_frames_of_any_type():
    prompts = [f"q{i}" + (" ->" if i % 9 else "") for i in range(60)]
    days = pl.Series([date(2020, 1, 1), date(2020, 1, 2)] * 30)
    bytes_ = pl.Series([b"\xff\x00", b"ab"] * 30)
    for column in (days, bytes_, days - days[0], pl.Series(["1.5"] * 60).cast(pl.Decimal(10, 2)), pl.Series([["a", "b"]] * 60)):
        frame = pl.DataFrame({"prompt": prompts, "completion": column})
        assert ftlint.check(frame).counts["SHP002"] == 1, "said once of all"
        assert ftlint.fix(frame, unsafe=True)[0].get_column("completion").equals(frame.get_column("completion"))
    single = pl.DataFrame({"prompt": prompts, "completion": [["a"]] * 60})
    assert ftlint.check(single).counts["SHP002"] == 1
    assert ftlint.fix(single, unsafe=True, select=["SHP002"])[0].get_column("completion").to_list() == ["a"] * 60
    empty = pl.DataFrame({"prompt": prompts, "completion": pl.Series([None] * 60, dtype=pl.String), "label": [" a"] * 60})
    fixed, _ = ftlint.fix(empty, unsafe=True, ignore=["DUP", "CMP", "LBL"])
    assert fixed.get_column("completion").to_list() == [" a"] * 60
    arrays = [rows(1)[0], [*rows(3)[1:]]]
    assert ftlint.fix(arrays)[0] == rows(3)
    assert ftlint.fix([[*rows(2)]])[0] == rows(2)
