"""Repairs: what a rule may propose. Whatever it is, to a line it is a list of edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ftlint.dialects.base import RECORDS
from ftlint.records.edits import whole_line
from ftlint.text import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.records.reader import Record

Scope = Literal["found", "role", "dataset"]
FileFixKind = Literal["byte-order-mark", "no-byte-order-mark", "line-ends", "final-newline", "one-object-a-line", "utf-8"]

Row = Mapping[str, Any]
"""A record's columns, together with its `texts` by JSON Pointer."""


@dataclass(frozen=True)
class Rewrite:
    """New texts for a record: given its row, those texts that change, by JSON Pointer; None where the record stays.

    scope: the records that the rule found, all of the files of their role, or all of the dataset; then the rule is asked
    again with what is known of the files of the other role. note: what was chosen, for the user. table: the labels that were
    renamed, by their old names. sets: what is another one afterwards of what the dialect knows (`separator`, `stop`); of
    several repairs that set the same the first goes first. settles: given what is known of the dataset, what is known then.
    once: whether it would change again what it has changed, so that a run does it once.
    """

    change: Callable[[Row], Mapping[str, str] | None]
    scope: Scope = "found"
    note: str = ""
    table: Mapping[str, str] | None = None
    sets: str = ""
    settles: Callable[[Context], Context] | None = None
    once: bool = False
    of_rows: ClassVar[bool] = False
    needs_record: ClassVar[bool] = True

    def texts(self, record: Record | None, rows: Sequence[Row]) -> Mapping[str, str]:  # noqa: ARG002 - the signature of all
        """Return the texts that change, by JSON Pointer."""
        return self.change(record.row(RECORDS)) or {} if record else {}

    def edits(self, line: Line, record: Record | None, rows: Sequence[Row]) -> Sequence[Edit]:
        """Raise NotImplementedError: it is not called, for `texts` says what changes."""
        raise NotImplementedError


@dataclass(frozen=True)
class Retext:
    """A new value for each text in which a rule about texts found something. note: as of `Rewrite`."""

    change: Callable[[str], str]
    note: str = ""
    scope: ClassVar[Scope] = "found"
    of_rows: ClassVar[bool] = True
    needs_record: ClassVar[bool] = True
    once: ClassVar[bool] = False

    def texts(self, record: Record | None, rows: Sequence[Row]) -> Mapping[str, str]:  # noqa: ARG002 - the signature of all
        """Return the texts that change, by JSON Pointer."""
        return {row["pointer"]: self.change(row["text"]) for row in rows}

    def edits(self, line: Line, record: Record | None, rows: Sequence[Row]) -> Sequence[Edit]:
        """Raise NotImplementedError: it is not called, for `texts` says what changes."""
        raise NotImplementedError


@dataclass(frozen=True)
class Amend:
    """Edits for each row of a table (a message) in which a rule found something, given line and row. note: as of `Rewrite`."""

    change: Callable[[Line, Row], Sequence[Edit] | None]
    note: str = ""
    scope: ClassVar[Scope] = "found"
    of_rows: ClassVar[bool] = True
    needs_record: ClassVar[bool] = True
    once: ClassVar[bool] = False

    def texts(self, record: Record | None, rows: Sequence[Row]) -> None:
        """Return None: the edits say what changes."""

    def edits(self, line: Line, record: Record | None, rows: Sequence[Row]) -> Sequence[Edit]:  # noqa: ARG002 - likewise
        """Return what is done to a line."""
        return [edit for row in rows for edit in self.change(line, row) or ()]


@dataclass(frozen=True)
class LineEdit:
    """Edits of a line, whatever it holds; None or none where it stays.

    scope: the lines that the rule found, or all of the files of their role. note: what goes or is renamed, for the user.
    names: keys that get another one.
    """

    change: Callable[[Line], Sequence[Edit] | None]
    scope: Scope = "found"
    note: str = ""
    names: Mapping[str, str] | None = None
    of_rows: ClassVar[bool] = False
    needs_record: ClassVar[bool] = False
    once: ClassVar[bool] = False

    def texts(self, record: Record | None, rows: Sequence[Row]) -> None:
        """Return None: the edits say what changes."""

    def edits(self, line: Line, record: Record | None, rows: Sequence[Row]) -> Sequence[Edit]:  # noqa: ARG002 - likewise
        """Return what is done to a line."""
        return self.change(line) or []


@dataclass(frozen=True)
class Drop:
    """The records go.

    when: instead of those that the rule found, those of all records for which this is true. unless: whether a record that was
    found stays all the same.
    """

    when: Callable[[Row], bool] | None = None
    note: str = ""
    unless: Callable[[Row], bool] | None = None
    of_rows: ClassVar[bool] = False
    once: ClassVar[bool] = False

    @property
    def needs_record(self) -> bool:
        """Whether edits depend on what the record holds."""
        return self.when is not None or self.unless is not None

    @property
    def scope(self) -> Scope:
        """Which records are looked at."""
        return "role" if self.when else "found"

    def texts(self, record: Record | None, rows: Sequence[Row]) -> None:
        """Return None: nothing is left."""

    def edits(self, line: Line, record: Record | None, rows: Sequence[Row]) -> Sequence[Edit]:  # noqa: ARG002 - likewise
        """Return what is done to a line."""
        if self.when and not (record and self.when(record.row(RECORDS))):
            return []
        if self.unless and record and self.unless(record.row(RECORDS)):
            return []
        return whole_line(line)


@dataclass(frozen=True)
class FileFix:
    """A change of the file's bytes outside of records. charset: for `utf-8`, what the file is in, where it does not say so."""

    kind: FileFixKind
    charset: str | None = None


LineFix = Rewrite | Retext | Amend | LineEdit | Drop
Fix = LineFix | FileFix


@dataclass(frozen=True)
class FixContext:
    """What a rule may know when it proposes a repair.

    dataset: what is known of the files at hand. unsafe: whether texts may change. labels: of the training files, with counts.
    absent: of some texts, the first whose mark occurs nowhere in the whole dataset, or under none of some columns; None where
    each occurs.
    """

    dataset: Context
    unsafe: bool
    labels: Mapping[str, int]
    absent: Callable[..., str | None]


def each_text(change: Callable[[str], str]) -> Callable[[Row], Mapping[str, str]]:
    """Return the change of a record that changes each of its texts."""
    return lambda row: {pointer: change(text) for pointer, text in row["texts"].items()}


def breaks_limit(row: Row, new: Mapping[str, str], context: Context) -> bool:
    """Whether a record would no longer be below its target's token limit with some new texts."""
    limit, old = context.target.ceiling, row["texts"]
    if not limit or not tokens.reaches(limit, {**old, **new}.values(), context.encoding):
        return False
    return not tokens.reaches(limit, old.values(), context.encoding)
