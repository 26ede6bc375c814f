"""Parquet and Arrow files as tables, and folders of them that Hugging Face's datasets write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from polars.exceptions import PolarsError

from ftlint.errors import InputError
from ftlint.prepare.tables.base import Row, Table
from ftlint.sources import columnar

if TYPE_CHECKING:
    from collections.abc import Iterator


def parquet(path: str, file: Path) -> Table:
    """Return the table of a Parquet file; raises InputError where it is none."""
    return _table(path, *columnar.parquet(file))


def arrow(path: str, file: Path) -> Table:
    """Return the table of an Arrow file or stream (Feather is such a file); raises InputError where it is none."""
    return _table(path, *columnar.arrow(file))


def saved(path: str) -> Table:
    """Return the table of a folder that `Dataset.save_to_disk` has written; raises InputError for another one."""
    folder = Path(path)
    if (folder / "dataset_dict.json").is_file():
        splits = [one.name for one in sorted(folder.iterdir()) if (one / "state.json").is_file()]
        raise InputError(f"{path} holds several splits; convert one of them: {', '.join(str(folder / name) for name in splits)}")
    try:
        state = json.loads((folder / "state.json").read_text("utf-8"))
        files = [folder / one["filename"] for one in state["_data_files"]]
        return _table(path, pl.concat([columnar.scanned(file) for file in files]), columnar.info_of(folder))
    except FileNotFoundError as error:
        raise InputError(f"{path} is a folder that `Dataset.save_to_disk` has not written; name a file") from error
    except (PolarsError, OSError, ValueError, KeyError, TypeError) as error:
        raise columnar.unreadable(path, error) from error


def _table(path: str, lazy: pl.LazyFrame, names: columnar.Names) -> Table:
    try:
        columns = tuple(lazy.collect_schema().names())
    except (PolarsError, OSError) as error:
        raise columnar.unreadable(path, error) from error

    def rows() -> Iterator[Row]:
        yield from enumerate(columnar.rows_of(path, lazy, names), 1)

    return Table(path, columns, "row", rows)
