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
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ftlint.errors import InputError
from ftlint.sources.charset import codec_of
from ftlint.sources.files import remove_leftovers, temporary_prefix
from ftlint.sources.remote import downloaded, is_address, looked_at
from ftlint.sources.source import BOM, PACKED, STDIN, Source, stamp_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_COPY = 1 << 20
"""Bytes that are copied at once to a temporary file."""

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


def open_source(path: str, stdin: str = STDIN) -> Source:
    """Return the source of a file, a FIFO, a packed file or `-` (standard input). stdin: what that is called.

    Raises:
        InputError: For what does not exist, may not be read, or is damaged.
    """
    if not path:
        raise InputError("a path is empty (an unset variable?)")
    try:
        # Bytes of a name that are not UTF-8 show as escapes, in every format.
        name = os.fsencode(path).decode("utf-8", "backslashreplace")
        if path == STDIN:
            return _spool(stdin, parts_of(sys.stdin.buffer), is_stdin=True)
        if is_address(path):
            return _open_remote(path)
        file = Path(path)
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{path} is a folder, not a file")
        if file.suffix in PACKED:
            return _spool(name, unpacking(file), origin=file, stamp=stamp_of(status))
        if not stat.S_ISREG(status.st_mode):
            with file.open("rb") as stream:
                return _spool(name, parts_of(stream))
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
        if kind := next((kind for mark, kind in _COLUMNAR.items() if head.startswith(mark)), ""):
            from ftlint.sources.columnar import lines_of  # noqa: PLC0415 - it needs polars

            return temporary_source(name, lambda copy: copy.writelines(lines_of(name, file)), table=kind)
        _refuse_what_is_no_text(name, head)
        return Source(name, status.st_size, file=file, origin=file, stamp=stamp_of(status))
    except OSError as error:
        reason = "No such file or folder" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
        raise InputError(f"cannot read {path}: {reason}") from error
    except ValueError as error:  # a NUL byte in a path
        raise InputError(f"cannot read {path!r}: {error}") from error


def _open_remote(address: str) -> Source:
    """Return the source of a file in a store: read there, but for what is packed or a table, which is copied."""
    remote = looked_at(address)
    head = remote.read(0, min(_HEAD, remote.size))
    is_packed = address.endswith(PACKED)
    kind = next((kind for mark, kind in _COLUMNAR.items() if head.startswith(mark)), "")
    if not is_packed and not kind:
        _refuse_what_is_no_text(address, head)
        return Source(address, remote.size, remote=remote)
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
        copy = Path(folder, address.rpartition("/")[2])
        with copy.open("wb") as out:
            out.writelines(downloaded(remote))
        if is_packed:
            return _spool(address, unpacking(copy), remote=remote)
        from ftlint.sources.columnar import lines_of  # noqa: PLC0415 - it needs polars

        return temporary_source(address, lambda lines: lines.writelines(lines_of(address, copy)), table=kind, remote=remote)


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
        raise InputError(f"{path} is not text: {strange:,} of its first {len(head):,} bytes are control characters")


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
    """Yield the content of zstd frames; raises EOFError where the last one is cut off, or it is not zstd at all."""
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


def _spool(path: str, parts: Iterable[bytes], **about: Any) -> Source:
    """Copy what is read from a stream to a temporary file."""
    remove_leftovers(Path(tempfile.gettempdir()))
    source = temporary_source(path, lambda copy: copy.writelines(parts), **about)
    _refuse_what_is_no_text(path, source.head(_HEAD))
    return source


def temporary_source(path: str, write: Callable[[IO[bytes]], None], beside: Path | None = None, **about: Any) -> Source:
    """Return a source of what is written, in a temporary file that goes when it is closed, or when nobody has it any more.

    Args:
        beside: The file that it will replace; without it the file is in the folder for temporary files.
        **about: What else is known of it, as attributes of `Source`.
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
    source = Source(path, size, file=file, temporary=True, **about)
    weakref.finalize(source, file.unlink, missing_ok=True)
    return source
