"""Dialects: the shapes of records. One file a dialect; what is outside this folder assumes no keys."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ftlint.dialects.base import Dialect

GROUP = "ftlint.dialects"


@cache
def _found() -> tuple[tuple[Dialect, ...], tuple[str, ...]]:
    """Return every known dialect, the more specific shapes first, and what is wrong with packages that cannot be loaded."""
    from ftlint.dialects.base import Dialect, Recognised  # noqa: PLC0415 - only who reads records needs polars
    from ftlint.dialects.chat import CHAT  # noqa: PLC0415 - likewise
    from ftlint.dialects.prompt_completion import PROMPT_COMPLETION  # noqa: PLC0415 - likewise

    openai, other = frozenset({"input", "preferred_output", "non_preferred_output"}), frozenset({"prompt", "chosen", "rejected"})
    recognised = (
        Recognised("preference", openai, other),
        CHAT,
        Recognised("sharegpt", frozenset({"conversations"})),
        Recognised("instruction", frozenset({"instruction", "output"})),
        Recognised("gemini", frozenset({"contents"})),
        Recognised("text", frozenset({"text"})),
    )
    others, broken = [], []
    for entry in entry_points(group=GROUP):
        try:
            dialect = entry.load()
            if not isinstance(dialect, Dialect):
                raise TypeError(f"it is a {type(dialect).__name__}, not a Dialect")  # noqa: TRY301 - told like what loading raises
        except Exception as error:  # noqa: BLE001 - somebody else's code, of which anything may come
            broken.append(f"the dialect of {entry.value} cannot be loaded: {type(error).__name__}: {error}")
        else:
            others.append(dialect)
    return (*others, PROMPT_COMPLETION, *recognised), tuple(broken)


def known() -> tuple[Dialect, ...]:
    """Return every known dialect; those of other packages (entry points in the group `ftlint.dialects`) come first."""
    return _found()[0]


def broken_dialects() -> tuple[str, ...]:
    """Return a sentence for each installed dialect that cannot be loaded."""
    return _found()[1]


def names() -> list[str]:
    """Return the names of all known dialects."""
    return [dialect.name for dialect in known()]


@cache
def named(name: str) -> Dialect:
    """Return the dialect of this name; raises StopIteration for an unknown one."""
    return next(dialect for dialect in known() if dialect.name == name)


def recognise(keys: Iterable[str]) -> str | None:
    """Return the name of the dialect that a record with these keys is of, or None."""
    present = frozenset(keys)
    return next((dialect.name for dialect in known() if dialect.is_shape_of(present)), None)
