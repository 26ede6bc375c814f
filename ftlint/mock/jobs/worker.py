"""The thread that does the jobs, one after the other."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import deque
from typing import TYPE_CHECKING

from ftlint.mock.jobs.jobs import ALIVE, WAITING, JobError, Work, event, fail
from ftlint.mock.jobs.store import is_full
from ftlint.mock.jobs.validation import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.mock.jobs.results import Line
    from ftlint.mock.jobs.store import Body, Store

_log = logging.getLogger("ftlint.mock")
_OVER = object()
_AGAIN = 1.0
"""Seconds until a job that could not be ended for want of space is tried to be ended again."""


class Runner:
    """Does jobs until it is closed; a job that is being done then starts again when its folder is opened again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[str] = deque()
        self._begun: dict[str, Iterator[None]] = {}
        self._lines: dict[str, list[Line]] = {}
        self._unsettled: deque[tuple[Body, Refusal]] = deque()
        self._news = threading.Condition()
        self._closed = False
        self._take_up()
        self._thread = threading.Thread(target=self._work, name="ftlint-mock-jobs", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the current step; one that takes long is not waited for, and ends with the process."""
        with self._news:
            self._closed = True
            self._news.notify()
        self._thread.join(timeout=2)

    def submit(self, job: str) -> None:
        """Do a job when those before it are done."""
        with self._news:
            self._waiting.append(job)
            self._news.notify()

    def ahead(self, job: str) -> int:
        """Return how many jobs are to be done before this one."""
        with self._news:
            return list(self._waiting).index(job) if job in self._waiting else 0

    def lines(self, job: str) -> Sequence[Line]:
        """Return the steps of a job that is being done or is paused, so far; nothing of another one."""
        return tuple(self._lines.get(job, ()))

    def cancel(self, job: Body) -> Body | None:
        """Cancel a job; None where it is over already."""
        now = self._store.clock.now()
        with self._store.transaction():
            changed = self._store.change(job["id"], {"status": "cancelled", "finished_at": now, "updated_at": now}, ALIVE)
            if changed:
                event(self._store, job, "Fine-tune cancelled" if job["legacy"] else "The job was cancelled")
        if self._begun.pop(job["id"], None):
            self._lines.pop(job["id"], None)
        return changed

    def pause(self, job: Body) -> Body | None:
        """Pause a job; None where it cannot be."""
        with self._store.transaction():
            changed = self._store.change(job["id"], {"status": "paused"}, (*WAITING, "running"))
            if changed:
                event(self._store, job, "The job was paused")
        return changed

    def resume(self, job: Body) -> Body | None:
        """Go on with a paused job; None where it is not paused."""
        with self._store.transaction():
            changed = self._store.change(job["id"], {"status": "queued"}, ("paused",))
            if changed:
                event(self._store, job, "The job was resumed")
        if changed:
            self.submit(job["id"])
        return changed

    def _take_up(self) -> None:
        """Begin anew with jobs that were not over when a service ended before this one; paused ones wait to be resumed."""
        for job in self._store.all("jobs"):
            if job["status"] not in ALIVE:
                continue
            paused = job["status"] == "paused"
            with self._store.transaction():
                if job["used"]:
                    when = " when the job is resumed" if paused else ""
                    event(self._store, job, f"The service was restarted; training starts again{when}", "warn")
                self._store.forget("checkpoints", job["id"])
                status = "paused" if paused else "validating_files"
                self._store.change(job["id"], {"status": status, "fine_tuned_model": None, "used": None, "started": False}, ALIVE)
            if not paused:
                self._waiting.append(job["id"])

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._waiting or self._closed, timeout=_AGAIN if self._unsettled else None)
                if self._closed:
                    return
                name = self._waiting.popleft() if self._waiting else ""
            self._settle()
            try:
                job = self._store.get("jobs", name)
                if job and job["status"] in WAITING:
                    self._do(job)
            except Exception:  # noqa: BLE001 - whatever happens to one job, the next ones are done
                if not self._closed:
                    _log.exception("job %s", name)

    def _do(self, job: Body) -> None:
        """Do a job until it is over, or until somebody pauses or cancels it."""
        try:
            steps = self._begun.pop(job["id"], None) or self._start(job)
            while self._goes_on(job["id"], steps):
                if next(steps, _OVER) is _OVER:
                    return
        except JobError as error:
            self._fail(job, error.refusal)
        except (OSError, sqlite3.Error) as error:
            full = is_full(error)
            reason = "there is no space left on the device" if full else getattr(error, "strerror", None) or str(error)
            self._fail(job, Refusal(f"The job's model could not be saved: {reason}", "server_error", "model"))
        except Exception as error:  # noqa: BLE001 - likewise; the user is told
            if self._closed:
                return
            _log.exception("job %s failed", job["id"])
            reason = f"The job failed by an error of ftlint mock: {type(error).__name__}: {error}"
            self._fail(job, Refusal(reason, "server_error", "model"))
        finally:
            if job["id"] not in self._begun:
                self._lines.pop(job["id"], None)

    def _start(self, job: Body) -> Iterator[None]:
        work = Work(self._store, job)
        self._lines[job["id"]] = work.lines
        return work.steps()

    def _goes_on(self, job: str, steps: Iterator[None]) -> bool:
        """Whether the next step of a job is to be done; a paused one is kept where it is."""
        if self._closed:
            return False
        result = self._store.get("jobs", job) or {"status": None, "used": None}
        if result["status"] == "paused":
            self._begun[job] = steps
        elif result["status"] == "queued" and result["started"]:  # it was paused, and is resumed
            self._store.change(job, {"status": "running"}, ("queued",))
            return True
        return result["status"] in {*WAITING, "running"}

    def _fail(self, job: Body, refusal: Refusal) -> None:
        """End a job that cannot go on; where even that cannot be written, try again later."""
        try:
            self._store.in_need(lambda: fail(self._store, job, refusal))
        except (OSError, sqlite3.Error) as error:
            if not self._closed:
                _log.warning("job %s could not be marked as failed, and will be: %s", job["id"], error)
                self._unsettled.append((job, refusal))

    def _settle(self) -> None:
        """End the jobs that could not be ended."""
        for _ in range(len(self._unsettled)):
            self._fail(*self._unsettled.popleft())
