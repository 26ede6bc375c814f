"""What is gathered from all records, block by block, for the rules that judge the whole dataset.

A metric is a monoid: a fresh one is the identity, `merge` is associative, and adding all records at once is the same as
merging what was added in parts. Lines are counted from the metric's own first line; `merge` shifts those of its right side.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

import polars as pl

from ftlint.errors import ConfigError
from ftlint.rule import numbers
from ftlint.sources.files import remove_leftovers, temporary_prefix
from ftlint.text.labels import merged, variants
from ftlint.text.normal import signatures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.records.reader import Decoded
    from ftlint.records.spread import Spread
    from ftlint.sources.charset import Charset

SPILL = 64 << 20
"""Bytes of memory for fingerprints before they go to temporary files; FTLINT_SPILL_BYTES sets another bound.

A third of it is for what is kept: sorting it into files takes two copies.
"""

BROKEN = ("invalid-json", "invalid-utf8")
"""Faults of lines that are not understood."""

_PARTITIONS = 64


def _spill_bytes() -> int:
    text = os.environ.get("FTLINT_SPILL_BYTES", str(SPILL))
    if not text.isdecimal():
        raise ConfigError(f"FTLINT_SPILL_BYTES should be a number of bytes, not {text!r}")
    return int(text)


@dataclass
class Block:
    """What a metric may look at: raw bytes, what was decoded, the record table with all derived columns.

    byte_order_mark: whether one was taken from the front of the bytes.
    """

    data: bytes
    decoded: Decoded
    frame: pl.DataFrame
    byte_order_mark: bool = False


class Metric:
    """The base of all metrics.

    lines: how many it has seen. needs_texts: whether it looks at the texts of records, which only dialects have that are
    checked.
    """

    needs_texts: ClassVar[bool] = True
    lines: int = 0

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block, to a fresh metric."""
        raise NotImplementedError

    def merge(self, other: Self) -> None:
        """Take in what comes after."""
        raise NotImplementedError

    def close(self) -> None:
        """Free what is not memory."""


M = TypeVar("M", bound=Metric)


@dataclass
class Gathered:
    """What is known of the files of one role when all their records were seen.

    role: `train` or `valid`. metrics: by their class. files: the facts of each file. fetch: given line numbers, the
    records' texts by line, read again from the files; for the few records that must be looked at closely.
    train: in a validation file's, what is known of its training files. memo: what several rules find out once.
    """

    role: str
    context: Context
    metrics: Mapping[type[Metric], Metric]
    files: Sequence[FileFacts]
    fetch: Callable[[Sequence[int]], Iterator[tuple[int, Mapping[str, str]]]]
    train: Gathered | None = None
    memo: dict[str, Any] = field(default_factory=dict)

    def get(self, kind: type[M]) -> M:
        """Return the metric of a kind."""
        found = self.metrics[kind]
        assert isinstance(found, kind)
        return found

    @property
    def records(self) -> int:
        """How many records the files hold."""
        return sum(facts.records for facts in self.files)

    @property
    def conforming(self) -> int:
        """How many of the records are of the dialect."""
        return sum(facts.conforming for facts in self.files)

    def by_file(self, lines: pl.Series) -> Iterator[tuple[FileFacts, pl.Series]]:
        """Yield the facts of each file, and those of the lines that are in it."""
        first = 0
        for facts in self.files:
            yield facts, lines.filter((lines >= first) & (lines < first + facts.lines))
            first += facts.lines

    @property
    def mostly_broken(self) -> bool:
        """Whether most lines are no records."""
        return 2 * self.records < sum(facts.lines - facts.blank for facts in self.files) or not self.records


@dataclass
class FileFacts(Metric):
    """A file's bytes, counted. Always gathered, one for each file.

    size: in bytes. records: objects. conforming: those that are of the dialect. nested: whether a line that is no JSON opens
    or closes something, so that the commas after others may be a part of it. stuck_returns: carriage returns that end lines
    which are no JSON. charset: the wide encoding that the file is in instead of UTF-8. spread: what the file holds that is
    not one object a line. lines_wanted: whether it may be made one object a line; not where its name ends in `.json`.
    """

    lines: int = 0
    size: int = 0
    records: int = 0
    blank: int = 0
    conforming: int = 0
    nested: bool = False
    carriage_returns: int = 0
    stuck_returns: int = 0
    byte_order_mark: bool = False
    final_newline: bool = True
    charset: Charset | None = None
    spread: Spread | None = None
    lines_wanted: bool = True

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
        self.lines = block.decoded.lines
        self.size = len(block.data)
        self.records = block.decoded.objects
        self.blank = len(block.decoded.faults.get("blank", ()))
        self.conforming = len(block.frame)
        self.nested = _is_nested(block)
        # Carriage returns are rare, and to look for the single byte is ten times faster than to count pairs.
        if b"\r" in block.data:
            self.carriage_returns = block.data.count(b"\r\n")
            self.stuck_returns = _stuck_returns(block)
        self.byte_order_mark = block.byte_order_mark
        self.final_newline = not block.data or block.data.endswith(b"\n")

    def merge(self, other: FileFacts) -> None:
        """Take in what comes after."""
        if other.size:
            self.final_newline = other.final_newline
        self.byte_order_mark |= other.byte_order_mark
        self.lines += other.lines
        self.size += other.size
        self.records += other.records
        self.blank += other.blank
        self.carriage_returns += other.carriage_returns
        self.stuck_returns += other.stuck_returns
        self.conforming += other.conforming
        self.nested |= other.nested


def _is_nested(block: Block) -> bool:
    """Whether a line that is no JSON begins with what closes or ends with what opens an object or array."""
    broken = block.decoded.faults.get("invalid-json", ())
    lines = block.data.split(b"\n") if broken else []
    bare = (lines[line].strip() for line in broken)
    return any(line[:1] in {b"[", b"]", b"}"} or line[-1:] in {b"[", b"{"} for line in bare)


def _stuck_returns(block: Block) -> int:
    """Return how many of the lines that are no JSON end in a carriage return and a line feed."""
    broken = [line for fault in BROKEN for line in block.decoded.faults.get(fault, ())]
    lines = block.data.split(b"\n")[:-1] if broken else []
    return sum(lines[line].endswith(b"\r") for line in broken if line < len(lines))


@dataclass
class Shapes(Metric):
    """Lines whose keys are not those of the dialect: by the keys found, by unknown key, by other dialect.

    strings: by the keys found, those whose values are strings in all of the lines. records: objects.
    """

    lines: int = 0
    records: int = 0
    needs_texts: ClassVar[bool] = False
    missing: dict[tuple[str, ...], pl.Series] = field(default_factory=dict)
    strings: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    unknown: dict[str, pl.Series] = field(default_factory=dict)
    foreign: dict[str, pl.Series] = field(default_factory=dict)

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        decoded = block.decoded
        self.lines, self.records = decoded.lines, decoded.objects
        self.missing = {keys: numbers(at) for keys, at in decoded.missing.items()}
        self.strings = {keys: frozenset(found) for keys, found in decoded.strings.items()}
        self.unknown = {key: numbers(at) for key, at in decoded.unknown.items()}
        self.foreign = {name: numbers(at) for name, at in decoded.foreign.items()}

    def merge(self, other: Shapes) -> None:
        """Take in what comes after."""
        for mine, others in ((self.missing, other.missing), (self.unknown, other.unknown), (self.foreign, other.foreign)):
            extend(cast("dict[Any, pl.Series]", mine), cast("dict[Any, pl.Series]", others), self.lines)
        for keys, found in other.strings.items():
            self.strings[keys] = self.strings.get(keys, found) & found
        self.lines += other.lines
        self.records += other.records


def extend(mine: dict[Any, pl.Series], others: Mapping[Any, pl.Series], shift: int) -> None:
    """Take in the lines, by key, of what comes after; `shift` is how many lines came before."""
    for key, at in others.items():
        mine[key] = mine[key].append(at + shift) if key in mine else at + shift


@dataclass
class Labels(Metric):
    """Labels with their number of records and their first line."""

    lines: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        self.lines = block.decoded.lines
        labels = block.frame.get_column("label")
        first = block.frame[labels.arg_unique().sort()].select("label", "line")
        counts = dict(labels.value_counts().iter_rows())
        for label, line in first.iter_rows():
            if label:
                self.counts[label], self.first[label] = counts[label], line

    @cached_property
    def merged(self) -> dict[str, int]:
        """The counts with each variant counted as its commoner form; to be asked for when all is gathered."""
        return merged(self.counts)

    @cached_property
    def variants(self) -> dict[str, str]:
        """The commoner form of each label that is a variant of one; to be asked for when all is gathered."""
        return variants(self.counts)

    def merge(self, other: Labels) -> None:
        """Take in what comes after."""
        for label, count in other.counts.items():
            self.counts[label] = self.counts.get(label, 0) + count
            self.first.setdefault(label, other.first[label] + self.lines)
        self.lines += other.lines


@dataclass
class Extremes(Metric):
    """The least and the greatest of all bodies and of all labels; what these two start with, all start with."""

    lines: int = 0
    records: int = 0
    bounds: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        self.lines, self.records = block.decoded.lines, len(block.frame)
        for column in ("body", "label") if self.records else ():
            texts = block.frame.get_column(column)
            self.bounds[column] = (str(texts.min()), str(texts.max()))

    def merge(self, other: Extremes) -> None:
        """Take in what comes after."""
        for column, (least, greatest) in other.bounds.items():
            mine = self.bounds.get(column, (least, greatest))
            self.bounds[column] = (min(mine[0], least), max(mine[1], greatest))
        self.lines += other.lines
        self.records += other.records

    def prefix(self, column: str) -> str:
        """Return the text that all start with; no text where all are equal."""
        least, greatest = self.bounds.get(column, ("", ""))
        return os.path.commonprefix([least, greatest]) if least != greatest else ""


@dataclass
class Occurrences(Metric):
    """How many records hold each of some texts, and where first."""

    lines: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)

    def note(self, text: str, lines: Iterable[int]) -> None:
        """Count the lines (in rising order) that hold a text."""
        at = list(lines)
        if at:
            self.counts[text] += len(at)
            self.first.setdefault(text, at[0])

    def merge(self, other: Self) -> None:
        """Take in what comes after."""
        self.counts.update(other.counts)
        for text, line in other.first.items():
            self.first.setdefault(text, line + self.lines)
        self.lines += other.lines


@dataclass
class Fingerprints(Metric):
    """For each record: its line, a signature that bodies of one normal form share, a hash of the body, one of the label.

    20 bytes a record (UInt64 the signature, UInt32 the others). Beyond a bound they go to temporary files, one for each
    range of signatures, so that what may be equal always comes together.
    """

    lines: int = 0
    parts: list[tuple[int, pl.DataFrame]] = field(default_factory=list)
    size: int = 0
    folder: tempfile.TemporaryDirectory[str] | None = None
    spills: int = 0

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.lines = block.decoded.lines
        if len(block.frame):
            signature = signatures(block.frame.get_column("body"), head=context.heads_differ).alias("signature")
            table = block.frame.select("line", signature, body=hash32(pl.col("body")), label=hash32(pl.col("label")))
            self.parts, self.size = [(0, table)], int(table.estimated_size())

    def merge(self, other: Fingerprints) -> None:
        """Take in what comes after; `other` has not spilled."""
        self.parts.extend((self.lines + shift, table) for shift, table in other.parts)
        self.lines += other.lines
        self.size += other.size
        if 3 * self.size > _spill_bytes():
            self._spill()

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield tables of all fingerprints; records of equal signature are in one table."""
        if self.folder is None:
            if self.parts:
                yield self._joined()
            return
        self._spill()
        for part in range(_PARTITIONS):
            files = [path for spill in range(self.spills) if (path := self._file(part, spill)).exists()]
            if files:
                yield pl.concat(pl.read_ipc(path) for path in files)

    def close(self) -> None:
        """Delete the temporary files."""
        if self.folder:
            self.folder.cleanup()

    def _joined(self) -> pl.DataFrame:
        return pl.concat(table.with_columns(pl.col("line") + shift) for shift, table in self.parts)

    def _file(self, part: int, spill: int) -> Path:
        assert self.folder
        return Path(self.folder.name, f"{part}-{spill}.arrow")

    def _spill(self) -> None:
        """Move what is in memory to the temporary files."""
        if not self.parts:
            return
        if self.folder is None:
            remove_leftovers(Path(tempfile.gettempdir()))
            self.folder = tempfile.TemporaryDirectory(prefix=temporary_prefix(), suffix=".tmp")
        table = self._joined().with_columns(part=pl.col("signature") // (2**64 // _PARTITIONS))
        parts = table.partition_by("part", as_dict=True, include_key=False)
        for (part,), rows in parts.items():
            rows.write_ipc(self._file(part, self.spills))
        self.spills += 1
        self.parts, self.size = [], 0


BANDS, ROWS = 8, 8
"""MinHash bands and rows: of two texts with a similarity of 0.9, 99 in 100 share a band; of 0.7, 38, which are then compared."""


@dataclass
class Sketches(Metric):
    """For each record its line and one hash a band of the MinHash of its body's words, three by three; 68 bytes a record."""

    lines: int = 0
    parts: list[tuple[int, pl.DataFrame]] = field(default_factory=list)

    def add(self, block: Block, context: Context) -> None:  # noqa: ARG002 - the signature of all metrics
        """Gather from a block."""
        from rensa import RMinHash  # noqa: PLC0415 - the rule that needs it is off by default

        self.lines = block.decoded.lines
        frame = block.frame.filter(pl.col("body") != "")
        if len(frame):
            shingled = [sorted(shingles(body)) for body in frame.get_column("body")]
            digests = RMinHash.digests_from_token_sets(shingled, BANDS * ROWS, 42)
            bands = [
                pl.Series(f"band{band}", [hash(tuple(digest[band * ROWS : band * ROWS + ROWS])) for digest in digests], pl.Int64)
                for band in range(BANDS)
            ]
            self.parts = [(0, frame.select("line").hstack(bands))]

    def merge(self, other: Sketches) -> None:
        """Take in what comes after."""
        self.parts.extend((self.lines + shift, table) for shift, table in other.parts)
        self.lines += other.lines

    def table(self) -> pl.DataFrame:
        """Return all records' bands."""
        return pl.concat(table.with_columns(pl.col("line") + shift) for shift, table in self.parts)


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
