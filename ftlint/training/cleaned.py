"""Messages as transformers hands them to a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

THOUGHTS = ("reasoning_content", "thinking", "reasoning")
"""Keys under which messages have thoughts, the preferred one first."""


def cleaned(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return messages as transformers 5 hands them to a template: without null keys, thoughts under all of their names."""
    made = []
    for message in messages:
        own = {key: value for key, value in message.items() if value is not None}
        thought = next((own[key] for key in THOUGHTS if key in own), None)
        made.append(own if thought is None else {"thinking": thought, **own, "reasoning_content": thought})
    return made
