"""A raw line, read once for all who look into it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import orjson

from ftlint.dialects.base import key_of
from ftlint.records.spans import inside, skip_space, value_end

_STEP = 4096
"""Characters between two places whose byte offsets are kept."""


class Line:
    """A line without its line end.

    What is found out about it is kept: where its values are, each level of nesting when it is first asked for. So a thousand
    findings in one line cost as much as reading it a few times.

    Attributes:
        raw: Its bytes.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._inside: dict[int, dict[str, tuple[int, int, int]]] = {}

    @cached_property
    def text(self) -> str:
        """The line as text, in which every byte that is not UTF-8 is a character too."""
        return self.raw.decode("utf-8", "surrogateescape")

    @cached_property
    def shown(self) -> str:
        """The line as text for people."""
        return self.text if self.text.isascii() else self.raw.decode("utf-8", "replace")

    @cached_property
    def value(self) -> Any:
        """The JSON value that the line holds; raises orjson.JSONDecodeError where it holds none."""
        return orjson.loads(self.raw)

    def span(self, pointer: str) -> tuple[int, int] | None:
        """Return first and last character (exclusive) of the value at a JSON Pointer, of a repeated key the last; or None."""
        span: tuple[int, int] = self._whole
        for part in pointer.split("/")[1:]:
            result = self._members(span[0]).get(key_of(part))
            if result is None:
                return None
            span = result[1:]
        return span

    def members(self, pointer: str = "") -> dict[str, tuple[int, int, int]]:
        """Return where each member of the object or array at a JSON Pointer is, by key or index.

        Of a member the first character of its key (in an array of its value), and the first and last (exclusive) of its value.
        """
        span = self.span(pointer)
        return self._members(span[0]) if span else {}

    def value_at(self, character: int) -> Any:
        """Return the innermost value that a character is in; raises ValueError for a line that is not JSON."""
        value, start = self.value, self._whole[0]
        while isinstance(value, (dict, list)):
            at = next((it for it in self._members(start).items() if it[1][1] <= character < it[1][2]), None)
            if at is None:
                break
            key, (_, start, _) = at
            value = value[key] if isinstance(value, dict) else value[int(key)]
        return value

    def offset(self, at: int) -> int:
        """Return the byte at which a character starts."""
        if self.text.isascii():
            return at
        step = at // _STEP
        return self._offsets[step] + len(self.text[step * _STEP : at].encode("utf-8", "surrogateescape"))

    @cached_property
    def _whole(self) -> tuple[int, int]:
        start = skip_space(self.text, 0)
        return start, value_end(self.text, start)

    @cached_property
    def _offsets(self) -> list[int]:
        offsets = [0]
        for start in range(0, len(self.text), _STEP):
            offsets.append(offsets[-1] + len(self.text[start : start + _STEP].encode("utf-8", "surrogateescape")))
        return offsets

    def _members(self, start: int) -> dict[str, tuple[int, int, int]]:
        if start not in self._inside:
            self._inside[start] = {key: (at, first, end) for key, at, first, end in inside(self.text, start)}
        return self._inside[start]
