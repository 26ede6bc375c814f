"""Rows of Parquet and Arrow files become the same lines, whether they are written by column or one by one."""

import polars as pl
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from ftlint.sources import columnar
from ftlint.sources.frames import bare
from ftlint.sources.memory import as_line, as_object

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
MESSAGE = st.fixed_dictionaries({"role": TEXT, "content": st.none() | TEXT})
ROW = st.fixed_dictionaries(
    {
        "prompt": st.none() | TEXT,
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "flag": st.none() | st.booleans(),
        "share": st.none() | st.floats(allow_nan=True, allow_infinity=False),
        "messages": st.none() | st.lists(st.none() | MESSAGE, max_size=3),
        "tags": st.lists(st.none() | TEXT, max_size=3),
    }
)
SCHEMA = {
    "prompt": pl.String,
    "n": pl.Int64,
    "flag": pl.Boolean,
    "share": pl.Float64,
    "messages": pl.List(pl.Struct({"role": pl.String, "content": pl.String})),
    "tags": pl.List(pl.String),
}


def one_by_one(frame):
    return b"".join(as_line(bare(row), number, as_object) for number, row in enumerate(frame.iter_rows(named=True), 1))


@strategies.law(100)
@given(st.lists(ROW, min_size=1, max_size=5), st.sets(st.sampled_from(sorted(SCHEMA)), min_size=1))
def test_lines_do_not_depend_on_how_they_are_written(tmp_path_factory, rows, names):
    frame = pl.DataFrame(rows, SCHEMA).select(sorted(names))
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    frame.write_parquet(path)
    assert b"".join(columnar.lines_of("rows", path)) == one_by_one(frame)


@pytest.mark.parametrize(
    ("column", "whole"),
    [
        (pl.Series(["a", "b"]), True),
        (pl.Series(["a", None]), False),
        (pl.Series([1.0]), False),
        (pl.Series([[]], dtype=pl.List(pl.String)), True),
        (pl.Series([["a", None]]), False),
        (pl.Series([[{"role": "user", "content": None}]], dtype=SCHEMA["messages"]), False),
        (pl.Series([[{"role": "user", "content": "x"}], []], dtype=SCHEMA["messages"]), True),
    ],
)
def test_a_column_is_whole_without_nulls_at_any_depth(column, whole):
    assert columnar._is_whole(column) is whole
