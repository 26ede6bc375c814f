"""Files that are packed, or come from standard input: copied to a temporary file, for a table is read more than once."""

from __future__ import annotations

import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftlint.errors import InputError
from ftlint.sources import PACKED, STDIN, parts_of, temporary_source, unpacking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST = 8 << 30
"""Bytes that a packed file may have when it is unpacked."""


def unpacked(path: str) -> tuple[str, Path, Any]:
    """Return the name that tells the format, the file to read, and what keeps a temporary file alive.

    Raises:
        InputError: For what cannot be unpacked, or is too large.
    """
    file = Path(path)
    if path == STDIN:
        return path, *_copied(path, parts_of(sys.stdin.buffer))
    if file.suffix.lower() in PACKED and file.is_file():
        return file.stem, *_copied(path, unpacking(file))
    if file.suffix.lower() == ".zip" and file.is_file():
        try:
            with zipfile.ZipFile(file) as archive:
                name = _only_member(path, archive)
                with archive.open(name) as stream:
                    return name, *_copied(path, parts_of(stream))
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
            raise InputError(f"cannot unpack {path}: {error}") from error
    return path, file, None


def _only_member(path: str, archive: zipfile.ZipFile) -> str:
    names = [one.filename for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    if len(names) != 1:
        listed = ", ".join(names[:5]) or "nothing"
        raise InputError(f"{path} holds {len(names):,} files ({listed}); unpack it, and convert one of them")
    return names[0]


def _copied(path: str, parts: Iterable[bytes]) -> tuple[Path, Any]:
    source = temporary_source(path, lambda copy: copy.writelines(_bounded(path, parts)))
    assert source.file
    return source.file, source


def _bounded(path: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > _MOST:
            raise InputError(f"{path} has more than {_MOST >> 30} GiB when it is unpacked")
        yield part
