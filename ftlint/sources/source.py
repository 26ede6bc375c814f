"""A source: bytes that can be read at any place, cut into spans of whole lines."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, NamedTuple

from msgspec import Struct

from ftlint.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from ftlint.sources.remote import Remote

BLOCK = 8 << 20
"""Bytes of a block, before it is cut at line ends: large enough that a block's fixed costs vanish, small enough for memory."""

_SEEK = 1 << 14
"""Bytes that are read at once to find the next line."""

SUFFIXES = (".jsonl", ".ndjson")
PACKED = (".gz", ".zst")
TABLES = (".parquet", ".arrow", ".feather")
STDIN = "-"
RECORDS_NAME, FRAME_NAME, LINE_NAME = "<records>", "<frame>", "<line>"
"""What records, frames and single lines in memory are called."""

BOM = b"\xef\xbb\xbf"


class Span(NamedTuple):
    """A part of a source, in bytes: the lines that start at `start` or later and before `end`."""

    start: int
    end: int


class Source(Struct, frozen=True, weakref=True):
    """Bytes that can be read at any place, any number of times.

    Attributes:
        path: What the user calls it.
        size: Bytes to read; what is written to the file later is not looked at.
        data: The bytes themselves, or None; then `file` holds them.
        origin: The file that the user named, where it can be written again.
        stamp: Its size and time of change when it was opened.
        temporary: Whether `file` is a copy that goes when it is closed.
        table: What kind of table its rows were taken from (`a Parquet file`); empty for lines.
        is_stdin: Whether it is standard input, whatever it is called.
        remote: Where it is, if that is no disk; `file` is then a copy, if there is one.
    """

    path: str
    size: int
    data: bytes | None = None
    file: Path | None = None
    stamp: tuple[int, int] | None = None
    temporary: bool = False
    origin: Path | None = None
    table: str = ""
    is_stdin: bool = False
    remote: Remote | None = None

    def spans(self, block: int = BLOCK) -> Iterator[Span]:
        """Yield spans that cover the source, each about `block` bytes."""
        for start in range(0, self.size, block):
            yield Span(start, min(start + block, self.size))

    def read(self, span: Span) -> tuple[int, bytes]:
        """Return the whole lines of a span, and the byte offset of the first; no bytes where no line starts in it."""
        with self._open() as file:
            begin = self._next_line(file, span.start, span.end)
            if begin >= span.end:
                return span.end, b""
            end = self._next_line(file, span.end, self.size)
            file.seek(begin)
            return begin, file.read(end - begin)

    def _next_line(self, file: IO[bytes], start: int, end: int) -> int:
        """Return where the first line starts that does so at `start` or later; `end` where none does before."""
        if start == 0 or start >= end:
            return min(start, end)
        # The byte before tells whether a line starts right here. A line may be long: look no farther than asked.
        at = start - 1
        file.seek(at)
        while at < end:
            part = file.read(min(_SEEK, end - at))
            newline = part.find(b"\n")
            if newline >= 0 or not part:
                return at + newline + 1 if part else end
            at += len(part)
        return end

    def head(self, size: int) -> bytes:
        """Return the first bytes."""
        with self._open() as file:
            return file.read(min(size, self.size))

    def parts(self) -> Iterator[bytes]:
        """Yield all bytes, in parts that are cut anywhere."""
        with self._open() as file:
            left = self.size
            while left > 0 and (part := file.read(min(BLOCK, left))):
                yield part
                left -= len(part)

    @property
    def takes_lines(self) -> bool:
        """Whether one object a line is what the source's name promises, or it has none; a `.json` file stays one of JSON."""
        stem = self.path
        for packed in PACKED:
            stem = stem.removesuffix(packed)
        return self.path == STDIN or self.path.startswith("<") or stem.endswith(SUFFIXES)

    @property
    def made_of_records(self) -> bool:
        """Whether the lines were made from records in memory or rows of a table, so that each is one, whatever it holds."""
        return self.path in {RECORDS_NAME, FRAME_NAME, LINE_NAME} or bool(self.table)

    def refuse_repair(self) -> None:
        """Raise InputError where the source is a table, which is not written."""
        if self.table:
            raise InputError(
                f"cannot repair {self.path} in place: it is {self.table}; `ftlint convert {self.path}` makes lines of it"
            )

    def check_unchanged(self) -> None:
        """Raise InputError where the file was written to since it was opened."""
        if self.remote:
            self.remote.check_unchanged()
        if self.origin and self.stamp and stamp_of(self.origin.stat()) != self.stamp:
            raise InputError(f"{self.path} changed while it was read; run ftlint again when nothing writes to it")

    def close(self) -> None:
        """Delete the temporary copy, if there is one."""
        if self.temporary and self.file:
            self.file.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        if self.data is not None:
            return io.BytesIO(self.data)
        if self.file is None:
            assert self.remote is not None
            return self.remote.open()
        try:
            return self.file.open("rb")
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error.strerror}") from error


def stamp_of(status: os.stat_result) -> tuple[int, int]:
    """Return by what a change of a file is known: its size, and when it was written."""
    return status.st_size, status.st_mtime_ns
