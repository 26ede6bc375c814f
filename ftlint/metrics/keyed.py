"""What must meet to be compared: equal fingerprints, equal bands of sketches."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from ftlint.dialects.base import ANSWER, FURTHER, INPUT, ORDER
from ftlint.errors import ConfigError
from ftlint.metrics.base import Block, Metric
from ftlint.metrics.parts import kept, total, with_first_line
from ftlint.sources.files import remove_leftovers, temporary_prefix
from ftlint.text.normal import signatures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ftlint.dialects.context import Context

SPILL = 128 << 20
"""Bytes of memory for fingerprints before they go to temporary files; FTLINT_SPILL_BYTES sets another bound.

A third of it is for what is kept: sorting it into files takes two copies.
"""

RANGES = 64
"""Ranges of keys; rows of one range are looked at together."""


def _spill_bytes() -> int:
    text = os.environ.get("FTLINT_SPILL_BYTES", str(SPILL))
    if not text.isdecimal():
        raise ConfigError(f"FTLINT_SPILL_BYTES should be a number of bytes, not {text!r}")
    return int(text)


@cache
def _tidy() -> None:
    """Delete what killed processes left; once is enough."""
    remove_leftovers(Path(tempfile.gettempdir()))


class Spill:
    """A folder of temporary files, one for each range of keys; whoever has it last deletes it."""

    def __init__(self) -> None:
        _tidy()
        self._folder = Path(tempfile.mkdtemp(prefix=temporary_prefix(), suffix=".tmp"))

    def file(self, part: int) -> Path:
        """Return the file of a range of keys."""
        return self._folder / f"{part}.arrow"

    def close(self) -> None:
        """Delete the files."""
        shutil.rmtree(self._folder, ignore_errors=True)


class Keyed(Metric):
    """Rows of which those with equal values in the column `key` must come together.

    Attributes:
        parts: Tables with `line` and further columns, each with the line that its lines are counted from. Beyond a bound they
            go to temporary files, one for each range of keys.
        spilled: Folders of such files, each with the line that theirs are counted from.
        elsewhere: What an engine knows of the rows where it keeps them itself; then none are here.
    """

    key: ClassVar[str]
    parts: list[tuple[int, pl.DataFrame]] = with_first_line()
    size: int = total()
    spilled: list[tuple[int, Spill]] = with_first_line()
    elsewhere: Any = kept(lambda: None)

    def keep(self, table: pl.DataFrame) -> None:
        """Take the rows of a block, to a fresh metric."""
        self.parts, self.size = [(0, table)], int(table.estimated_size())

    def spill(self) -> None:
        """Move the rows to temporary files, where they are too many for memory."""
        if 3 * self.size > _spill_bytes():
            self._spill()

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield tables of all rows; those of equal keys are in one table."""
        if not self.spilled:
            if self.parts:
                yield self._joined()
            return
        self._spill()
        for part in range(RANGES):
            tables = [moved(pl.read_ipc(path), shift) for shift, spill in self.spilled if (path := spill.file(part)).exists()]
            if tables:
                yield pl.concat(tables)

    def by_range(self) -> list[pl.DataFrame]:
        """Return the rows that are in memory, a table for each range of keys; they are no longer here."""
        table = self._joined() if self.parts else pl.DataFrame(schema={"line": pl.UInt64, self.key: pl.UInt64})
        self.parts, self.size = [], 0
        number = pl.col(self.key) // (2**64 // RANGES)
        parts = table.with_columns(part=number).partition_by("part", as_dict=True, include_key=False)
        return [parts.get((part,), table.clear()) for part in range(RANGES)]

    def close(self) -> None:
        """Forget the rows, and delete the temporary files."""
        self.parts, self.size, self.elsewhere = [], 0, None
        for _, spill in self.spilled:
            spill.close()
        self.spilled = []

    def _joined(self) -> pl.DataFrame:
        return pl.concat(moved(table, shift) for shift, table in self.parts)

    def _spill(self) -> None:
        """Move what is in memory to temporary files."""
        if not self.parts:
            return
        spill = Spill()
        for part, rows in enumerate(self.by_range()):
            if len(rows):
                rows.write_ipc(spill.file(part))
        self.spilled.append((0, spill))


def moved(table: pl.DataFrame, lines: int) -> pl.DataFrame:
    """Return a table whose lines come after so many others. There may be more lines than 32 bits can count."""
    return table.with_columns(pl.col("line").cast(pl.UInt64) + lines)


class Fingerprints(Keyed):
    """For each record: its line, a signature of its input's normal form, and hashes of input, answer and what is further.

    The hash of the input is that of a conversation's roles too.

    24 bytes a record (UInt64 the signature, UInt32 the others).
    """

    key: ClassVar[str] = "signature"

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        if len(block.frame):
            signature = signatures(block.frame.get_column("input"), head=context.head).alias("signature")
            parts = {column: hash32(pl.col(column)) for column in (INPUT, ANSWER, FURTHER)}
            if ORDER in block.frame.columns:
                parts[INPUT] = pl.when(pl.col(ORDER) == "").then(parts[INPUT]).otherwise(parts[INPUT] ^ hash32(pl.col(ORDER)))
            self.keep(block.frame.select("line", signature, **parts))


BANDS, ROWS = 8, 8
"""MinHash bands and rows: of two texts with a similarity of 0.9, 99 in 100 share a band; of 0.7, 38, which are then compared."""


class Sketches(Keyed):
    """For each record and band of the MinHash of its input's words, three by three: its line, and a hash; 96 bytes a record."""

    key: ClassVar[str] = "band"

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        from rensa import RMinHash  # noqa: PLC0415 - the rule that needs it is off by default

        frame = block.frame.filter(pl.col(INPUT) != "")
        if len(frame):
            shingled = [sorted(shingles(text)) for text in frame.get_column(INPUT)]
            digests = RMinHash.digests_from_token_sets(shingled, BANDS * ROWS, 42)
            rows = [(band, tuple(digest[band * ROWS : band * ROWS + ROWS])) for digest in digests for band in range(BANDS)]
            bands = pl.Series("band", [hash(row) % 2**64 for row in rows], pl.UInt64)
            line = frame.get_column("line")
            self.keep(pl.DataFrame([line.gather(pl.arange(0, len(rows), eager=True) // BANDS), bands]))


def shingles(text: str) -> set[str]:
    """Return the sets of three consecutive words of a text, of fewer words the text itself."""
    words = text.casefold().split()
    return {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}


def hashes(texts: Iterable[str]) -> pl.Series:
    """Return the hashes that fingerprints hold for these bodies or labels."""
    return pl.DataFrame({"text": list(texts)}, {"text": pl.String}).select(hash32(pl.col("text"))).to_series()


def hash32(text: pl.Expr) -> pl.Expr:
    """Return a hash of 32 bits; enough where a longer one was equal before."""
    return (text.hash() & 0xFFFFFFFF).cast(pl.UInt32)
