"""The keys of objects that are not records."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ftlint.metrics.base import Block, Metric
from ftlint.metrics.parts import lines_by_key, merged_by, numbers, total

if TYPE_CHECKING:
    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.records.reader import Wrong


Strings = dict[tuple[str, ...], frozenset[str]]


def _in_all(mine: Strings, theirs: Strings, _: int) -> Strings:
    for keys, strings in theirs.items():
        mine[keys] = mine.get(keys, strings) & strings
    return mine


class Shapes(Metric):
    """Lines whose keys are not those of the dialect: by the keys found, by unknown key, by other dialect.

    Attributes:
        wrong: By what is wrong with objects that have the keys.
        strings: By the keys found, those whose values are strings in all of the lines.
        records: Objects.
    """

    records: int = total()
    needs_texts: ClassVar[bool] = False
    missing: dict[tuple[str, ...], pl.Series] = lines_by_key()
    strings: Strings = merged_by(_in_all, dict)
    wrong: dict[Wrong, pl.Series] = lines_by_key()
    unknown: dict[str, pl.Series] = lines_by_key()
    foreign: dict[str, pl.Series] = lines_by_key()

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        decoded = block.decoded
        self.records = decoded.objects
        self.missing = {keys: numbers(at) for keys, at in decoded.missing.items()}
        self.strings = {keys: frozenset(result) for keys, result in decoded.strings.items()}
        self.wrong = {what: numbers(at) for what, at in decoded.wrong.items()}
        self.unknown = {key: numbers(at) for key, at in decoded.unknown.items()}
        self.foreign = {name: numbers(at) for name, at in decoded.foreign.items()}
