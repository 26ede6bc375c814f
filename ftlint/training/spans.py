"""Where in the text of a conversation each message is, in characters.

The text of the first messages often is not the beginning of the whole text, because templates rewrite earlier turns. A message
is therefore replaced in its place, once by each of two placeholders; what differs is what it became (as in axolotl 0.19).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ftlint.training.cleaned import cleaned
from ftlint.training.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ftlint.training.model import Writer
    from ftlint.training.talk import Talk

PLACEHOLDERS = ("[[dummy_message]]", "zzdummymessagezz")
"""Two texts without a common edge: what a message has in common with the one it has not with the other."""

_KEPT = {"role", "name", "tool_call_id"}
"""Members of a message that say whose it is, and not what is said."""


class Spans:
    """Finds the messages of a conversation in its text."""

    def __init__(self, template: Writer, talk: Talk, text: str) -> None:
        """Take a conversation and its text."""
        self.template, self._talk, self._text = template, talk, text

    def of(self, index: int) -> tuple[int, int] | None:
        """Return where what a message says begins and ends; None where it is not in the text, or cannot be told."""
        span = self._changed(index, _replaced)
        if span is None and self._talk.messages[index].get("tool_calls"):
            # Templates may refuse the answer of a call that is gone.
            span = self._between(index) or self._changed(index, _renamed)
        return span if span and span[0] < span[1] else None

    def in_order(self) -> dict[int, tuple[int, int] | None]:
        """Return where contents, or what follows their thoughts, are: each is sought after the one before; None: not found."""
        found: dict[int, tuple[int, int] | None] = {}
        at = 0
        for index, message in enumerate(self._talk.messages):
            whole = message["content"].strip() if type(message.get("content")) is str else ""
            owns = (own for own in (whole, whole.rpartition("</think>")[2].strip()) if own)
            starts = [(start, own) for own in owns if (start := self._text.find(own, at)) >= 0]
            found[index] = None
            if starts:
                start, own = min(starts)
                at = start + len(own)
                found[index] = (start, at)
        return found

    def _changed(self, index: int, change: Callable[[Mapping[str, Any], str], Mapping[str, Any]]) -> tuple[int, int] | None:
        """Return what of the text is another one, if a message is; None where the template refuses it."""
        first, second = PLACEHOLDERS
        span = self._differing(index, change, first)
        if span is None or not shares(self._text, span, first):
            return span
        other = self._differing(index, change, second)
        return None if other is None else (min(span[0], other[0]), max(span[1], other[1]))

    def _differing(
        self, index: int, change: Callable[[Mapping[str, Any], str], Mapping[str, Any]], placeholder: str
    ) -> tuple[int, int] | None:
        other = self.written(index, change(self._talk.messages[index], placeholder))
        return None if other is None else difference(self._text, other)

    def _between(self, index: int) -> tuple[int, int] | None:
        """Return what is between the text up to a message and that with it, if the whole text begins with both."""
        messages = self._talk.messages
        try:
            head = self.template.write(cleaned(messages[:index]), self._talk.tools, prompt=True).text
            through = self.template.write(cleaned(messages[: index + 1]), self._talk.tools).text
        except RefusedError:
            return None
        whole = self._text.startswith(head) and self._text.startswith(through)
        return (len(head), len(through.rstrip())) if whole else None

    def written(self, index: int, message: Mapping[str, Any]) -> str | None:
        """Return the text of the conversation with another message in a place; None where the template refuses it."""
        return self.rendered(self._talk.with_message(index, message))

    def rendered(self, messages: Sequence[Mapping[str, Any]]) -> str | None:
        """Return the text of other messages; None where the template refuses them."""
        try:
            return self.template.write(cleaned(messages), self._talk.tools).text
        except RefusedError:
            return None


def _replaced(message: Mapping[str, Any], placeholder: str) -> dict[str, Any]:
    """Return a message that says a placeholder, and nothing more."""
    said = [{"type": "text", "text": placeholder}] if type(message.get("content")) is list else placeholder
    return {**{key: one for key, one in message.items() if key in _KEPT}, "content": said}


def _renamed(message: Mapping[str, Any], placeholder: str) -> dict[str, Any]:
    """Return a message whose content, if it has one, and whose calls say a placeholder."""
    name = re.sub(r"\W", "", placeholder)
    calls = []
    for call in message["tool_calls"] if type(message["tool_calls"]) is list else ():
        inner = call.get("function") if type(call) is dict else None
        if type(inner) is dict:
            given: Any = {name: placeholder}
            arguments = given if type(inner.get("arguments")) is dict else json.dumps(given)
            call = {**call, "function": {**inner, "name": name, "arguments": arguments}}  # noqa: PLW2901 - the call that is meant
        calls.append(call)
    made = {**message, "tool_calls": calls}
    return {**made, "content": placeholder} if message.get("content") else made


def shares(text: str, span: tuple[int, int], placeholder: str) -> bool:
    """Whether what is around a difference may be of the message, because the placeholder begins or ends in the same way."""
    start, end = span
    sizes = range(1, len(placeholder) + 1)
    return any(text[:start].endswith(placeholder[:size]) or text.startswith(placeholder[-size:], end) for size in sizes)


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
