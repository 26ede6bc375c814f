"""What an engine is, and the one that does everything itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ftlint.engine.part import Part, Plan
    from ftlint.engine.partial import Partial


class Engine(Protocol):
    """Something that checks parts, anywhere and in any order, and merges what they hold in their order, in any association."""

    def fold(self, plan: Plan, parts: Iterable[Part], done: Callable[[int], None]) -> Partial:
        """Return what parts hold; `done` is called with the bytes of what was checked."""

    def __enter__(self) -> Self:
        """Start what the engine needs."""

    def __exit__(self, *error: object) -> None:
        """End it."""


class Serial:
    """An engine of this process alone."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def fold(self, plan: Plan, parts: Iterable[Part], done: Callable[[int], None]) -> Partial:
        """Return what parts hold."""
        from ftlint.engine.part import check_part  # noqa: PLC0415 - imports polars, before which other engines start processes

        total = empty(plan)
        for part in parts:
            partial = check_part(plan, part)
            done(partial.size)
            total.merge(partial)
        return total


def empty(plan: Plan) -> Partial:
    """Return what no parts hold."""
    from ftlint.engine.partial import Partial  # noqa: PLC0415 - likewise

    return Partial(metrics=[kind() for kind in plan.metrics])
