"""A step of a polars pipeline: makes records of two columns, repairs their format, and validates what comes out."""

from __future__ import annotations

import polars as pl

import ftlint

SEPARATOR = "\n\n###\n\n"


def training_data(tickets: pl.LazyFrame) -> pl.DataFrame:
    """Return prompt/completion records of tickets with the columns `text` and `team`.

    Raises pandera's SchemaErrors, with the rows, for what no repair of the format puts right.
    """
    records = tickets.select(prompt=pl.col("text") + SEPARATOR, completion="team")
    fixed, _ = ftlint.fix(records, separator=SEPARATOR)
    schema = ftlint.integrations.pandera.schema(separator=SEPARATOR, task="classification", fail_on="error")
    return schema.validate(fixed.collect(), lazy=True)
