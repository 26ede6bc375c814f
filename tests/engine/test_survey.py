"""What a survey looks at."""

from __future__ import annotations

import polars as pl
import pytest
from lines import made

from ftlint import config as configuration
from ftlint.engine.survey import take_sample
from ftlint.sources import open_source


def test_a_survey_takes_from_each_file_by_its_size(tmp_path):
    for name, count in (("a", 300), ("b", 100)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(made(count, f"{name} {{i}} ->")) + "\n")
    config = configuration.load({"survey": {"records": 100}}, isolated=True)
    sources = [open_source(str(tmp_path / f"{name}.jsonl")) for name in "ab"]
    table = take_sample(sources, config.options()).tables["records"]
    names = table.get_column("prompt").str.head(1).value_counts().sort("prompt").rows()
    assert [name for name, _ in names] == ["a", "b"]
    assert [pytest.approx(count, abs=3) for _, count in names] == [75, 25]
    numbers = table.filter(pl.col("prompt").str.starts_with("a")).get_column("prompt").str.extract(r"(\d+)").cast(pl.Int64)
    assert numbers.is_sorted()
    assert numbers.max() > 280, "evenly over the file"
    assert numbers.n_unique() == len(numbers)
