"""What a table is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Any

from ftlint.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = tuple[int, Mapping[str, Any]]
"""Where a row is, 1-based (a line, an object, a row of a sheet), and its values by column; see `Table.text`."""


@dataclass(frozen=True)
class Missing:
    """A value that is none. reason: why, as the end of a sentence: `with the error #N/A`."""

    reason: str


@dataclass(frozen=True)
class Table:
    """A table that can be read any number of times.

    Attributes:
        path: As the user named it.
        columns: Their names, in order.
        where: What a row's number counts.
        rows: Yields the rows.
        twice: Names that several columns have; all but the first are in no row.
        left_out: What of the file is not in the table, in sentences.
        held: What must stay as long as the table.

    """

    path: str
    columns: tuple[str, ...]
    where: str
    rows: Callable[[], Iterator[Row]]
    twice: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()
    held: list[Any] = field(default_factory=list)

    def text(self, row: Row, column: str) -> str | None:
        """Return the text of a row's column, None where there is none; raises InputError for several values in one."""
        number, values = row
        value = values.get(column)
        if isinstance(value, (list, dict)):
            raise InputError(f"{self.path}, {self.where} {number}, column {column!r}: several values; a text is wanted")
        if isinstance(value, str) and not is_text(value):
            raise InputError(f"{self.path}, {self.where} {number}, column {column!r}: a lone surrogate (\\ud800 to \\udfff)")
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, Missing):
            return None
        if isinstance(value, bytes):
            raise InputError(f"{self.path}, {self.where} {number}, column {column!r}: bytes; a text is wanted")
        if isinstance(value, float) and isnan(value):
            return None
        return str(value).lower() if isinstance(value, bool) else str(value)


def is_text(value: str) -> bool:
    """Whether a string can be written: a lone surrogate cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def named_once(names: list[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the names of columns, a number for those that have none, and those that several have."""
    shown = [name if name.strip() else f"column {number}" for number, name in enumerate(names, 1)]
    return tuple(dict.fromkeys(shown)), frozenset(name for name in shown if shown.count(name) > 1)
