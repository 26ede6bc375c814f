"""A finding: one fault that a rule found, with its place and its repair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.records.edits import Edit
    from ftlint.rule import Applicability, Level


class RelatedLocation(Struct, frozen=True):
    """A line of a file that a finding names besides its own."""

    path: str
    line: int


class FindingFix(Struct, frozen=True):
    """How a finding can be repaired.

    Attributes:
        applicability: `safe`, `unsafe` or on `request`.
        title: What the repair chooses, in words; empty where it needs none.
        edits: What it does to the finding's line; none where it concerns more than that, or the report was not asked for edits.
    """

    applicability: Applicability
    title: str = ""
    edits: tuple[Edit, ...] = ()


class Finding(Struct, frozen=True):
    """One fault. Lines and columns are 1-based and counted in characters; None where the file as a whole is meant.

    Attributes:
        rule: Its name.
        pointer: JSON Pointer of the value.
        args: What the message was made of.
        fix: How ftlint can repair it; None where it cannot.
        related: Other lines that belong to it.
        text: The raw line; None where there is none, or it shall not show.
        identity: What tells the record from others, however it is written; None for the file as a whole.
    """

    rule: str
    code: str
    level: Level
    path: str
    line: int | None
    column: int | None
    end_column: int | None
    byte_offset: int | None
    pointer: str | None
    message: str
    args: Mapping[str, Any]
    url: str
    fix: FindingFix | None
    related: tuple[RelatedLocation, ...] = ()
    text: str | None = None
    identity: str | None = None

    def __repr__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"<Finding {self.code} {where}: {self.message}>"

    @property
    def applicability(self) -> Applicability | None:
        """How safely the finding can be repaired; None where it cannot be."""
        return self.fix.applicability if self.fix else None
