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
    """Return data as a polars frame, where it is a polars, pandas or Arrow one."""
    if isinstance(data, pl.LazyFrame):
        return data.collect()
    if isinstance(data, pl.DataFrame):
        return data
    if hasattr(data, "__dataframe__"):
        return pl.from_dataframe(data)
    return pl.DataFrame(data) if hasattr(data, "__arrow_c_stream__") else None


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


def _with_values(column: pl.Series, values: Mapping[int, str], gone: Sequence[int]) -> pl.Series:
    """Return a column with new texts in some places, and none in others."""
    if not values and not gone:
        return column
    texts = column if column.dtype == pl.String or not values else column.cast(pl.String)
    if values:
        texts = texts.scatter(list(values), list(values.values()))
    if gone:
        texts = texts.scatter(gone, None)
    try:
        return texts.cast(column.dtype) if isinstance(column.dtype, (pl.Enum, pl.Categorical)) else texts
    except PolarsError:  # a new text is none of the enumeration
        return texts
