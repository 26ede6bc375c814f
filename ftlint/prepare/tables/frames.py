"""Parquet, Arrow, Feather, and folders of `Dataset.save_to_disk`. Polars reads them, in slices where the format allows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from polars.exceptions import PolarsError

from ftlint.errors import InputError
from ftlint.prepare.tables.base import Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SLICE = 50_000
Names = dict[str, list[str]]
"""The names of classes by column: the numbers of Hugging Face's ClassLabel stand for these."""


def parquet(path: str, file: Path) -> Table:
    """Return the table of a Parquet file; raises InputError where it is none."""
    try:
        features = pl.read_parquet_metadata(file).get("huggingface")
        return _table(path, pl.scan_parquet(file, glob=False), _names(json.loads(features)["info"] if features else {}))
    except (PolarsError, OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error


def arrow(path: str, file: Path) -> Table:
    """Return the table of an Arrow file or stream (Feather is such a file); raises InputError where it is none."""
    try:
        names = _info(file.parent)
        return _table(path, _lazy(file), names)
    except (PolarsError, OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def saved(path: str) -> Table:
    """Return the table of a folder that `Dataset.save_to_disk` has written; raises InputError for another one."""
    folder = Path(path)
    if (folder / "dataset_dict.json").is_file():
        splits = [one.name for one in sorted(folder.iterdir()) if (one / "state.json").is_file()]
        raise InputError(f"{path} holds several splits; convert one of them: {', '.join(str(folder / name) for name in splits)}")
    try:
        state = json.loads((folder / "state.json").read_text("utf-8"))
        files = [folder / one["filename"] for one in state["_data_files"]]
        return _table(path, pl.concat([_lazy(file) for file in files]), _info(folder))
    except FileNotFoundError as error:
        raise InputError(f"{path} is a folder that `Dataset.save_to_disk` has not written; name a file") from error
    except (PolarsError, OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error


def _lazy(file: Path) -> pl.LazyFrame:
    """Return what is in an Arrow file; of the two forms, a file can be read in parts, a stream only as a whole."""
    with file.open("rb") as opened:
        is_file = opened.read(6) == b"ARROW1"
    return pl.scan_ipc(file) if is_file else pl.read_ipc_stream(file).lazy()


def _info(folder: Path) -> Names:
    """Return the names of classes that a folder of Hugging Face's datasets tells."""
    info = folder / "dataset_info.json"
    return _names(json.loads(info.read_text("utf-8"))) if info.is_file() else {}


def _names(info: Mapping[str, Any]) -> Names:
    features = info.get("features") or {}
    return {
        name: feature["names"]
        for name, feature in features.items()
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and isinstance(feature.get("names"), list)
    }


def _table(path: str, lazy: pl.LazyFrame, names: Names) -> Table:
    columns = tuple(lazy.collect_schema().names())
    # As they are written: a float of 32 bits has more digits as one of 64.
    lazy = lazy.with_columns(pl.col(pl.Float32).cast(pl.String).replace({"NaN": None}))

    def rows() -> Iterator[Row]:
        start = 0
        while True:
            try:
                part = lazy.slice(start, _SLICE).collect()
            except (PolarsError, OSError) as error:
                raise _unreadable(path, error) from error
            if not len(part):
                return
            for number, row in enumerate(part.iter_rows(named=True), start + 1):
                yield number, row | {name: _class(row[name], known) for name, known in names.items() if name in row}
            start += _SLICE

    return Table(path, columns, "row", rows)


def _class(value: Any, names: Sequence[str]) -> Any:
    """Return the name of a class; a number that is none's (-1) stands for no label."""
    if type(value) is not int:
        return value
    return names[value] if 0 <= value < len(names) else None


def _unreadable(path: str, error: BaseException) -> InputError:
    return InputError(f"cannot read {path}: {' '.join(str(error).split())}")
