"""Frames of polars, pandas and Arrow as rows, and back: what no repair changed stays as it was, types included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl
from msgspec import Struct
from polars.exceptions import PanicException, PolarsError

from ftlint.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Column(Struct, frozen=True):
    """A column of a repaired frame. source: the column that it was, if it was one. new: its values, where they are others."""

    name: str
    source: str | None
    new: list[Any] | None = None


class Frame(Protocol):
    """A frame of some library."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the columns."""

    def values(self, name: str) -> list[Any]:
        """Return the values of a column as Python has them, None where there is none."""

    def rebuilt(self, origins: Sequence[int], columns: Sequence[Column]) -> Any:
        """Return a frame of the same kind, of these rows and columns. origins: for each row the place of the one it was."""


def frame_of(data: Any) -> Frame | None:
    """Return data as a frame, where it is one; raises InputError for one whose columns have no names, or one name twice."""
    if isinstance(data, (pl.DataFrame, pl.LazyFrame)):
        return _Polars(data.lazy().collect(), lazy=isinstance(data, pl.LazyFrame))
    package = type(data).__module__.partition(".")[0]
    if package == "pandas" and hasattr(data, "columns"):
        return _Pandas(data)
    if package == "pyarrow" and hasattr(data, "schema"):
        return _Arrow(data.to_table() if hasattr(data, "to_table") else data)
    return _Polars(pl.DataFrame(data)) if hasattr(data, "__arrow_c_stream__") else None


def rows_of(frame: Frame) -> list[dict[str, Any]]:
    """Return the rows of a frame, without nulls: in a frame a null is how a missing key looks."""
    columns = [[bare(value) for value in frame.values(name)] for name in frame.names]
    rows = zip(*columns, strict=True) if columns else ()
    return [{name: value for name, value in zip(frame.names, row, strict=True) if value is not None} for row in rows]


def bare(value: Any) -> Any:
    """Return a value without the nulls in it: of several objects in a column each has the keys of all."""
    if isinstance(value, Mapping):
        return {key: bare(inner) for key, inner in value.items() if inner is not None}
    return [bare(inner) for inner in value] if isinstance(value, (list, tuple)) else value


class _Polars:
    def __init__(self, frame: pl.DataFrame, *, lazy: bool = False) -> None:
        self.frame, self.lazy = frame, lazy
        self.names: Sequence[str] = frame.columns

    def values(self, name: str) -> list[Any]:
        return self.frame.get_column(name).to_list()

    def rebuilt(self, origins: Sequence[int], columns: Sequence[Column]) -> Any:
        kept = self.frame[list(origins)]
        made = []
        for column in columns:
            old = kept.get_column(column.source) if column.source is not None else None
            if column.new is None:
                assert old is not None
                made.append(old.alias(column.name))
            else:
                made.append(_series(column.name, column.new, None if old is None else old.dtype))
        frame = pl.DataFrame(made)
        return frame.lazy() if self.lazy else frame


def _series(name: str, values: list[Any], kind: Any) -> pl.Series:
    """Return values as a column of a type, or else of one that they fit in."""
    for dtype in (kind, None):
        try:
            made = pl.Series(name, values, dtype, strict=True)
        except (TypeError, ValueError, OverflowError, PolarsError, PanicException):
            continue
        # A struct leaves out keys that it does not know.
        if alike(made.to_list(), values):
            return made
    return pl.Series(name, values, pl.Object)


class _Pandas:
    def __init__(self, frame: Any) -> None:
        import pandera.pandas as pa  # noqa: PLC0415 - takes 0.8 s, and few callers have such a frame
        from pandera.errors import SchemaError  # noqa: PLC0415 - likewise

        named_once = pa.DataFrameSchema(unique_column_names=True)
        try:
            named_once.validate(frame)
        except (SchemaError, TypeError) as error:
            raise InputError(f"the columns of a frame need unique names: {' '.join(str(error).split())[:200]}") from error
        if nameless := [name for name in frame.columns if not isinstance(name, str)]:
            raise InputError(f"the columns of a frame need names; {nameless[0]!r} is none")
        self.frame = frame
        self.names: Sequence[str] = list(frame.columns)

    def values(self, name: str) -> list[Any]:
        column = self.frame[name]
        # What pandas has no value for is missing; an array of several values is none of that.
        return [_listed(value) if there else None for value, there in zip(column.astype(object), column.notna(), strict=True)]

    def rebuilt(self, origins: Sequence[int], columns: Sequence[Column]) -> Any:
        import pandas as pd  # noqa: PLC0415 - whoever has such a frame has it

        kept = self.frame.iloc[list(origins)]
        made = {}
        for column in columns:
            old = kept[column.source] if column.source is not None else None
            if column.new is None:
                assert old is not None
                made[column.name] = old.copy()
            else:
                made[column.name] = _pandas_series(column.new, kept.index, None if old is None else old.dtype)
        frame = pd.DataFrame(made, index=kept.index, columns=[column.name for column in columns])
        frame.attrs, frame.columns.name = dict(self.frame.attrs), self.frame.columns.name
        return frame


def _listed(value: Any) -> Any:
    """Return an array as a list; pandas reads lists of Parquet files as arrays."""
    is_array = hasattr(value, "__array__") and getattr(value, "ndim", None)
    return [_listed(inner) for inner in value] if is_array else value


def _pandas_series(values: list[Any], index: Any, kind: Any) -> Any:
    """Return values as a column of a type, or else as objects; a new value becomes a category of its own."""
    import pandas as pd  # noqa: PLC0415 - as above

    if isinstance(kind, pd.CategoricalDtype):
        known = list(kind.categories)
        further = dict.fromkeys(value for value in values if value is not None and value not in known)
        kind = pd.CategoricalDtype([*known, *further], kind.ordered)
    try:
        made = pd.Series(values, index=index, dtype=kind)
    except (TypeError, ValueError, ArithmeticError):
        return pd.Series(values, index=index, dtype=object)
    same = alike([None if there else value for value, there in zip(made.astype(object), made.isna(), strict=True)], values)
    return made if same else pd.Series(values, index=index, dtype=object)


class _Arrow:
    """A table of Arrow; a batch comes back as a batch, a stream of them as a table."""

    def __init__(self, data: Any) -> None:
        import pyarrow as pa  # noqa: PLC0415 - whoever has such a table has it

        self.batch = isinstance(data, pa.RecordBatch)
        self.table = pa.Table.from_batches([data]) if self.batch else data.read_all() if hasattr(data, "read_all") else data
        self.names: Sequence[str] = self.table.column_names
        if twice := [name for name, count in Counter(self.names).items() if count > 1]:
            raise InputError(f"the columns of a frame need unique names; two are called {twice[0]!r}")

    def values(self, name: str) -> list[Any]:
        results: list[Any] = self.table.column(name).to_pylist()
        return results

    def rebuilt(self, origins: Sequence[int], columns: Sequence[Column]) -> Any:
        import pyarrow as pa  # noqa: PLC0415 - as above

        kept = self.table.take(pa.array(origins, pa.int64())) if list(origins) != list(range(len(self.table))) else self.table
        fields, made = [], []
        for column in columns:
            field = kept.schema.field(column.source) if column.source is not None else pa.field(column.name, pa.string())
            array = kept.column(column.source) if column.new is None else _array(column.new, field.type)
            fields.append(
                field.with_name(column.name).with_type(array.type).with_nullable(field.nullable or array.null_count > 0)
            )
            made.append(array)
        table = pa.Table.from_arrays(made, schema=pa.schema(fields, kept.schema.metadata))
        return table.combine_chunks().to_batches()[0] if self.batch and len(table) else table


def _array(values: list[Any], kind: Any) -> Any:
    """Return values as an array of a type, or else of one that they fit in."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    try:
        made = pa.array(values, kind)
        if alike(made.to_pylist(), values):
            return made
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        pass
    return pa.array(values)


def alike(made: Any, values: Any) -> bool:
    """Whether two values say the same: a null is a missing key, and what is not a number is itself."""
    if isinstance(made, Mapping) and isinstance(values, Mapping):
        return all(alike(made.get(key), values.get(key)) for key in made.keys() | values.keys())
    if isinstance(made, (list, tuple)) and isinstance(values, (list, tuple)):
        return len(made) == len(values) and all(map(alike, made, values))
    return bool(made is values or made == values or (made != made and values != values))  # noqa: PLR0124 - no number
