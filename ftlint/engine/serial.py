"""The engine that does everything itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.engine.base import Engine, P, R, S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Serial(Engine):
    """An engine of this process alone."""

    def map(self, work: Callable[[S, P], R], shared: S, items: Iterable[P]) -> Iterator[R]:
        """Yield what work makes of each item, one after the other."""
        return (work(shared, item) for item in items)
