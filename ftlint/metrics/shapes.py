"""The keys of objects that are no records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from ftlint.metrics.base import Block, Metric, extend, numbers

if TYPE_CHECKING:
    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.records.reader import Wrong


@dataclass
class Shapes(Metric):
    """Lines whose keys are not those of the dialect: by the keys found, by unknown key, by other dialect.

    wrong: by what is wrong with objects that have the keys.
    strings: by the keys found, those whose values are strings in all of the lines. records: objects.
    """

    lines: int = 0
    records: int = 0
    needs_texts: ClassVar[bool] = False
    missing: dict[tuple[str, ...], pl.Series] = field(default_factory=dict)
    strings: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    wrong: dict[Wrong, pl.Series] = field(default_factory=dict)
    unknown: dict[str, pl.Series] = field(default_factory=dict)
    foreign: dict[str, pl.Series] = field(default_factory=dict)

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        decoded = block.decoded
        self.lines, self.records = decoded.lines, decoded.objects
        self.missing = {keys: numbers(at) for keys, at in decoded.missing.items()}
        self.strings = {keys: frozenset(result) for keys, result in decoded.strings.items()}
        self.wrong = {what: numbers(at) for what, at in decoded.wrong.items()}
        self.unknown = {key: numbers(at) for key, at in decoded.unknown.items()}
        self.foreign = {name: numbers(at) for name, at in decoded.foreign.items()}

    def merge(self, other: Shapes) -> None:
        """Take in what comes after."""
        pairs = ("missing", "wrong", "unknown", "foreign")
        for mine, others in ((getattr(self, name), getattr(other, name)) for name in pairs):
            extend(mine, others, self.lines)
        for keys, result in other.strings.items():
            self.strings[keys] = self.strings.get(keys, result) & result
        self.lines += other.lines
        self.records += other.records
