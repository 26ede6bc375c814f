"""What a rule found: violations, and where exactly one is."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from ftlint.metrics.parts import numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import polars as pl

Level = Literal["error", "warning", "info"]
Applicability = Literal["safe", "unsafe", "request"]
LEVELS: tuple[Level, ...] = ("error", "warning", "info")
APPLICABILITIES: tuple[Applicability, ...] = ("safe", "unsafe", "request")
"""How safely a fault can be repaired, the safest first."""


class Count(NamedTuple):
    """How many violations there are, and how many records have one."""

    violations: int
    records: int


class Location(Struct, frozen=True):
    """Where exactly a fault is, and what the message needs to know of it.

    Attributes:
        pointer: JSON Pointer of the value; None: start and end are counted in the raw line.
        start, end: Characters, 0-based, end exclusive; an end of None is the end of the text.
        args: Further arguments of the message.
        fix: How safely this one can be repaired, where it is not as the rule says for all (`rule`).
    """

    pointer: str | None = None
    start: int = 0
    end: int | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    fix: Applicability | Literal["rule"] | None = "rule"


class Violations(Struct):
    """Faults of one kind that a rule found.

    Attributes:
        level: How bad they are.
        lines: Line numbers, 0-based in the files of a role laid end to end: rising UInt64, one that has several faults as often;
            None for the one fault of a file as a whole.
        args: What the message needs to know of all of them.
        positions: For each line which row of the record's table it is; None where the rule looks at records as wholes.
        each: Given a fault's index among them, what the message needs to know of that one besides.
        related: For each line the line that it belongs with (the first of two duplicates).
        role: Of the files, `train` or `valid`; the engine fills it in.
        related_role: The role of the related lines, where it is another.
        applicability: How safely these can be repaired, where it is not as the rule says (`rule`); None: not at all.
        file: The file's index among those of its role, where there are no lines.
        affects: How many records one such fault stands for, where it is not the one that it is found in.
        changes: How many records its repair changes, where that is another number.
        refused: Why what could be repaired on request is not.
        message: What is said of one, where it is not what the rule says of all.
        repaired: The lines that the repair is for, where these are others.
        counts: How many there are, by the file's index among those of its role, where not all are kept.

    """

    level: Level
    lines: pl.Series | None
    args: Mapping[str, Any] = field(default_factory=dict)
    positions: pl.Series | None = None
    each: Callable[[int], Mapping[str, Any]] | None = None
    related: pl.Series | None = None
    role: str = "train"
    related_role: str | None = None
    applicability: Applicability | Literal["rule"] | None = "rule"
    file: int = 0
    affects: int | None = None
    changes: int | None = None
    repaired: pl.Series | None = None
    counts: Mapping[int, Count] | None = None
    refused: str = ""
    message: str = ""

    def __len__(self) -> int:
        if self.counts is not None:
            return sum(count.violations for count in self.counts.values())
        return 1 if self.lines is None else len(self.lines)

    @property
    def line_numbers(self) -> pl.Series:
        """The lines of faults that have one."""
        assert self.lines is not None
        return self.lines

    @property
    def records(self) -> int:
        """How many records have one of these faults."""
        if self.affects is not None:
            return self.affects * len(self)
        if self.counts is not None:
            return sum(count.records for count in self.counts.values())
        return 1 if self.lines is None else self.lines.n_unique()

    def of_file(self, index: int, start: int, end: int) -> Violations:
        """Return the violations of a file, given its index among those of its role, and its lines, counted over all of them."""
        assert self.lines is not None
        within = slice(self.lines.search_sorted(start), self.lines.search_sorted(end))
        counts = None if self.counts is None else {index: self.counts[index]} if index in self.counts else {}
        positions = None if self.positions is None else self.positions[within]
        return replace(self, lines=self.lines[within], positions=positions, counts=counts)

    @property
    def located(self) -> bool:
        """Whether the rule says more of a single fault than which record it is in."""
        return bool(self.args) or self.each is not None

    @property
    def repair(self) -> Applicability | None:
        """How safely these can be repaired, after the engine put the rule's answer in."""
        return None if self.applicability == "rule" else self.applicability


def violations_at(level: Level, results: Iterable[tuple[int, Mapping[str, Any]]], **more: Any) -> Violations:
    """Return faults of which each has arguments of its own, given by line."""
    rows = sorted(results, key=itemgetter(0))
    return Violations(level, numbers(line for line, _ in rows), each=lambda index: rows[index][1], **more)
