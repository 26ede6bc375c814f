"""The engine of a Ray cluster (extra `ftlint[ray]`): parts are tasks, and what they hold is merged in a tree of tasks.

Ray schedules, moves, spills and tries again; here is only what becomes a task. `RAY_ADDRESS` names a cluster; without it one is
started on this machine.
"""

from __future__ import annotations

import os
import pickle
import socket
from collections import deque
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from ftlint import __version__
from ftlint.engine.base import Engine, P, R, S, empty
from ftlint.errors import FtlintError, InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ftlint.engine.part import Part, Plan
    from ftlint.engine.partial import Partial

_WAITING = 2
"""Tasks for each processor of the cluster that wait for one: enough that none is idle, and a bound of what is in memory."""

_FAN = 8
"""Neighbouring parts that are merged by one task."""

_ANSWER = 10
"""Seconds in which a cluster answers."""

_TRIES = 3
"""How often a task is done again whose worker was lost."""


class Ray(Engine):
    """An engine of a Ray cluster.

    Attributes:
        jobs: Processors of a cluster that is started here.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._starts = False

    def __enter__(self) -> Self:
        ray = _ray()
        if not ray.is_initialized():
            self._starts = True
            address = _address()
            own: dict[str, Any] = {} if address else {"num_cpus": self._jobs, "include_dashboard": False}
            try:
                ray.init(address=address, logging_level="ERROR", log_to_driver=False, configure_logging=False, **own)
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise UsageError(f"cannot reach the Ray cluster: {str(error).splitlines()[0]}") from error
        _check_versions(ray)
        return self

    def __exit__(self, *_: object) -> None:
        if self._starts:
            _ray().shutdown()

    def map(self, work: Callable[[S, P], R], shared: S, items: Iterable[P]) -> Iterator[R]:
        """Yield what work makes of each item, in order; a bounded number of items is on its way.

        Raises:
            FtlintError: For an item that could not be done, with what it was.
        """
        ray = _ray()
        task = ray.remote(max_retries=_TRIES, num_cpus=1)(_work)
        packed = ray.put(_packed((work, shared)))
        rest = iter(items)
        room = max(2, _WAITING * int(ray.cluster_resources().get("CPU", 1)))
        waiting = deque((item, task.remote(packed, item)) for item in islice(rest, room))
        while waiting:
            item, result = waiting.popleft()
            yield _taken(ray, item, result)
            waiting.extend((one, task.remote(packed, one)) for one in islice(rest, 1))

    def fold(self, plan: Plan, parts: Iterable[Part], done: Callable[[int], None]) -> Partial:
        """Return what parts hold; neighbours are merged by the cluster, so that this process merges few."""
        ray = _ray()
        check = ray.remote(max_retries=_TRIES, num_cpus=1)(_checked)
        merge = ray.remote(max_retries=_TRIES, num_cpus=1)(_merged)
        packed = ray.put(_packed(plan))
        rest = iter(parts)

        def groups() -> Iterator[tuple[object, Any]]:
            while some := list(islice(rest, _FAN)):
                refs = [check.remote(packed, part) for part in some]
                yield some[0], merge.remote(*refs) if len(refs) > 1 else refs[0]

        every = groups()
        room = max(2, _WAITING * int(ray.cluster_resources().get("CPU", 1)) // _FAN)
        waiting = deque(islice(every, room))
        total = empty(plan)
        while waiting:
            partial: Partial = _taken(ray, *waiting.popleft())
            waiting.extend(islice(every, 1))
            done(partial.size)
            total.merge(partial)
            total.spill()
        return total


def _checked(packed: bytes, part: Part) -> Partial:
    """Return what a part holds, in a worker."""
    from ftlint.engine.part import check_part  # noqa: PLC0415 - imports polars

    return check_part(_unpacked(packed), part)


def _merged(*partials: Partial) -> Partial:
    """Return what neighbouring parts hold together."""
    first, *others = partials
    for partial in others:
        first.merge(partial)
    return first


def _taken(ray: Any, item: object, result: Any) -> Any:
    """Return the result of a task; raises FtlintError for one that failed, naming its item."""
    try:
        return ray.get(result)
    except ray.exceptions.RayTaskError as error:
        cause = error.cause
        raise (cause if isinstance(cause, FtlintError) else FtlintError(f"{_name(item)}: {cause!r}")) from error
    except ray.exceptions.RayError as error:
        said = f"its workers were lost {_TRIES + 1} times" if "died" in str(error) else type(error).__name__
        raise FtlintError(f"{_name(item)} could not be done by the cluster: {said}") from error


def _name(item: object) -> str:
    span = getattr(item, "span", None)
    return f"bytes {span.start:,} to {span.end:,}" if span else "a part of the data"


def _work(packed: bytes, item: Any) -> Any:
    """Work on an item, in a worker."""
    work, shared = _unpacked(packed)
    return work(shared, item)


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Any:
    """Return what all items need, once for each worker."""
    return pickle.loads(packed)  # noqa: S301 - the driver made it


def _packed(value: Any) -> bytes:
    import cloudpickle  # type: ignore[import-untyped] # it has no types  # noqa: PLC0415 - repairs are closures

    packed: bytes = cloudpickle.dumps(value)
    return packed


def _check_versions(ray: Any) -> None:
    """Raise InputError where the cluster has another ftlint: what it finds would be another report."""
    try:
        theirs = ray.get(ray.remote(max_retries=_TRIES)(_version).remote())
    except ray.exceptions.RayError as error:
        raise InputError("the cluster cannot import ftlint; install the same version there") from error
    if theirs != __version__:
        raise InputError(f"the cluster has ftlint {theirs}, and this is {__version__}; install the same version there")


def _version() -> str:
    import ftlint  # noqa: PLC0415 - that of the worker

    return ftlint.__version__


def _address() -> str | None:
    """Return the address of the cluster, if one is named; raises UsageError where nobody answers there, for Ray waits minutes."""
    address = os.environ.get("RAY_ADDRESS") or None
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        try:
            socket.create_connection((host, int(port)), timeout=_ANSWER).close()
        except OSError as error:
            raise UsageError(f"cannot reach the Ray cluster at {address}: {error.strerror or error}") from error
    return address


@lru_cache
def _ray() -> Any:
    """Return the library; raises UsageError where it is not installed."""
    try:
        import ray  # noqa: PLC0415 - an extra, and heavy
    except ModuleNotFoundError as error:
        raise UsageError("--engine ray needs an extra: pip install 'ftlint[ray]'") from error
    return ray
