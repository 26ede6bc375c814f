"""Records and frames, repaired as what they are: what no repair changed comes back as it was, value by value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
from polars.exceptions import PolarsError

from ftlint.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


def as_line(record: Any, number: int, default: Callable[[Any], Any] | None = None) -> bytes:
    """Return a record as a line. default: what makes JSON of other values; without it InputError is raised for them."""
    try:
        return orjson.dumps(record, option=_PLAIN, default=default) + b"\n"
    except (TypeError, ValueError):
        pass
    try:
        # What orjson refuses and the standard library writes (a lone surrogate, NaN) is a finding, not an exception.
        return json.dumps(record, default=default).encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"record {number} cannot be written as JSON: {error}") from error


def frame_of(data: Any) -> pl.DataFrame | None:
    """Return data as a polars frame, where it is a polars, pandas or Arrow one; raises InputError for one without names."""
    if isinstance(data, pl.LazyFrame):
        return data.collect()
    if isinstance(data, pl.DataFrame):
        return data
    if _is_pandas(data):
        return _from_pandas(data)
    return pl.DataFrame(data) if hasattr(data, "__arrow_c_stream__") else None


def _is_pandas(data: Any) -> bool:
    return type(data).__module__.partition(".")[0] == "pandas" and hasattr(data, "columns")


def _from_pandas(data: Any) -> pl.DataFrame:
    """Return a frame of pandas as one of polars; what pandas has no value for is null."""
    import pandera.pandas as pa  # noqa: PLC0415 - takes 0.8 s, and few callers have such a frame
    from pandera.errors import SchemaError  # noqa: PLC0415 - likewise

    named_once = pa.DataFrameSchema(unique_column_names=True)
    try:
        named_once.validate(data)
    except (SchemaError, TypeError) as error:
        raise InputError(f"a frame's columns need names, each its own: {' '.join(str(error).split())[:200]}") from error
    if not all(isinstance(name, str) for name in data.columns):
        raise InputError(f"a frame's columns need names; {next(n for n in data.columns if not isinstance(n, str))!r} is none")
    columns = {name: data[name].astype(object).where(data[name].notna(), None).to_list() for name in data.columns}
    return pl.DataFrame({name: _column(values) for name, values in columns.items()})


def _column(values: list[Any], kind: Any = None) -> pl.Series:
    """Return values as a column; of several kinds, or with members that are not all the same, as what they are."""
    if kind is None and any(isinstance(value, (dict, list)) for value in values):
        kind = pl.Object
    try:
        return pl.Series(values, dtype=kind, strict=True)
    except (TypeError, PolarsError):
        return pl.Series(values, dtype=pl.Object)


def like(frame: pl.DataFrame, data: Any, origins: Sequence[int]) -> Any:
    """Return a repaired frame as one of the kind that it was made of.

    origins: for each row the place of the one it was. A column of pandas keeps its type where nothing in it changed, and rows
    keep their index.
    """
    if isinstance(data, (pl.DataFrame, pl.LazyFrame)):
        return frame.lazy() if isinstance(data, pl.LazyFrame) else frame
    if not _is_pandas(data):
        return frame.to_arrow()
    kept = data.iloc[list(origins)].copy()
    before = _from_pandas(kept)
    for column in frame:
        if column.name not in before.columns or column.to_list() != before.get_column(column.name).to_list():
            kept[column.name] = column.to_list()
    return kept[frame.columns]


def rows_of(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame, without nulls: in a frame a null is how a missing key looks."""
    return [{key: value for key, value in row.items() if value is not None} for row in frame.iter_rows(named=True)]


@dataclass(frozen=True)
class _Change:
    """How a repaired record differs from what it was. after: what JSON has of it; new: the keys of new values; gone: old keys."""

    after: Mapping[str, Any]
    new: set[str]
    gone: set[str]


@dataclass(frozen=True)
class Repair:
    """What a repair made of records. before: their lines. after: each line afterwards, with the place of the one it was.

    names: keys that were given others, with these.
    """

    before: Sequence[bytes]
    after: Sequence[tuple[int, bytes]]
    names: Mapping[str, str]

    def changes(self) -> dict[int, _Change]:
        """Return how records differ from what they were, by their place afterwards; of the others nothing."""
        return {
            place: self._change(_object(self.before[origin]), json.loads(line))
            for place, (origin, line) in enumerate(self.after)
            if line != self.before[origin]
        }

    def _change(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> _Change:
        written = {self.names.get(key, key): json.dumps(value) for key, value in before.items()}
        new = {key for key, value in after.items() if written.get(key) != json.dumps(value)}
        return _Change(after, new, {key for key in before if self.names.get(key, key) not in after})

    def of_records(self, records: Sequence[Any]) -> list[Any]:
        """Return the records after their repair."""
        old = {new: old for old, new in self.names.items()}
        changes = self.changes()
        found = []
        for place, (origin, _) in enumerate(self.after):
            record, change = records[origin], changes.get(place)
            if change:
                was = record if isinstance(record, Mapping) else {}
                record = {
                    key: value if key in change.new else was.get(key, was.get(old.get(key), value))
                    for key, value in change.after.items()
                }
            found.append(record)
        return found

    def of_frame(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame after the repair of its rows; columns keep their types where their new values have them."""
        changes = self.changes()
        columns: dict[str, pl.Series] = {}
        for column in frame[[origin for origin, _ in self.after]]:
            name = self.names.get(column.name, column.name)
            gone = [place for place, change in changes.items() if column.name in change.gone]
            # A column of nothing any more goes.
            if not gone or len(gone) < column.len() - column.null_count():
                values = {place: change.after[name] for place, change in changes.items() if name in change.new}
                # A column of nothing that has the name already gives way.
                if name not in columns or column.name in self.names:
                    columns[name] = _with_values(column, values, gone).alias(name)
        return pl.DataFrame(list(columns.values()))


def _object(line: bytes) -> dict[str, Any]:
    """Return the object of a line; an empty one for a line that holds something else."""
    value = json.loads(line)
    return value if isinstance(value, dict) else {}


def _with_values(column: pl.Series, values: Mapping[int, Any], gone: Sequence[int]) -> pl.Series:
    """Return a column with new texts in some places, and none in others."""
    if not values and not gone:
        return column
    if column.dtype.is_nested() or column.dtype == pl.Object or not all(isinstance(value, str) for value in values.values()):
        items = column.to_list()
        for place in gone:
            items[place] = None
        for place, value in values.items():
            items[place] = value
        return _column(items, column.dtype)
    texts = column if column.dtype == pl.String or not values else column.cast(pl.String)
    if values:
        texts = texts.scatter(list(values), list(values.values()))
    if gone:
        texts = texts.scatter(gone, None)
    try:
        return texts.cast(column.dtype) if isinstance(column.dtype, (pl.Enum, pl.Categorical)) else texts
    except PolarsError:  # a new text is none of the enumeration
        return texts
