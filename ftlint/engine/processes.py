"""The engine of several processes: this one and, for large inputs, others."""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import signal
import sys
import threading
from collections import deque
from importlib import import_module
from typing import TYPE_CHECKING, Self

from ftlint.engine.serial import Serial, empty
from ftlint.errors import watch_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.context import BaseContext

    from ftlint.engine.part import Part, Plan
    from ftlint.engine.partial import Partial
    from ftlint.engine.serial import Engine

SMALL = 16 << 20
"""Bytes below which no other process is started: it takes as long to start as to check so much."""


def engine(jobs: int, size: int) -> Engine:
    """Return the engine for so many processes at most, this one included, and so many bytes."""
    others = min(jobs, 1 + size // SMALL) - 1
    return Processes(others) if others > 0 else Serial()


class Processes:
    """An engine of this process and others; this one works too, instead of waiting for them.

    others: how many. They start at once, and load what they need.
    """

    def __init__(self, others: int) -> None:
        self._others = others
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - takes 30 ms, and small inputs need none of it

        self._pool = ProcessPoolExecutor(self._others, mp_context=_way_to_start(), initializer=_start)
        for _ in range(self._others):
            self._pool.submit(_load)
        return self

    def __exit__(self, *error: object) -> None:
        assert self._pool
        if error[0] is not None:
            # Nobody wants what they are at. Without this they could wait for work for ever, and this process for them.
            for process in list(self._pool._processes.values()):  # noqa: SLF001 - `kill_workers` is new in Python 3.14
                process.kill()
            # One may have been killed in the middle of a result. With our own end of the pipe open, its rest would be waited for.
            self._pool._result_queue._writer.close()  # type: ignore[attr-defined] # noqa: SLF001 - nothing public does
        self._pool.shutdown(wait=True, cancel_futures=True)

    def fold(self, plan: Plan, parts: Iterable[Part], done: Callable[[int], None]) -> Partial:
        """Return what parts hold."""
        total = empty(plan)
        for partial in self._partials(plan, parts):
            done(partial.size)
            total.merge(partial)
        return total

    def _partials(self, plan: Plan, parts: Iterable[Part]) -> Iterator[Partial]:
        """Yield what each part holds, in order."""
        pickled = _pickled(plan)
        waiting: deque[Partial | Future[Partial]] = deque()
        for part in parts:
            busy = sum(not _done(result) for result in waiting)
            if self._pool and pickled and busy < 2 * self._others:
                waiting.append(self._pool.submit(_check, pickled, part))
            else:
                waiting.append(_check(plan, part))
            while waiting and (_done(waiting[0]) or len(waiting) > 4 * (self._others + 1)):
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())


def _way_to_start() -> BaseContext:
    """Return how processes are started: by fork where that is safe, for it takes a tenth of the time.

    It is not where there are threads, and polars has some from the moment it is loaded.
    """
    import multiprocessing  # noqa: PLC0415 - takes 30 ms, and small inputs need none of it

    alone = threading.active_count() == 1 and "polars" not in sys.modules
    return multiprocessing.get_context("fork" if alone and sys.platform == "linux" else "spawn")


def _start() -> None:
    """Set up a process that does nothing but check blocks for the process that started it."""
    # Blocks of records come and go, and none of them is a cycle. It saves 8 %.
    gc.disable()
    # The interpreter would free all memory object by object at its end, and the report waits for it.
    atexit.register(os._exit, 0)
    # The interrupt key and `timeout` reach all processes; the first one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    watch_signals()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent was killed; nobody else would tell it."""
    from multiprocessing.connection import wait  # noqa: PLC0415 - the first process needs none of it
    from multiprocessing.process import parent_process  # noqa: PLC0415 - likewise

    parent = parent_process()
    if parent:
        wait([parent.sentinel])
        os._exit(1)


def _load() -> None:
    """Load what blocks are checked with, while the first process loads it too and surveys the data."""
    import_module("ftlint.engine.part")
    import_module("ftlint.rule.registry").known_rules()


def _pickled(plan: Plan) -> bytes | None:
    """Return a plan as other processes can have it; None where a rule cannot travel (it was made in an interactive session)."""
    try:
        return pickle.dumps(plan)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None


def _check(plan: Plan | bytes, part: Part) -> Partial:
    """Check the lines of a part."""
    partial: Partial = import_module("ftlint.engine.part").check_part(plan, part)
    return partial


def _done(result: Partial | Future[Partial]) -> bool:
    return not hasattr(result, "done") or result.done()


def _result(result: Partial | Future[Partial]) -> Partial:
    return result.result() if hasattr(result, "result") else result
