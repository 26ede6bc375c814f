"""The engine of a Ray cluster (extra `ftlint[ray]`): parts are tasks, and what they hold is merged in a tree of tasks.

Ray schedules, moves, spills and tries again; here is only what becomes a task. `RAY_ADDRESS` names a cluster; without it one is
started on this machine.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from ftlint import __version__
from ftlint.engine.base import Engine, P, R, S, empty
from ftlint.engine.ranges import RANGES, keyed_of, merged, unpacked, work_on_range
from ftlint.errors import FtlintError, InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import polars as pl

    from ftlint.engine.part import Part, Plan
    from ftlint.engine.partial import Partial
    from ftlint.metrics import Keyed

_WAITING = 2
"""Tasks for each processor of the cluster that wait for one: enough that none is idle, and a bound of what is in memory."""

_FAN = 8
"""Neighbouring parts that one task checks, and results of such tasks that another one merges: half a gigabyte."""

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
                # Without an address Ray would join any cluster that somebody else has started on this machine.
                ray.init(address=address or "local", logging_level="ERROR", log_to_driver=False, configure_logging=False, **own)
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
        """Return what parts hold; neighbours are merged by the cluster, so that this process merges few.

        Rows of keyed metrics stay in the cluster's object store, by ranges of their keys: see `by_key`.
        """
        ray = _ray()
        bundles = _Tasks(ray, plan).bundles(iter(parts))
        room = 2 + _WAITING * int(ray.cluster_resources().get("CPU", 1)) // _FAN
        waiting = deque(islice(bundles, room))
        total = empty(plan)
        rows: list[tuple[int, list[Any]]] = []
        while waiting:
            bundle = waiting.popleft()
            partial: Partial = _taken(ray, bundle.parts, bundle.partial)
            waiting.extend(islice(bundles, 1))
            rows.append((total.lines, bundle.tables))
            done(partial.size)
            total.merge(partial)
        for index, metric in enumerate(keyed_of(total)):
            ranges = slice(index * RANGES, (index + 1) * RANGES)
            metric.elsewhere = [(first, tables[ranges]) for first, tables in rows if tables]
        return total

    def by_key(self, work: Callable[[S, pl.DataFrame], R], shared: S, metric: Keyed) -> Iterator[R]:
        """Yield what work makes of the rows of each range of keys: a task a range, which fetches them from all over the cluster.

        Raises:
            FtlintError: For a range that could not be done.
        """
        ray = _ray()
        task = ray.remote(max_retries=_TRIES, num_cpus=1)(work_on_range)
        packed = ray.put(_packed((work, shared)))
        bundles = metric.elsewhere or []
        firsts = [first for first, _ in bundles]
        ranges = zip(*(tables for _, tables in bundles), strict=True)
        results = [task.remote(packed, firsts, *tables) for tables in ranges]
        for result in results:
            yield from _taken(ray, None, result)


class _Bundle(NamedTuple):
    """What neighbouring parts hold, in the object store.

    Attributes:
        parts: The first and the last of them.
        partial: A reference to the Partial, without the rows of keyed metrics where `tables` has these.
        tables: References to a table for each keyed metric and range of keys.
    """

    parts: tuple[Part, Part]
    partial: Any
    tables: list[Any]


class _Tasks:
    """The tasks of a check: some check neighbouring parts, others merge what these hold."""

    def __init__(self, ray: Any, plan: Plan) -> None:
        tables = sum(1 for _ in keyed_of(empty(plan))) * RANGES
        several = {"max_retries": _TRIES, "num_cpus": 1, "num_returns": 1 + tables}
        self._check = ray.remote(**several)(check_packed)
        self._merge = ray.remote(**several)(merged)
        self._plan = ray.put(_packed(plan))

    def bundles(self, parts: Iterator[Part]) -> Iterator[_Bundle]:
        """Yield what neighbouring parts hold, merged."""
        leaves = self._leaves(parts)
        while some := list(islice(leaves, _FAN)):
            refs = chain.from_iterable((one.partial, *one.tables) for one in some)
            first, *tables = _listed(self._merge.remote(*refs)) if len(some) > 1 else (some[0].partial, *some[0].tables)
            yield _Bundle((some[0].parts[0], some[-1].parts[1]), first, tables)

    def _leaves(self, parts: Iterator[Part]) -> Iterator[_Bundle]:
        while some := list(islice(parts, _FAN)):
            first, *tables = _listed(self._check.remote(self._plan, some))
            yield _Bundle((some[0], some[-1]), first, tables)


def _listed(results: Any) -> list[Any]:
    """Return the references of a task's results; Ray gives a single one without a list."""
    return results if isinstance(results, list) else [results]


def check_packed(packed: bytes, parts: list[Part]) -> Any:
    """Return what neighbouring parts hold, in a worker, see `ftlint.engine.ranges.merged`."""
    from ftlint.engine.part import check_part  # noqa: PLC0415 - imports polars

    partials = []
    for part in parts:
        try:
            partials.append(check_part(unpacked(packed), part))
        except FtlintError:
            raise
        except Exception as error:
            raise FtlintError(f"{_name((part, part))}: {error!r}") from error
    return merged(*partials)


def _taken(ray: Any, item: object, result: Any) -> Any:
    """Return the result of a task; raises FtlintError for one that failed, naming its item.

    Args:
        item: What it was for; None where the work is a rule's, whose own errors are what it fails with.

    """
    try:
        return ray.get(result)
    except ray.exceptions.RayTaskError as error:
        cause = error.cause
        mine = item is not None and not isinstance(cause, FtlintError)
        raise (FtlintError(f"{_name(item)}: {cause!r}") if mine else cause) from error
    except ray.exceptions.RayError as error:
        said = f"its workers were lost {_TRIES + 1} times" if "died" in str(error) else type(error).__name__
        raise FtlintError(f"{_name(item)} could not be done by the cluster: {said}") from error


def _name(item: object) -> str:
    """Return what a task worked on: the first and the last part of a check, or anything else."""
    if isinstance(item, tuple) and item and item[0].file == item[1].file:
        return f"{item[0].source.path}, bytes {item[0].span.start:,} to {item[1].span.end:,}"
    return "a part of the data"


def _work(packed: bytes, item: Any) -> Any:
    """Work on an item, in a worker."""
    work, shared = unpacked(packed)
    return work(shared, item)


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
