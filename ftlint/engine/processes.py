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
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Self

from msgspec import Struct

from ftlint.engine.base import Engine, P, R, S, Work
from ftlint.errors import watch_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.context import BaseContext


class Processes(Engine):
    """An engine of this process and others; this one works too, instead of waiting for them.

    Attributes:
        others: How many. They start at once, and load what they need.
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

    def map(self, work: Callable[[S, P], R], shared: S, items: Iterable[P]) -> Iterator[R]:
        """Yield what work makes of each item, in order; at most two items wait for each process."""
        pickled = _pickled((work, shared))
        waiting: deque[Future[R] | _Here[R]] = deque()
        for item in items:
            busy = sum(not result.done() for result in waiting)
            if self._pool and pickled and busy < 2 * self._others:
                waiting.append(self._pool.submit(_work, pickled, item))
            else:
                waiting.append(_Here(work(shared, item)))
            while waiting and (waiting[0].done() or len(waiting) > 4 * (self._others + 1)):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Here(Struct, Generic[R], frozen=True):
    """What this process made itself."""

    value: R

    def done(self) -> bool:
        return True

    def result(self) -> R:
        return self.value


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


def _pickled(work: Work) -> bytes | None:
    """Return work as other processes can have it; None where something in it cannot travel (an open file, a lock)."""
    try:
        if hasattr(sys.modules["__main__"], "__file__"):  # else another process cannot import what it defines
            return pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError):
        pass
    import cloudpickle  # type: ignore[import-untyped] # it has no types  # noqa: PLC0415 - repairs are closures, and rules may be of an interactive session; a check has neither

    try:
        pickled: bytes = cloudpickle.dumps(work)
    except Exception:  # noqa: BLE001 - what objects of others raise when they are pickled; then this process does it all
        return None
    return pickled


def _work(pickled: bytes, item: Any) -> Any:
    """Work on an item."""
    work, shared = _unpickled(pickled)
    return work(shared, item)


@lru_cache(maxsize=2)
def _unpickled(pickled: bytes) -> Work:
    """Return work, once for all items."""
    work: Work = pickle.loads(pickled)  # noqa: S301 - our own parent process made it
    return work
