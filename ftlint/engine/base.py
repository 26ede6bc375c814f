"""What an engine is: something that does work on parts of data, anywhere, and gives back what the parts hold, in order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import polars as pl

    from ftlint.engine.part import Part, Plan
    from ftlint.engine.partial import Partial
    from ftlint.metrics import Keyed

S = TypeVar("S")
P = TypeVar("P")
R = TypeVar("R")


class Engine(ABC):
    """The base of all engines; `map` is all that one must bring.

    An engine is a context manager: what it needs is started when it is entered. This module loads nothing heavy, because
    processes are forked before polars, which has threads, is loaded.
    """

    @abstractmethod
    def map(self, work: Callable[[S, P], R], shared: S, items: Iterable[P]) -> Iterator[R]:
        """Yield `work(shared, item)` for each item, in their order.

        Args:
            work: A function of a module, so that other processes find it.
            shared: What it needs for all items.
            items: Read as far as there is somebody to work on them.

        """

    def fold(self, plan: Plan, parts: Iterable[Part], done: Callable[[int], None]) -> Partial:
        """Return what parts hold; `done` is called with the bytes of what was checked."""
        from ftlint.engine.part import check_part  # noqa: PLC0415 - imports polars

        total = empty(plan)
        for partial in self.map(check_part, plan, parts):
            done(partial.size)
            total.merge(partial)
            total.spill()
        return total

    def by_key(self, work: Callable[[S, pl.DataFrame], R], shared: S, metric: Keyed) -> Iterator[R]:
        """Yield `work(shared, table)` for tables of all rows of a metric; those of equal keys are in one table.

        Args:
            work: As for `map`; it may be done where the rows are.
            shared: What it needs for all tables.
            metric: One that `fold` returned.

        """
        return (work(shared, table) for table in metric.tables())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:  # noqa: B027 - most engines start nothing
        """End what was started."""


def empty(plan: Plan) -> Partial:
    """Return what no parts hold."""
    from ftlint.engine.partial import Partial  # noqa: PLC0415 - imports polars

    return Partial(metrics=[kind() for kind in plan.metrics], limit=plan.limit)


Work = tuple["Callable[[Any, Any], Any]", Any]
"""A function, and what it needs for all items."""
