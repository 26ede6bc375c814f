"""Engines by name: those that are built in, and those of other packages (entry points in the group `ftlint.engines`)."""

from __future__ import annotations

from ftlint import plugins
from ftlint.engine.base import Engine
from ftlint.engine.processes import Processes
from ftlint.engine.serial import Serial
from ftlint.errors import UsageError, did_you_mean

GROUP = "ftlint.engines"

SMALL = 16 << 20
"""Bytes below which no other process is started: it takes as long to start as to check so much."""

BUILT_IN = ("auto", "serial", "processes", "ray")


def names() -> list[str]:
    """Return the names of all engines."""
    return list(dict.fromkeys([*BUILT_IN, *plugins.names(GROUP)]))


def open_engine(name: str, jobs: int, size: int) -> Engine:
    """Return an engine, which is entered to be used.

    Args:
        name: `auto` takes as many processes as the data is worth; `serial`, `processes`, or the name of an entry point: a
            function of `jobs` and `size` that returns an `Engine`.
        jobs: How many processes may work, this one included.
        size: Bytes of the data.

    Raises:
        UsageError: For an unknown name, or a package that fails.

    """
    if name == "auto":
        jobs = min(jobs, 1 + size // SMALL)
    if name == "ray":
        from ftlint.engine.ray import Ray  # noqa: PLC0415 - an extra

        return Ray(jobs)
    if name in BUILT_IN:
        return Serial() if name == "serial" or jobs < 2 else Processes(jobs - 1)
    if name not in names():
        raise UsageError(f"unknown engine {name!r}{did_you_mean(name, names())} (known are {', '.join(names())})")
    loaded: Engine = plugins.load(GROUP, name, lambda made: made(jobs, size), lambda it: isinstance(it, Engine), "Engine")
    return loaded
