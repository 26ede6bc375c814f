"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ftlint.errors import FtlintError
from ftlint.sources import remote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPEN_ALREADY = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/")
"""Names of what the shell has opened; to replace the file behind them would leave the shell with the old one."""


def temporary_prefix(name: str = "") -> str:
    """Return what the names of temporary files start with; the process's number tells whether it still runs.

    Args:
        name: Of the file beside which they are made, which they will replace; empty for those in the folder of temporary files.
    """
    return f"{_start(name)}{os.getpid()}-"


def _start(name: str) -> str:
    # Of a long name a part is enough, and leaves room: a name has at most 255 bytes.
    return f".{name[:50]}.ftlint-" if name else "ftlint-"


def remove_leftovers(folder: Path, name: str = "") -> None:
    """Delete temporary files that processes left behind which were killed; `name` is as in `temporary_prefix`."""
    start = _start(name)
    with suppress(OSError):
        for path in folder.iterdir():
            number = path.name.removeprefix(start).split("-", 1)[0]
            if path.name.startswith(start) and path.suffix == ".tmp" and number.isdigit() and not _runs(int(number)):
                with suppress(OSError):  # somebody else's
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def put_in_place(new: Path, target: Path) -> None:
    """Replace a file by a new one of the same file system, atomically and durably; mode and owner of an old one stay."""
    with suppress(FileNotFoundError):
        status = target.stat()
        new.chmod(stat.S_IMODE(status.st_mode))
        # Only root may give files away; a group of one's own is kept, and the mode in any case.
        for owner in (status.st_uid, -1):
            with suppress(PermissionError):
                os.chown(new, owner, status.st_gid)
                break
    with new.open("rb+") as file:
        os.fsync(file.fileno())
    new.replace(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def writing(path: str) -> Iterator[IO[bytes]]:
    """Open a file that appears, or changes, only when all of it is written; a symbolic link's target, not the link.

    What is not a regular file (a pipe, a terminal, a device) is written to directly, what goes to a store when it is whole.

    Raises:
        FtlintError: Where that fails.
    """
    with writing_all([path]) as [stream]:
        yield stream


@contextmanager
def writing_all(paths: Sequence[str]) -> Iterator[list[IO[bytes]]]:
    """Open files that appear, or change, only when all of them are written whole. Raises FtlintError where one cannot be."""
    drafts = [_Upload(path) if remote.is_address(path) else _Draft(path) for path in paths]
    try:
        for draft in drafts:
            draft.open()
        yield [draft.stream for draft in drafts]
        for draft in drafts:
            draft.finish()
        for draft in drafts:
            draft.put_in_place()
    except OSError as error:
        raise FtlintError(f"cannot write {', '.join(paths)}: {error.strerror}") from error
    finally:
        for draft in drafts:
            draft.discard()


class _Draft:
    """A file that is written beside the one that it will replace; what is not a regular file is written to directly."""

    stream: IO[bytes]

    def __init__(self, path: str) -> None:
        if "\0" in path:
            raise FtlintError(f"cannot write {path!r}: the path contains a null byte")
        self._path = path
        self._target = Path(os.path.realpath(path))
        self._beside: Path | None = None

    def open(self) -> None:
        if self._path.startswith(_OPEN_ALREADY) or (self._target.exists() and not self._target.is_file()):
            self.stream = Path(self._path).open("wb")  # noqa: SIM115 - likewise
            return
        remove_leftovers(self._target.parent, self._target.name)
        self.stream = tempfile.NamedTemporaryFile(  # noqa: SIM115 - it stays open until all are written
            prefix=temporary_prefix(self._target.name), suffix=".tmp", dir=self._target.parent, delete=False
        )
        self._beside = Path(self.stream.name)
        self._beside.chmod(0o666 & ~_umask())

    def finish(self) -> None:
        """Write all that is still in memory; what fails, fails here."""
        self.stream.flush()
        if self._beside:
            os.fsync(self.stream.fileno())
        self.stream.close()

    def put_in_place(self) -> None:
        if self._beside:
            put_in_place(self._beside, self._target)

    def discard(self) -> None:
        with suppress(AttributeError, OSError):
            self.stream.close()
        if self._beside:
            self._beside.unlink(missing_ok=True)


class _Upload(_Draft):
    """A file that is written on the disk, and then to its address in a store."""

    def __init__(self, path: str) -> None:
        remote.refuse_unwritable(path)
        self._path, self._replaces = path, remote.is_there(path)
        self._beside = None

    def open(self) -> None:
        self.stream = tempfile.NamedTemporaryFile(  # noqa: SIM115 - it stays open until all are written
            prefix=temporary_prefix(), suffix=".tmp", delete=False
        )
        self._beside = Path(self.stream.name)

    def put_in_place(self) -> None:
        assert self._beside
        remote.write_new(self._path, self._beside, replaces=self._replaces)


def is_taken(place: str) -> bool:
    """Whether there is something where a file is to be written; raises InputError for an address that cannot be written."""
    if remote.is_address(place):
        remote.refuse_unwritable(place)
    return remote.is_there(place) if remote.is_address(place) else Path(place).exists()


def is_file(place: str) -> bool:
    """Whether what is at a path or an address is a file, and no pipe or device."""
    return remote.is_there(place) if remote.is_address(place) else Path(place).is_file()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
