"""Repairs: what a rule may propose. Whatever it is, to a line it is a list of edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

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


class Fix(Struct, frozen=True):
    """A repair, made by one of the class methods.

    Attributes:
        unit: What it looks at: the file as a whole, a line, a record, or rows of a table in which the rule found something.
        edit: Given a line, its record and rows: the edits; None or none where the line stays.
        promise: Given record and rows: the texts that change, by JSON Pointer; then these change and nothing else does.
        scope: The lines that the rule found, or all of the files of their role, or all of the dataset; then the rule is asked
            again with what is known of the files of the other role.
        note: What was chosen, goes or is renamed, for the user.
        drops: Whether lines go.
        labels: Labels that are renamed, by their old names.
        keys: Keys that get another name, by their old ones.
        sets: What is another one afterwards of what the dialect knows (`separator`, `stop`); of several repairs that set the
            same the first goes first.
        settles: Given what is known of the dataset, what is known afterwards.
        once: Whether it would change again what it has changed, so that a run does it once.
        kind: Of a change of the file's bytes outside of records.
        charset: For the kind `utf-8`, what the file is in, where it does not say so.

    """

    unit: Literal["file", "line", "record", "rows"]
    edit: Callable[[Line, Record | None, Sequence[Row]], Sequence[Edit] | None] | None = None
    promise: Callable[[Record | None, Sequence[Row]], Mapping[str, str]] | None = None
    scope: Scope = "found"
    note: str = ""
    drops: bool = False
    labels: Mapping[str, str] | None = None
    keys: Mapping[str, str] | None = None
    sets: str = ""
    settles: Callable[[Context], Context] | None = None
    once: bool = False
    kind: FileFixKind | None = None
    charset: str | None = None

    @classmethod
    def rewrite(cls, change: Callable[[Row], Mapping[str, str] | None], **more: Any) -> Fix:
        """Return new texts for a record: given its row, those that change, by JSON Pointer; None where the record stays."""
        return cls("record", promise=lambda record, _: (change(record.row(RECORDS)) or {}) if record else {}, **more)

    @classmethod
    def retext(cls, change: Callable[[str], str], **more: Any) -> Fix:
        """Return a new value for each text in which a rule about texts found something."""
        return cls("rows", promise=lambda _, rows: {row["pointer"]: change(row["text"]) for row in rows}, **more)

    @classmethod
    def edit_rows(cls, change: Callable[[Line, Row], Sequence[Edit] | None], **more: Any) -> Fix:
        """Return edits for each row of a table (a message) in which a rule found something."""
        return cls("rows", lambda line, _, rows: [edit for row in rows for edit in change(line, row) or ()], **more)

    @classmethod
    def edit_line(cls, change: Callable[[Line], Sequence[Edit] | None], **more: Any) -> Fix:
        """Return edits of a line, whatever it holds."""
        return cls("line", lambda line, _, __: change(line), **more)

    @classmethod
    def drop(cls, unless: Callable[[Row], bool] | None = None, **more: Any) -> Fix:
        """Return the repair by which records go. unless: whether one that was found stays all the same."""
        if unless is None:
            return cls("line", lambda line, _, __: whole_line(line), drops=True, **more)

        def edit(line: Line, record: Record | None, _: Sequence[Row]) -> Sequence[Edit]:
            return [] if record and unless(record.row(RECORDS)) else whole_line(line)

        return cls("record", edit, drops=True, **more)

    @classmethod
    def of_file(cls, kind: FileFixKind, charset: str | None = None) -> Fix:
        """Return a change of the file's bytes outside of records."""
        return cls("file", kind=kind, charset=charset)


class FixContext(Struct, frozen=True):
    """What a rule may know when it proposes a repair.

    Attributes:
        dataset: What is known of the files at hand.
        unsafe: Whether texts may change.
        labels: Of the training files, with counts.
        absent: Of some texts, the first whose mark occurs nowhere in the whole dataset, or under none of some columns; None
            where each occurs.
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
