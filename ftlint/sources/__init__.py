"""Where bytes come from: files, standard input, pipes, gzip, zstd, bytes in memory; cut into blocks of whole lines.

Whatever cannot be read at any place (a pipe, a compressed file) is first copied, unpacked, to a temporary file, so that
survey, check and report read every source in the same way.
"""

from __future__ import annotations

import gzip
import os
import stat
import sys
import tempfile
import weakref
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from ftlint.errors import InputError
from ftlint.sources.charset import codec_of
from ftlint.sources.files import remove_leftovers, temporary_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BLOCK = 8 << 20
"""Bytes of a block, before it is cut at line ends: large enough that a block's fixed costs vanish, small enough for memory."""

_COPY = 1 << 20
"""Bytes that are copied at once to a temporary file."""

_SEEK = 1 << 14
"""Bytes that are read at once to find the next line."""

SUFFIXES = (".jsonl", ".ndjson")
PACKED = (".gz", ".zst")
TABLES = (".parquet", ".arrow", ".feather")
STDIN = "-"
RECORDS_NAME, FRAME_NAME = "<records>", "<frame>"
"""What records and frames in memory are called."""

BOM = b"\xef\xbb\xbf"
_MAGIC = {b"\x1f\x8b": ".jsonl.gz", b"\x28\xb5\x2f\xfd": ".jsonl.zst"}
_COLUMNAR = {b"PAR1": "a Parquet file", b"ARROW1": "an Arrow file", b"\xff\xff\xff\xff": "an Arrow stream"}
"""What tables by columns start with; they are read where they are a file of their own."""

_LFS = b"version https://git-lfs.github.com/spec/"

_NO_TEXT = {
    **_COLUMNAR,
    b"\xfd7zXZ\0": "packed with xz",
    b"BZh": "packed with bzip2",
    b"PK\x03\x04": "a zip archive or a sheet of Excel",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"\x04\x22\x4d\x18": "packed with lz4",
    b"Obj\x01": "an Avro file",
    b"SQLite format 3\0": "an SQLite database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF-": "a PDF document",
    b"\x7fELF": "a program",
    b"\x80\x04\x95": "a pickle",
}
"""What files of other formats start with."""

_TABLES = {"a zip archive or a sheet of Excel"}
"""Those of which records can be made."""

_HEAD = 4096
"""Bytes by which it is told whether a file is text."""

_NO_SIGNS = bytes(code for code in range(32) if code not in b"\b\t\n\v\f\r\x1b") + b"\x7f"
"""Control characters that no text is full of."""


class Span(NamedTuple):
    """A part of a source, in bytes: the lines that start at `start` or later and before `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """Bytes that can be read at any place, any number of times.

    path: what the user calls it. size: bytes to read; what is written to the file later is not looked at. data: the bytes
    themselves, or None; then `file` holds them. origin: the file that the user named, where it can be written again; stamp: its
    size and time of change when it was opened. temporary: whether `file` is a copy that goes when it is closed. table: what
    kind of table its rows were taken from (`a Parquet file`); empty for lines.
    """

    path: str
    size: int
    data: bytes | None = None
    file: Path | None = None
    stamp: tuple[int, int] | None = None
    temporary: bool = False
    origin: Path | None = None
    table: str = ""

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
        return self.path in {RECORDS_NAME, FRAME_NAME} or bool(self.table)

    def refuse_repair(self) -> None:
        """Raise InputError where the source is a table, which is not written."""
        if self.table:
            raise InputError(
                f"cannot repair {self.path} in place: it is {self.table}; `ftlint convert {self.path}` makes lines of it"
            )

    def check_unchanged(self) -> None:
        """Raise InputError where the file was written to since it was opened."""
        if self.origin and self.stamp and _stamp(self.origin.stat()) != self.stamp:
            raise InputError(f"{self.path} changed while it was read; run ftlint again when nothing writes to it")

    def close(self) -> None:
        """Delete the temporary copy, if there is one."""
        if self.temporary and self.file:
            self.file.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        if self.data is not None:
            import io  # noqa: PLC0415 - only library calls need it

            return io.BytesIO(self.data)
        assert self.file is not None
        try:
            return self.file.open("rb")
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error.strerror}") from error


def open_source(path: str) -> Source:
    """Return the source of a file, a FIFO, a packed file or `-` (standard input).

    Raises InputError for what does not exist, may not be read, or is damaged.
    """
    if not path:
        raise InputError("a path is empty (an unset variable?)")
    try:
        # Bytes of a name that are not UTF-8 show as escapes, in every format.
        name = os.fsencode(path).decode("utf-8", "backslashreplace")
        if path == STDIN:
            return _spool(name, parts_of(sys.stdin.buffer))
        file = Path(path)
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{path} is a folder, not a file")
        if file.suffix in PACKED:
            return _unpack(name, file, _stamp(status))
        if not stat.S_ISREG(status.st_mode):
            with file.open("rb") as stream:
                return _spool(name, parts_of(stream))
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
        if kind := next((kind for mark, kind in _COLUMNAR.items() if head.startswith(mark)), ""):
            from ftlint.sources.columnar import lines_of  # noqa: PLC0415 - it needs polars

            return temporary_source(name, lambda copy: copy.writelines(lines_of(name, file)), table=kind)
        _refuse_what_is_no_text(name, head)
        return Source(name, status.st_size, file=file, origin=file, stamp=_stamp(status))
    except OSError as error:
        reason = "No such file or folder" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
        raise InputError(f"cannot read {path}: {reason}") from error
    except ValueError as error:  # a NUL byte in a path
        raise InputError(f"cannot read {path!r}: {error}") from error


def content_of(path: str) -> bytes:
    """Return the bytes of a file, of a packed one, or of standard input (`-`), whatever they are."""
    try:
        if path == STDIN:
            return sys.stdin.buffer.read()
        if Path(path).suffix in PACKED:
            return b"".join(unpacking(Path(path)))
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _refuse_what_is_no_text(path: str, head: bytes) -> None:
    """Raise InputError for the first bytes of a file that holds something else than lines of text, and must not be written."""
    if head.startswith(_LFS):
        raise InputError(f"{path} is a Git LFS pointer, not the data; run `git lfs pull`")
    if kind := next((suffix for mark, suffix in _MAGIC.items() if head.startswith(mark)), None):
        raise InputError(f"{path} is packed; give it a name that ends in {kind}")
    if kind := next((kind for mark, kind in _NO_TEXT.items() if head.startswith(mark)), None):
        further = "; under its own ending, `ftlint convert` makes lines of it" if kind in _TABLES else ""
        raise InputError(f"{path} is {kind}, not lines of JSON{further}")
    # Damaged JSON is still JSON, whatever is in it.
    if codec_of(head[:64]) or head.removeprefix(BOM).lstrip()[:1] in {b"", b"{", b"[", b'"'}:
        return
    strange = len(head) - len(head.translate(None, _NO_SIGNS))
    if b"\0" in head or 10 * strange > len(head):
        raise InputError(f"{path} is no text: {strange:,} of its first {len(head):,} bytes are control characters")


def _unpack(path: str, file: Path, stamp: tuple[int, int]) -> Source:
    return _spool(path, unpacking(file), file, stamp)


def unpacking(file: Path) -> Iterator[bytes]:
    """Yield the content of a packed file; raises InputError where it is damaged."""
    try:
        with file.open("rb") as packed:
            if file.suffix.lower() == ".zst":
                yield from _unzstd(packed)
            else:
                with gzip.open(packed) as stream:
                    yield from parts_of(stream)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"cannot unpack {file}: {error}") from error


def _unzstd(packed: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of zstd frames; raises EOFError where the last one is cut off, or it is no zstd at all."""
    import zstandard  # noqa: PLC0415 - only packed files need it

    unpacker = zstandard.ZstdDecompressor().decompressobj()
    try:
        for part in parts_of(packed):
            rest = part
            while rest:
                if unpacker.eof:
                    unpacker = zstandard.ZstdDecompressor().decompressobj()
                yield unpacker.decompress(rest)
                rest = unpacker.unused_data
    except zstandard.ZstdError as error:
        raise EOFError(str(error)) from error
    if not unpacker.eof:
        raise EOFError("it ends before its end mark (cut off?)")


def parts_of(stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """Yield what a stream holds, a part after the other."""
    return iter(lambda: stream.read(_COPY), b"")


def _spool(path: str, parts: Iterable[bytes], origin: Path | None = None, stamp: tuple[int, int] | None = None) -> Source:
    """Copy what is read from a stream to a temporary file."""
    remove_leftovers(Path(tempfile.gettempdir()))
    source = temporary_source(path, lambda copy: copy.writelines(parts), origin=origin, stamp=stamp)
    _refuse_what_is_no_text(path, source.head(_HEAD))
    return source


def temporary_source(
    path: str,
    write: Callable[[IO[bytes]], None],
    beside: Path | None = None,
    *,
    origin: Path | None = None,
    stamp: tuple[int, int] | None = None,
    table: str = "",
) -> Source:
    """Return a source of what is written, in a temporary file that goes when it is closed, or when nobody has it any more.

    beside: the file that it will replace; without it the file is in the folder for temporary files. origin, stamp, table: as of
    `Source`.
    """
    prefix = temporary_prefix(beside.name if beside else "")
    try:
        descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=beside and beside.parent)
    except OSError as error:
        folder = beside.parent if beside else tempfile.gettempdir()
        raise InputError(f"cannot write to folder {folder}: {error.strerror}") from error
    file = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            write(out)
            size = out.tell()
    except OSError as error:
        file.unlink(missing_ok=True)
        if error.errno is None:  # not of the disk, but of what was to be unpacked
            raise
        raise InputError(f"cannot write a copy of {path} in {file.parent}: {error.strerror or error}") from error
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    source = Source(path, size, file=file, stamp=stamp, temporary=True, origin=origin, table=table)
    weakref.finalize(source, file.unlink, missing_ok=True)
    return source
