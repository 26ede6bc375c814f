"""Where in the text of a conversation each message is, in characters.

The text of the first messages often is not the beginning of the whole text, because templates rewrite earlier turns. A message
is therefore replaced in its place, once by each of two placeholders; what differs is what it became (as in axolotl 0.19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.training.template import RefusedError, cleaned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ftlint.training.talk import Talk
    from ftlint.training.template import Template

PLACEHOLDERS = ("[[dummy_message]]", "zzdummymessagezz")
"""Two texts without a common edge: what a message has in common with the one it has not with the other."""

_KEPT = {"role", "name", "tool_call_id"}
"""Members of a message that say whose it is, and not what is said."""


class Spans:
    """Finds the messages of a conversation in its text."""

    def __init__(self, template: Template, talk: Talk, text: str) -> None:
        """Take a conversation and its text."""
        self.template, self._talk, self._text = template, talk, text

    def of(self, index: int) -> tuple[int, int] | None:
        """Return where what a message says begins and ends; None where it is not in the text, or cannot be told."""
        found = []
        for placeholder in PLACEHOLDERS:
            other = self.with_text(index, placeholder)
            if other is None:
                return None
            found.append(difference(self._text, other))
        start, end = min(start for start, _ in found), max(end for _, end in found)
        return (start, end) if start < end else None

    def with_text(self, index: int, text: str) -> str | None:
        """Return the text of the conversation in which a message says something else, and nothing more; None for none."""
        message = self._talk.messages[index]
        said = [{"type": "text", "text": text}] if type(message.get("content")) is list else text
        return self.written(index, {**{key: one for key, one in message.items() if key in _KEPT}, "content": said})

    def written(self, index: int, message: Mapping[str, Any]) -> str | None:
        """Return the text of the conversation with another message in a place; None where the template refuses it."""
        return self._written(self._talk.with_message(index, message))

    def _written(self, messages: Sequence[Mapping[str, Any]]) -> str | None:
        try:
            return self.template.write(cleaned(messages), self._talk.tools).text
        except RefusedError:
            return None


def difference(text: str, other: str) -> tuple[int, int]:
    """Return what of a text is not in another one: all between their common beginning and their common end."""
    least = min(len(text), len(other))
    start = _common(least, lambda size: text[:size] == other[:size])
    return start, len(text) - _common(least - start, lambda size: text[len(text) - size :] == other[len(other) - size :])


def _common(most: int, same: Callable[[int], bool]) -> int:
    """Return the largest size for which two edges are the same, by halves."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if same(middle) else (low, middle - 1)
    return low
