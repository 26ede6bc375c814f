"""Puts repaired files in the place of their originals: whole or not at all."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftlint.errors import InputError
from ftlint.sources.files import put_in_place, temporary_prefix

if TYPE_CHECKING:
    from ftlint.sources import Source
    from ftlint.sources.remote import Remote


def target_of(source: Source) -> Path | None:
    """Return the file that a source's repaired form replaces: of a symbolic link its target; None for what is not a file."""
    return None if source.origin is None else Path(os.path.realpath(source.origin))


def commit(original: Source, repaired: Source) -> None:
    """Replace a file by its repaired form, or write a repaired standard input to standard output.

    Mode and owner stay; of a symbolic link its target is written; a packed file stays packed.

    Raises:
        InputError: For a file that was written to since it was read.
    """
    if original.is_stdin:
        for part in repaired.parts():
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
        return
    if original.remote and repaired is not original:
        _put(repaired, original.remote)
        return
    target = target_of(original)
    if repaired is original or target is None or repaired.file is None:
        return
    original.check_unchanged()
    if target.suffix in {".gz", ".zst"}:
        _pack(repaired, target)
    else:
        put_in_place(repaired.file, target)


def _put(repaired: Source, remote: Remote) -> None:
    """Write a repaired file where its original is; a packed one stays packed."""
    assert repaired.file is not None
    suffix = Path(remote.address).suffix
    if suffix not in {".gz", ".zst"}:
        remote.write(repaired.file)
        return
    with tempfile.NamedTemporaryFile(prefix=temporary_prefix(), suffix=".tmp") as out:
        _compress(repaired, out, suffix)
        out.flush()
        remote.write(Path(out.name))


def _pack(repaired: Source, target: Path) -> None:
    descriptor, name = tempfile.mkstemp(prefix=temporary_prefix(target.name), suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            _compress(repaired, out, target.suffix)
        put_in_place(Path(name), target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise InputError(f"cannot write {target}: {error.strerror}") from error


def _compress(repaired: Source, out: Any, suffix: str) -> None:
    assert repaired.file is not None
    with repaired.file.open("rb") as plain:
        if suffix == ".gz":
            with gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=0) as packed:
                shutil.copyfileobj(plain, packed)
            return
        import zstandard  # noqa: PLC0415 - only packed files need it

        zstandard.ZstdCompressor().copy_stream(plain, out)
