"""Dialects: the shapes of records. One file a dialect; what is outside this folder assumes no keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import polars as pl

    from ftlint.dialects.context import Context, Differences, Wishes


WRONG_TYPE, MISSING_MEMBER = "wrong-type", "missing-member"
"""Faults of an object that has its dialect's keys, and is no record all the same."""


@dataclass(frozen=True)
class Dialect:
    """The shape of a record.

    name: as in configuration files. keys: every one of these makes a record of this dialect; optional: others that it may have.
    record: the dataclass that defines a record; pydantic validates by it where a fault must be explained.
    texts: the keys whose values are the record's texts, columns of the record table; what is asked first, what is answered last.
    columns, row, pointers: of a dialect whose texts stand deeper: the columns of its record table by name; given an object with
    all keys, their values, or the name of the fault for which it is no record; and, for a record that is shown, the object
    itself (`value`), where its texts stand (`pointers`), and where what is asked (`prompt`) and answered (`completion`).
    table: the columns of many such rows. first_fault: given an object that is no record, the JSON Pointer of what is wrong in
    it, and what is wanted there.
    derived: given a table of texts and a context, the table with further columns, `body` (what is asked) and `label` (what
    is to be answered) among them; rules refer to them by name.
    infer: given a context, surveyed records and the configuration, the context with what the records show.
    differences: given the contexts of training and validation file and surveyed validation records, what differs.
    """

    name: str
    keys: frozenset[str]
    optional: frozenset[str] = frozenset()
    record: Any = None
    texts: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict, compare=False)
    row: Callable[[Mapping[str, Any]], tuple[Any, ...] | str] | None = field(default=None, compare=False)
    table: Callable[[Sequence[tuple[Any, ...]]], list[pl.Series]] | None = field(default=None, compare=False)
    pointers: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = field(default=None, compare=False)
    first_fault: Callable[[Mapping[str, Any]], tuple[str, str]] | None = field(default=None, compare=False)
    derived: Callable[[pl.DataFrame, Context], pl.DataFrame] | None = field(default=None, compare=False)
    infer: Callable[[Context, Sequence[Mapping[str, Any]], Wishes], Context] | None = field(default=None, compare=False)
    differences: Callable[[Context, Context, Sequence[Mapping[str, Any]]], Differences] | None = field(
        default=None, compare=False
    )

    @property
    def checked(self) -> bool:
        """Whether records of this dialect become columns; other dialects are only recognised."""
        return bool(self.texts or self.columns)

    def holds(self, value: Mapping[str, Any]) -> bool:
        """Whether an object is a record of this dialect."""
        if not self.keys <= value.keys():
            return False
        if self.row:
            return not isinstance(self.row(value), str)
        return all(type(value[key]) is str for key in self.texts)


GROUP = "ftlint.dialects"


@cache
def _found() -> tuple[tuple[Dialect, ...], tuple[str, ...]]:
    """Return every known dialect, the more specific shapes first, and what is wrong with packages that cannot be loaded."""
    from ftlint.dialects.chat import CHAT  # noqa: PLC0415 - dialects import this module
    from ftlint.dialects.prompt_completion import PROMPT_COMPLETION  # noqa: PLC0415 - likewise

    recognised = (
        Dialect("preference", frozenset({"input", "preferred_output", "non_preferred_output"})),
        Dialect("preference", frozenset({"prompt", "chosen", "rejected"})),
        CHAT,
        Dialect("sharegpt", frozenset({"conversations"})),
        Dialect("instruction", frozenset({"instruction", "output"})),
        Dialect("gemini", frozenset({"contents"})),
    )
    others, broken = [], []
    for entry in entry_points(group=GROUP):
        try:
            dialect = entry.load()
            if not isinstance(dialect, Dialect):
                raise TypeError(f"it is a {type(dialect).__name__}, not a Dialect")  # noqa: TRY301 - told like what loading raises
        except Exception as error:  # noqa: BLE001 - somebody else's code, of which anything may come
            broken.append(f"the dialect of {entry.value} cannot be loaded: {type(error).__name__}: {error}")
        else:
            others.append(dialect)
    return (*others, PROMPT_COMPLETION, *recognised, Dialect("text", frozenset({"text"}))), tuple(broken)


def known() -> tuple[Dialect, ...]:
    """Return every known dialect; those of other packages (entry points in the group `ftlint.dialects`) come first."""
    return _found()[0]


def broken_dialects() -> tuple[str, ...]:
    """Return a sentence for each installed dialect that cannot be loaded."""
    return _found()[1]


def names() -> list[str]:
    """Return the names of all known dialects."""
    return list(dict.fromkeys(dialect.name for dialect in known()))


@cache
def named(name: str) -> Dialect:
    """Return the dialect of this name; raises KeyError for an unknown one."""
    return next(dialect for dialect in known() if dialect.name == name)


def recognise(keys: Iterable[str]) -> str | None:
    """Return the name of the dialect that a record with these keys is of, or None."""
    present = frozenset(keys)
    return next((dialect.name for dialect in known() if dialect.keys <= present), None)
