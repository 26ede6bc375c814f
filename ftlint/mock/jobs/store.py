"""Files, jobs, events, checkpoints and models, in one folder: tables in SQLite, contents as files beside it.

A content is on the disk, whole, before a table names it; what no table names is deleted when the folder is opened. So whatever
happens to the process, a name never stands for half a file.
"""

from __future__ import annotations

import errno
import json
import os
import random
import secrets
import sqlite3
import string
import tempfile
import threading
import time
from collections import OrderedDict
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from filelock import FileLock, Timeout

from ftlint import UsageError
from ftlint.errors import did_you_mean
from ftlint.mock.model.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS models (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS checkpoints (seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_of ON events (job, seq);
CREATE INDEX IF NOT EXISTS checkpoints_of ON checkpoints (job, seq);
"""
_RESERVE = 256 << 10
"""Bytes that are kept free for what must be written when the disk is full: that a file goes, that a job has failed."""
_LETTERS = string.ascii_letters + string.digits
_LOADED = 8
"""Models that are kept in memory."""

Body = dict[str, Any]
T = TypeVar("T")


def is_full(error: BaseException) -> bool:
    """Whether an error is that of a full disk."""
    return getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error)


class Clock:
    """Time and random names; fixed, both are the same in every run."""

    def __init__(self, *, fixed: bool = False) -> None:
        self._fixed = fixed
        self._random = random.Random(0) if fixed else secrets.SystemRandom()  # noqa: S311 - names, not secrets

    def now(self) -> int:
        """Return the time, in whole seconds since 1970."""
        return 1_700_000_000 if self._fixed else int(time.time())

    def go_on(self, made: int) -> None:
        """Go on after so many objects, so that fixed names are not made twice in one folder."""
        if self._fixed:
            self._random = random.Random(made)  # noqa: S311 - names, not secrets

    def name(self, length: int = 24) -> str:
        """Return a name that nobody else has."""
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in self._random.randbytes(length))


class Store:
    """All that the service keeps. Its methods may be called from any thread.

    Objects are kept as dicts that JSON can hold; each has an `id`.
    """

    def __init__(self, folder: Path | None = None, clock: Clock | None = None) -> None:
        """Open a folder, or a temporary one that goes when the store is closed.

        Raises:
            UsageError: For a folder that another service uses, or that cannot be one.
        """
        self.clock = clock or Clock()
        self._temporary = tempfile.TemporaryDirectory(prefix="ftlint-mock-") if folder is None else None
        self.folder = Path(self._temporary.name) if self._temporary else Path(folder or ".")
        self._guard = threading.RLock()
        self._models: OrderedDict[str, Model] = OrderedDict()
        self._doomed: list[str] = []
        try:
            (self.folder / "contents").mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self.folder / "lock")
            self._lock.acquire(timeout=0)
            self._db = sqlite3.connect(self.folder / "state.sqlite", isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.executescript(_SCHEMA)
            self._keep_reserve()
        except Timeout as error:
            raise UsageError(
                f"the folder {self.folder} is in use by another service; give this one a folder of its own"
            ) from error
        except (OSError, sqlite3.DatabaseError) as error:
            if is_full(error) or "disk I/O" in str(error):
                raise UsageError(f"there is no space left for the service's state in {self.folder}") from error
            raise UsageError(f"the folder {self.folder} cannot hold the service's state: {error}") from error
        self._sweep()
        [made] = self._db.execute("SELECT ifnull(sum(seq), 0) FROM sqlite_sequence").fetchone()
        self.clock.go_on(made)

    def close(self) -> None:
        """Close the folder; a temporary one is deleted."""
        with self._guard:
            self._db.close()
            self._lock.release()
            if self._temporary:
                self._temporary.cleanup()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all of what is done inside, or nothing."""
        with self._guard:
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._doomed.clear()
                with suppress(sqlite3.Error):  # SQLite may have rolled back already, when the disk is full
                    self._db.execute("ROLLBACK")
                raise
            while self._doomed:
                self._path(self._doomed.pop()).unlink(missing_ok=True)

    def _keep_reserve(self) -> None:
        path = self.folder / "reserve"
        if not path.exists():
            try:
                path.write_bytes(bytes(_RESERVE))
            except OSError:
                path.unlink(missing_ok=True)
                raise

    def in_need(self, work: Callable[[], T]) -> T:
        """Do work that may take what is kept free where the disk is full."""
        try:
            made = work()
        except (OSError, sqlite3.Error) as error:
            if not is_full(error):
                raise
            (self.folder / "reserve").unlink(missing_ok=True)
            made = work()
        with suppress(OSError):
            self._keep_reserve()
        return made

    def add(self, table: str, body: Body) -> None:
        """Keep a new object."""
        with self.transaction() as db:
            db.execute(f"INSERT INTO {table} (id, body) VALUES (?, ?)", (body["id"], json.dumps(body)))  # noqa: S608 - names of ours

    def put(self, table: str, body: Body) -> None:
        """Keep an object instead of the one that had its id."""
        with self.transaction() as db:
            db.execute(f"UPDATE {table} SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))  # noqa: S608 - names of ours

    def get(self, table: str, identity: str) -> Body | None:
        """Return an object, or None."""
        with self._guard:
            row = self._db.execute(f"SELECT body FROM {table} WHERE id = ?", (identity,)).fetchone()  # noqa: S608 - names of ours
        return json.loads(row[0]) if row else None

    def all(self, table: str) -> list[Body]:
        """Return all objects of a table, oldest first."""
        with self._guard:
            return [json.loads(body) for (body,) in self._db.execute(f"SELECT body FROM {table} ORDER BY seq")]  # noqa: S608 - names of ours

    def delete(self, table: str, identity: str) -> Body | None:
        """Delete an object with its content, also where the disk is full; return it, or None where there was none."""
        return self.in_need(lambda: self._delete(table, identity))

    def _delete(self, table: str, identity: str) -> Body | None:
        with self.transaction() as db:
            body = self.get(table, identity)
            db.execute(f"DELETE FROM {table} WHERE id = ?", (identity,))  # noqa: S608 - names of ours
            self._models.pop(identity, None)
            # The content goes when no table names it any more.
            self._doomed += [body["content"]] if body and body.get("content") else []
        return body

    def append(self, table: str, job: str, body: Body) -> None:
        """Keep an event or a checkpoint of a job."""
        with self.transaction() as db:
            db.execute(f"INSERT INTO {table} (job, body) VALUES (?, ?)", (job, json.dumps(body)))  # noqa: S608 - names of ours

    def of_job(self, table: str, job: str, after: int = 0) -> list[Body]:
        """Return events or checkpoints of a job, oldest first, but for the first ones."""
        sql = f"SELECT body FROM {table} WHERE job = ? ORDER BY seq LIMIT -1 OFFSET ?"  # noqa: S608 - names of ours
        with self._guard:
            return [json.loads(body) for (body,) in self._db.execute(sql, (job, after))]

    def forget(self, table: str, job: str) -> None:
        """Delete the events or checkpoints of a job."""
        with self.transaction() as db:
            db.execute(f"DELETE FROM {table} WHERE job = ?", (job,))  # noqa: S608 - names of ours

    def change(self, job: str, changes: Body, only: Sequence[str]) -> Body | None:
        """Change a job that has one of these statuses, and return it; None where it has none of them."""
        with self.transaction():
            body = self.get("jobs", job)
            if body is None or body["status"] not in only:
                return None
            body |= changes
            self.put("jobs", body)
            return body

    def write(self, save: Callable[[IO[bytes]], object]) -> str:
        """Write a content, and return its name; it is deleted at the next start unless an object has it as `content`."""
        name = secrets.token_hex(16)
        path = self._path(name)
        try:
            with path.open("xb") as file:
                save(file)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return name

    def read(self, body: Body) -> bytes:
        """Return the content of an object."""
        return self._path(body["content"]).read_bytes()

    def model(self, name: str) -> Model | None:
        """Return a model, or None."""
        with self._guard:
            if name in self._models:
                self._models.move_to_end(name)
                return self._models[name]
            body = self.get("models", name)
            if body is None:
                return None
            self._models[name] = Model.load(self._path(body["content"]))
            while len(self._models) > _LOADED:
                self._models.popitem(last=False)
            return self._models[name]

    def _path(self, content: str) -> Path:
        return self.folder / "contents" / content

    def _sweep(self) -> None:
        """Delete contents that no object has: they were being written when a process ended."""
        used = {body.get("content") for table in ("files", "models") for body in self.all(table)}
        for path in (self.folder / "contents").iterdir():
            if path.name not in used:
                path.unlink(missing_ok=True)


def saved_model(folder: Path, name: str) -> Model:
    """Return a model of a state folder, also while a service uses it. Raises UsageError where it has none of this name."""
    path = folder / "state.sqlite"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT body FROM models WHERE id = ?", (name,)).fetchone()
            known = [model for (model,) in db.execute("SELECT id FROM models ORDER BY seq")]
    except sqlite3.Error as error:
        raise UsageError(f"{folder} is not a state folder of ftlint mock: {error}") from error
    if row is None:
        names = ", ".join(known) or "it has none"
        raise UsageError(f"{folder} has no model {name!r}{did_you_mean(name, known)} ({names})")
    return Model.load(folder / "contents" / json.loads(row[0])["content"])
