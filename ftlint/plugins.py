"""What other packages bring by entry points: rules, dialects, engines, formats, tokenizers."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from ftlint.errors import UsageError, raise_if_interrupted, reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.metadata import EntryPoint


@cache
def _installed() -> Any:
    """Return the entry points of all installed packages; to find them takes some milliseconds for a hundred packages.

    Of another type before Python 3.12 than after, which selects in the same way.
    """
    return entry_points()


def of_group(group: str) -> list[EntryPoint]:
    """Return the entry points of a group, `ftlint.KINDs`."""
    return list(_installed().select(group=group))


def names(group: str) -> list[str]:
    """Return the names of what packages bring of a group, each once."""
    return list(dict.fromkeys(entry.name for entry in of_group(group)))


def load(group: str, name: str, make: Callable[[Any], Any], fits: Callable[[Any], bool], kind: str) -> Any:
    """Return what a package brings under a name; of several packages, that of the first.

    Args:
        group: Of the entry points, `ftlint.KINDs`.
        name: One of `names`.
        make: Given what the entry point is, what is wanted of it.
        fits: Whether that is what it should be.
        kind: What it should be, for sentences: `Engine`.

    Raises:
        UsageError: For a package that fails, or brings something else.

    """
    entry = next(entry for entry in of_group(group) if entry.name == name)
    what = f"the {kind.lower()} {name} of {entry.value}"
    try:
        made = make(entry.load())
        right = fits(made)
    except BaseException as error:
        raise_if_interrupted(error)
        raise UsageError(f"{what} cannot be loaded: {reason(error)}") from error
    if not right:
        raise UsageError(f"{what} is not {'an' if kind[0] in 'AEIOU' else 'a'} {kind} ({type(made).__name__})")
    return made
