"""Data in object stores and on the web (extra `ftlint[remote]`): `s3://`, `gs://`, `az://`, `hf://`, `https://`.

obstore does the work, the Rust library object_store in Python: one wheel without dependencies. The file systems of fsspec bring
botocore, whose versions are pinned against each other and against what a pipeline has already.

Credentials are taken where the stores' own tools take them (`AWS_…`, `GOOGLE_…`, `AZURE_…`, `HF_TOKEN`), and are in no message.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any, Self

from msgspec import Struct

from ftlint.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMES = ("s3://", "gs://", "az://", "hf://", "https://", "http://")

_LISTED = ("s3://", "gs://", "az://")
"""Those in which files can be looked for."""

_AHEAD = 9 << 20
"""Bytes that are asked for at once: a block and what is needed to find its lines is one request."""

_CONDITIONAL = 256 << 20
"""Bytes up to which a file is written on the condition that nobody else wrote it; that takes one request, and so much memory."""

_MAGIC = re.compile(r"[*?\[]")

_WAIT = timedelta(seconds=30)
"""How long a request is tried again."""


class Remote(Struct, frozen=True):
    """A file in a store.

    Attributes:
        address: As the user writes it.
        size: Its bytes.
        version: What tells whether it is still the same (an entity tag); empty where the store tells none.
    """

    address: str
    size: int
    version: str = ""

    def open(self) -> IO[bytes]:
        """Return it to be read, at any place."""
        return _Reader(self)  # type: ignore[return-value] # as much of one as sources need

    def read(self, start: int, end: int) -> bytes:
        """Return bytes of it. Raises InputError where that fails."""
        store, path = _located(self.address)
        with _told(self.address):
            return bytes(_obstore().get_range(store, path, start=start, end=end)) if start < end else b""

    def check_unchanged(self) -> None:
        """Raise InputError where the file was written to since it was looked at."""
        if self.version and looked_at(self.address).version != self.version:
            raise _changed(self.address)

    def write(self, file: Path) -> None:
        """Replace it by a file of the disk, whole or not at all, if it is still what was read.

        Raises:
            InputError: Where somebody else wrote it meanwhile, or the store refuses.
        """
        refuse_unwritable(self.address)
        store, path = _located(self.address)
        conditional = self.version and file.stat().st_size <= _CONDITIONAL
        if not conditional:
            self.check_unchanged()
        with _told(self.address):
            _obstore().put(store, path, file, mode={"e_tag": self.version} if conditional else "overwrite")


class _Reader:
    """The part of a file object that sources need. It asks for more than it is asked for, and keeps that."""

    def __init__(self, remote: Remote) -> None:
        self._remote, self._at = remote, 0
        self._start, self._kept = 0, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept = b""

    def seek(self, offset: int) -> int:
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self._remote.size if size < 0 else min(self._at + size, self._remote.size)
        if not self._start <= self._at <= end <= self._start + len(self._kept):
            self._start = self._at
            self._kept = _fetched(self._remote, self._at, min(max(end, self._at + _AHEAD), self._remote.size))
        part = self._kept[self._at - self._start : max(end, self._at) - self._start]
        self._at += len(part)
        return part


@lru_cache(maxsize=2)
def _fetched(remote: Remote, start: int, end: int) -> bytes:
    """Return bytes of a file; the last ones are kept, for the lines of findings are read again and again."""
    return remote.read(start, end)


def is_address(path: str) -> bool:
    """Whether a path is an address."""
    return path.startswith(SCHEMES)


def looked_at(address: str) -> Remote:
    """Return the file of an address; raises InputError where there is none, or it cannot be read."""
    store, path = _located(address)
    with _told(address):
        about = _obstore().head(store, path)
    return Remote(address, about["size"], about.get("e_tag") or "")


def is_there(address: str) -> bool:
    """Whether there is a file; raises InputError where that cannot be told."""
    store, path = _located(address)
    with _told(address):
        try:
            _obstore().head(store, path)
        except FileNotFoundError:
            return False
    return True


def refuse_unwritable(address: str) -> None:
    """Raise InputError for an address of a service to which nothing can be written."""
    if not address.startswith(_LISTED):
        raise InputError(f"cannot write {address}: only s3://, gs:// and az:// can be written")


def write_new(address: str, file: Path, *, replaces: bool) -> None:
    """Write a file of the disk to an address, whole or not at all.

    Args:
        address: Where to.
        file: What is written.
        replaces: Whether a file that is there is replaced.

    Raises:
        InputError: Where the store refuses, or somebody else wrote a file there that is not to be replaced.

    """
    refuse_unwritable(address)
    store, path = _located(address)
    conditional = not replaces and file.stat().st_size <= _CONDITIONAL
    with _told(address):
        _obstore().put(store, path, file, mode="create" if conditional else "overwrite")


def downloaded(remote: Remote) -> Iterator[bytes]:
    """Yield the whole content of a file."""
    for start in range(0, remote.size, _AHEAD):
        yield remote.read(start, min(start + _AHEAD, remote.size))


def found(address: str, suffixes: tuple[str, ...]) -> list[str]:
    """Return the files that an address means: itself, what its pattern matches, or the data below its folder, sorted.

    Args:
        address: `*` and `?` match no slash, `**` does; one that ends in a slash is a folder.
        suffixes: What names of data end in.

    Raises:
        UsageError: Where nothing is found, or cannot be looked for.
    """
    is_folder = address.endswith("/")
    if not is_folder and (not _MAGIC.search(address) or not address.startswith(_LISTED)):
        return [address]
    if not address.startswith(_LISTED):
        raise UsageError(f"cannot look for files in {address}: only s3://, gs:// and az:// can be listed")
    root, pattern = _split(address)
    store = _store(root)
    fixed = _MAGIC.split(pattern, maxsplit=1)[0].rpartition("/")[0]
    wanted = re.compile(_expression(pattern + "**" if is_folder else pattern))
    with _told(address):
        names = [one["path"] for batch in _obstore().list(store, fixed or None) for one in batch]
    results = sorted(f"{root}/{name}" for name in names if wanted.fullmatch(name) and (not is_folder or name.endswith(suffixes)))
    if not results:
        raise UsageError(f"no files in {address}")
    return results


def _expression(pattern: str) -> str:
    """Return a regular expression for a pattern."""
    signs = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(signs.get(part) or re.escape(part) for part in re.split(r"(\*\*|\*|\?)", pattern))


def _split(address: str) -> tuple[str, str]:
    """Return the address of a store, and the path in it."""
    scheme, _, rest = address.partition("://")
    depth = 2 if scheme == "az" else 1  # Azure: account and container
    parts = rest.split("/")
    return f"{scheme}://{'/'.join(parts[:depth])}", "/".join(parts[depth:])


def _located(address: str) -> tuple[Any, str]:
    """Return the store of a file, and its path in it. Raises UsageError without the extra, InputError for what is no address."""
    root, path = _split(_of_hub(address) if address.startswith("hf://") else address)
    if not path:
        raise InputError(f"{address} names no file")
    return _store(root), path


def _of_hub(address: str) -> str:
    """Return where the Hugging Face Hub has a file: `hf://datasets/OWNER/NAME[@REVISION]/PATH`."""
    kind, _, rest = address.removeprefix("hf://").partition("/")
    owner, _, rest = rest.partition("/")
    name, _, path = rest.partition("/")
    if kind not in {"datasets", "models", "spaces"} or not path:
        raise InputError(f"{address} is not hf://datasets/OWNER/NAME/PATH")
    name, _, revision = name.partition("@")
    return f"{_hub()}/{'' if kind == 'models' else kind + '/'}{owner}/{name}/resolve/{revision or 'main'}/{path}"


def _hub() -> str:
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


@lru_cache
def _store(root: str) -> Any:
    """Return a store, once for each process."""
    _obstore()
    from obstore import store  # noqa: PLC0415 - an extra

    options: dict[str, Any] = {"timeout": "30s", "connect_timeout": "5s"}
    if root.startswith("http://") or os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true":
        options["allow_http"] = True
    if os.environ.get("HF_TOKEN") and root == _split(_hub())[0]:
        options["default_headers"] = {"Authorization": f"Bearer {os.environ['HF_TOKEN']}"}
    more: dict[str, Any] = {"client_options": options, "retry_config": {"max_retries": 5, "retry_timeout": _WAIT}}
    provider = _of_boto() if root.startswith("s3://") else None
    return store.from_url(root, **more, **({"credential_provider": provider} if provider else {}))


def _of_boto() -> Any:
    """Return boto's credentials (profiles, single sign-on), where variables name none and boto is installed."""
    if os.environ.get("AWS_ACCESS_KEY_ID") or os.environ.get("AWS_SKIP_SIGNATURE"):
        return None
    try:
        import boto3  # noqa: PLC0415 - only where it is there
        from obstore.auth.boto3 import Boto3CredentialProvider  # noqa: PLC0415 - likewise

        return Boto3CredentialProvider() if boto3.Session().get_credentials() else None
    except Exception:  # noqa: BLE001 - whatever boto finds wrong with its configuration; the store says what it needs
        return None


@lru_cache
def _obstore() -> Any:
    """Return the library; raises UsageError where it is not installed."""
    try:
        import obstore  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise UsageError("data in stores needs an extra: pip install 'ftlint[remote]'") from error
    return obstore


def _changed(address: str) -> InputError:
    return InputError(f"{address} changed while it was read; run ftlint again when nothing writes to it")


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Turn what a store complains of into one sentence, without what it quotes of requests and answers."""
    from obstore import exceptions as wrong  # noqa: PLC0415 - an extra

    try:
        yield
    except (wrong.NotFoundError, FileNotFoundError) as error:
        raise InputError(f"cannot reach {address}: no such object or bucket") from error
    except (wrong.PermissionDeniedError, wrong.UnauthenticatedError) as error:
        raise InputError(f"cannot reach {address}: access is denied; are there credentials for it?") from error
    except wrong.AlreadyExistsError as error:
        raise InputError(f"cannot write {address}: somebody else wrote it meanwhile") from error
    except wrong.PreconditionError as error:
        raise _changed(address) from error
    except (wrong.BaseError, OSError, ValueError) as error:
        raise InputError(f"cannot reach {address}: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    text = str(error)
    for sign, said in (("error sending request", "nobody answers"), ("redirect", "the region is another one (AWS_REGION)")):
        if sign in text:
            return said
    return f"the store refuses ({type(error).__name__})"
