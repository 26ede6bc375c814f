"""The sentences of findings."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from ftlint.text.words import quote

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Message(string.Formatter):
    """Formats messages: `!r` quotes as JSON does, so that white space shows and nothing else changes."""

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return quote(value) if conversion == "r" else super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> Any:
        return super().format_field(value, format_spec).replace("%", " %" if format_spec.endswith("%") else "%")


def render(template: str, args: Mapping[str, Any]) -> str:
    """Return a message with its arguments filled in."""
    return _Message().vformat(template, (), args)
