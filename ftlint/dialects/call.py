"""A call of a tool."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping


class Call(NamedTuple):
    """A call of a tool.

    Attributes:
        at: Its JSON Pointer; of calls within a text that of the text.
        parts: JSON Pointers of its `name`, `arguments` and `id`, of those that it has.
        form: What the format requires of arguments: an `object`, or nothing (`free`); empty where the target decides.
        takes_id: Whether the format gives calls an id.
    """

    name: str | None
    arguments: Any
    id: str | None
    at: str
    parts: Mapping[str, str]
    form: str = ""
    takes_id: bool = False

    @property
    def value(self) -> Any:
        """What the arguments are: of a text what it holds as JSON, None where that is nothing."""
        return parsed(self.arguments) if type(self.arguments) is str else self.arguments


@lru_cache(maxsize=1024)
def parsed(text: str) -> Any:
    """Return the value of a JSON text; None for what is none."""
    try:
        return orjson.loads(text)
    except ValueError:
        return None
