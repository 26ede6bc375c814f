"""What a metric is: something that is gathered from all records, block by block, for rules that judge the whole dataset.

A metric is a monoid: a fresh one is the identity, `merge` is associative, and adding all records at once is the same as
merging what was added in parts. Lines are counted from the metric's own first line; `merge` shifts those of its right side.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, Self

import msgspec

from ftlint.dialects.base import RECORDS, TEXTS
from ftlint.metrics.parts import Part
from ftlint.records.line import Line
from ftlint.records.reader import reader_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from ftlint.dialects.base import Dialect, Tables
    from ftlint.dialects.context import Context
    from ftlint.records.reader import Decoded, Record


class Block(msgspec.Struct, dict=True):
    """What rules and metrics may look at: raw bytes, what was decoded, the tables with all derived columns.

    Attributes:
        dialect: That of the records.
        byte_order_mark: Whether one was taken from the front of the bytes.
        records: Those that were looked at by themselves, by line; None for a line that holds none.
    """

    data: bytes
    decoded: Decoded
    tables: Tables
    dialect: Dialect
    byte_order_mark: bool = False
    records: dict[int, Record | None] = msgspec.field(default_factory=dict)

    @property
    def frame(self) -> pl.DataFrame:
        """The table of records."""
        return self.tables[RECORDS]

    @cached_property
    def texts(self) -> pl.DataFrame:
        """The table of all texts: `line`, `position`, `text`; it is made for those who ask, and most blocks give no reason to."""
        return self.dialect.texts(self.tables)

    def table(self, name: str) -> pl.DataFrame:
        """Return the table of this name."""
        return self.texts if name == TEXTS else self.tables[name]

    def line(self, number: int) -> bytes:
        """Return a raw line by its number."""
        return self._lines[number]

    def offset(self, number: int) -> int:
        """Return how many bytes of the block are before a line."""
        return self._starts[number] if number else 0

    def records_on(self, numbers: Sequence[int], context: Context) -> list[Record | None]:
        """Return the records of some lines, each of which is read by itself once for all who ask."""
        missing = sorted({number for number in numbers if number not in self.records})
        lines = {number: Line(self.line(number)) for number in missing}
        self.records |= reader_of(context).records_of(self.tables, lines) if lines else {}
        return [self.records[number] for number in numbers]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self._lines)]

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.data.split(b"\n")


class Metric:
    """The base of all metrics: classes whose parts are made by `ftlint.metrics.parts` and know how they merge.

    Attributes:
        lines: How many it has seen.
        needs_texts: Whether it looks at the texts of records, which only dialects have that are checked.
    """

    needs_texts: ClassVar[bool] = True
    _parts: ClassVar[Mapping[str, Part]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Part)}
        cls._parts = {**cls._parts, **own}

    def __init__(self) -> None:
        self.lines = 0
        for name, part in self._parts.items():
            setattr(self, name, part.start())

    def gather(self, block: Block, context: Context) -> None:
        """Gather from a block, to a fresh metric, and count its lines; it is what the engine calls."""
        self.lines = block.decoded.lines
        self.add(block, context)

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block, to a fresh metric."""
        raise NotImplementedError

    def merge(self, other: Self) -> None:
        """Take in what comes after."""
        for name, part in self._parts.items():
            setattr(self, name, part.merge(getattr(self, name), getattr(other, name), self.lines))
        self.lines += other.lines

    def spill(self) -> None:
        """Move to temporary files what is too much for memory; the engine asks for it when it has merged."""

    def close(self) -> None:
        """Free what is not memory."""
