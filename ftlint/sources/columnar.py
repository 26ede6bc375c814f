"""Parquet, Arrow and Feather files, as Hugging Face's datasets are stored: their rows as records."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING, Any

import polars as pl
from polars.exceptions import PolarsError

from ftlint.errors import InputError
from ftlint.sources.frames import bare
from ftlint.sources.memory import as_line, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_SLICE = 50_000
"""Rows that are read at once."""

Names = dict[str, list[str]]
"""The names of classes by column: the numbers of Hugging Face's ClassLabel stand for these."""

Row = dict[str, Any]


def parquet(file: Path) -> tuple[pl.LazyFrame, Names]:
    """Return what is in a Parquet file; raises InputError where it is none."""
    try:
        features = pl.read_parquet_metadata(file).get("huggingface")
        return pl.scan_parquet(file, glob=False), names_of(json.loads(features)["info"] if features else {})
    except (PolarsError, OSError, ValueError, KeyError, TypeError) as error:
        raise unreadable(str(file), error) from error


def arrow(file: Path) -> tuple[pl.LazyFrame, Names]:
    """Return what is in an Arrow file or stream (Feather is such a file); raises InputError where it is none."""
    try:
        return scanned(file), info_of(file.parent)
    except (PolarsError, OSError, ValueError) as error:
        raise unreadable(str(file), error) from error


def scanned(file: Path) -> pl.LazyFrame:
    """Return what is in an Arrow file; of the two forms, a file can be read in parts, a stream only as a whole."""
    with file.open("rb") as opened:
        is_file = opened.read(6) == b"ARROW1"
    return pl.scan_ipc(file) if is_file else pl.read_ipc_stream(file).lazy()


def info_of(folder: Path) -> Names:
    """Return the names of classes that a folder of Hugging Face's datasets tells."""
    info = folder / "dataset_info.json"
    return names_of(json.loads(info.read_text("utf-8"))) if info.is_file() else {}


def names_of(info: Mapping[str, Any]) -> Names:
    """Return the names of classes by column, given what Hugging Face's datasets write of features."""
    features = info.get("features") or {}
    return {
        name: feature["names"]
        for name, feature in features.items()
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and isinstance(feature.get("names"), list)
    }


def rows_of(path: str, lazy: pl.LazyFrame, names: Names) -> Iterator[Row]:
    """Yield the rows of a file, with the names of classes for their numbers; raises InputError where it is damaged."""
    for part in _slices(path, lazy):
        yield from _rows(part, names)


def _slices(path: str, lazy: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file, some at once."""
    # As they are written: a float of 32 bits has more digits as one of 64.
    lazy = lazy.with_columns(pl.col(pl.Float32).cast(pl.String).replace({"NaN": None}))
    for start in count(0, _SLICE):
        try:
            part = lazy.slice(start, _SLICE).collect()
        except (PolarsError, OSError) as error:
            raise unreadable(path, error) from error
        if not len(part):
            return
        yield part


def _rows(part: pl.DataFrame, names: Names) -> Iterator[Row]:
    for row in part.iter_rows(named=True):
        yield row | {name: _class(row[name], known) for name, known in names.items() if name in row}


def lines_of(path: str, file: Path) -> Iterator[bytes]:
    """Yield rows of a file as lines of JSON, without nulls: in a table a null is how a missing key looks."""
    with file.open("rb") as opened:
        is_parquet = opened.read(4) == b"PAR1"
    lazy, names = parquet(file) if is_parquet else arrow(file)
    number = 0
    for part in _slices(path, lazy):
        if not names and all(map(_is_whole, part.iter_columns())):
            lines = BytesIO()
            part.write_ndjson(lines)
            yield lines.getvalue()
        else:
            yield from (as_line(bare(row), number + index, as_object) for index, row in enumerate(_rows(part, names), 1))
        number += len(part)


def _is_whole(column: pl.Series) -> bool:
    """Whether a column has no null at any depth, and only what has one form in JSON."""
    if column.null_count():
        return False
    kind = column.dtype
    if isinstance(kind, pl.List):
        return _is_whole(column.filter(column.list.len() > 0).explode())
    if isinstance(kind, pl.Struct):
        return all(_is_whole(column.struct.field(field.name)) for field in kind.fields)
    return kind in {pl.String, pl.Boolean} or kind.is_integer()


def _class(value: Any, names: Sequence[str]) -> Any:
    """Return the name of a class; a number that is none's (-1) stands for no label."""
    if type(value) is not int:
        return value
    return names[value] if 0 <= value < len(names) else None


def unreadable(path: str, error: BaseException) -> InputError:
    """Return what is raised for a file that cannot be read."""
    return InputError(f"cannot read {path}: {' '.join(str(error).split())}")
