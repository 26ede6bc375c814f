"""Dialects: the shapes of records. One file a dialect; what is outside this folder assumes no keys."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from itertools import chain
from typing import TYPE_CHECKING

from ftlint.dialects.keys import NAMING, SYNONYMS, is_fragment
from ftlint.dialects.kinds import signature_of
from ftlint.errors import raise_if_interrupted, reason
from ftlint.plugins import of_group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.base import Dialect
    from ftlint.dialects.kinds import Signature

GROUP = "ftlint.dialects"

ASSUMED = "prompt-completion"
"""The dialect that records of no known shape are read as."""

_BUILT_IN = (
    "prompt_completion",
    "chat",
    "sharegpt",
    "gemini",
    "converse",
    "prompted",
    "preference",
    "judged",
    "stepwise",
    "reinforcement",
    "instruction",
    "question",
    "text",
    "shapes",
)
"""Modules of this package with `DIALECTS`; of two that know as many keys of a record the first is taken."""


@cache
def _found() -> tuple[tuple[Dialect, ...], tuple[str, ...]]:
    """Return every known dialect, and what is wrong with packages that cannot be loaded."""
    from ftlint.dialects.base import Dialect  # noqa: PLC0415 - only who reads records needs polars

    others, broken = [], []
    for entry in of_group(GROUP):
        try:
            dialect = entry.load()
            if not isinstance(dialect, Dialect):
                raise TypeError(f"it is a {type(dialect).__name__}, not a Dialect")  # noqa: TRY301 - told like what loading raises
        except BaseException as error:  # noqa: BLE001 - somebody else's code, of which anything may come
            raise_if_interrupted(error)
            broken.append(f"the dialect of {entry.value} cannot be loaded: {reason(error)}")
        else:
            others.append(dialect)
    built_in = (import_module(f"{__name__}.{module}").DIALECTS for module in _BUILT_IN)
    return (*others, *chain.from_iterable(built_in)), tuple(broken)


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


def recognise(value: Mapping[str, object]) -> str | None:
    """Return the name of the dialect that an object is a record of: of several the one that knows most of its keys; or None."""
    return recognised(signature_of(value))


def is_record(value: Mapping[str, object]) -> bool:
    """Whether an object is surely a record by itself, and no part of one: what is in an array with others may be either.

    It is of a known dialect, or has names for both what is asked and what is to be answered.
    """
    name = recognise(value)
    if is_fragment(value):
        return False
    if name is None:
        keys = {key.strip().lower() for key in value}
        return all(not keys.isdisjoint({key, *names}) for key, names in SYNONYMS.items())
    dialect = named(name)
    return not dialect.weak or all(key in NAMING or key not in dialect.further(list(value)) for key in value)


@lru_cache(maxsize=4096)
def recognised(signature: Signature) -> str | None:
    """Return the same of an object that has these keys with values of these types."""
    best = max(known(), key=lambda dialect: dialect.knows(signature))
    return best.name if best.knows(signature)[0] else None
