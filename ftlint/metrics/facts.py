"""The facts of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.metrics.base import Block, Metric
from ftlint.metrics.parts import either, kept, merged_by, total, union

if TYPE_CHECKING:
    from ftlint.dialects.context import Context
    from ftlint.records.spread import Spread
    from ftlint.sources.charset import Charset

_KEYS = 8
"""Further keys that are kept."""

BROKEN = ("invalid-json", "invalid-utf8")
"""Faults of lines that are not understood."""


class FileFacts(Metric):
    """A file's bytes, counted. Always gathered, one for each file.

    Attributes:
        size: In bytes.
        records: Objects.
        conforming: Those that are of the dialect.
        nested: Whether a line that is not JSON opens or closes something, so that the commas after others may be a part of it.
        stuck_returns: Carriage returns that end lines which are not JSON.
        charset: The wide encoding that the file is in instead of UTF-8.
        spread: What the file holds that is not one object a line.
        lines_wanted: Whether it may be made one object a line; not where its name ends in `.json`.
        arrays: Lines that hold an array of something else than records or turns.
        columns: Of the table that the file is, if it is one.
        charsets: Those that it may be in, where most lines are not UTF-8, each with a word as it reads in it.
        unread: What records hold that no rule looks at.
        further: Keys that they have besides those of their dialect, the first ones by name.
    """

    size: int = total()
    records: int = total()
    blank: int = total()
    conforming: int = total()
    nested: bool = either()
    carriage_returns: int = total()
    stuck_returns: int = total()
    byte_order_mark: bool = either()
    final_newline: bool = kept(lambda: True)
    charset: Charset | None = kept(lambda: None)
    spread: Spread | None = kept(lambda: None)
    lines_wanted: bool = kept(lambda: True)
    arrays: int = total()
    columns: tuple[str, ...] = kept(tuple)
    charsets: dict[str, str] = kept(dict)
    unread: frozenset[str] = union()
    further: tuple[str, ...] = merged_by(lambda mine, theirs, _: tuple(sorted({*mine, *theirs})[:_KEYS]), tuple)

    @property
    def readable(self) -> bool:
        """Whether most lines are records, so that what is between them is line ends and nothing else."""
        return bool(self.records) and 2 * self.records >= self.lines - self.blank

    @property
    def read_by_lines(self) -> bool:
        """Whether the file's lines were looked at one by one."""
        return self.charset is None and self.spread is None

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        self.size = len(block.data)
        self.records = block.decoded.objects
        self.blank = len(block.decoded.faults.get("blank", ()))
        self.conforming = len(block.frame)
        self.nested = _is_nested(block)
        # Carriage returns are rare, and to look for the single byte is ten times faster than to count pairs.
        if b"\r" in block.data:
            self.carriage_returns = block.data.count(b"\r\n")
            self.stuck_returns = _stuck_returns(block)
        self.arrays = block.decoded.arrays
        self.unread = frozenset(block.decoded.unread)
        self.further = tuple(sorted(block.decoded.unknown)[:_KEYS])
        self.byte_order_mark = block.byte_order_mark
        self.final_newline = not block.data or block.data.endswith(b"\n")

    def merge(self, other: FileFacts) -> None:
        """Take in what comes after."""
        if other.size:
            self.final_newline = other.final_newline
        super().merge(other)


def _is_nested(block: Block) -> bool:
    """Whether a line that is not JSON begins with what closes or ends with what opens an object or array."""
    broken = block.decoded.faults.get("invalid-json", ())
    lines = block.data.split(b"\n") if broken else []
    bare = (lines[line].strip() for line in broken)
    return any(line[:1] in {b"[", b"]", b"}"} or line[-1:] in {b"[", b"{"} for line in bare)


def _stuck_returns(block: Block) -> int:
    """Return how many of the lines that are not JSON end in a carriage return and a line feed."""
    broken = [line for fault in BROKEN for line in block.decoded.faults.get(fault, ())]
    lines = block.data.split(b"\n")[:-1] if broken else []
    return sum(lines[line].endswith(b"\r") for line in broken if line < len(lines))
