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

    def with_texts(self, texts: Mapping[int, str]) -> str | None:
        """Return the text of the conversation in which some messages say something else; None where the template refuses it."""
        changed = [
            {**message, "content": texts[index]} if index in texts else message
            for index, message in enumerate(self._talk.messages)
        ]
        return self._written(changed)

    def written(self, index: int, message: Mapping[str, Any]) -> str | None:
        """Return the text of the conversation with another message in a place; None where the template refuses it."""
        return self._written(self._talk.with_message(index, message))

    def _written(self, messages: Sequence[Mapping[str, Any]]) -> str | None:
        try:
            return self.template.write(cleaned(messages), self._talk.tools).text
        except RefusedError:
            return None


def all_at_once(template: Template, talk: Talk, text: str) -> Sequence[tuple[int, int]] | None:
    """Return where each message is, from one more rendering, in which all of them are placeholders.

    None where messages are more than texts, or where the text is not what stands between the placeholders and the messages'
    own texts, with or without the white space around them.
    """
    contents = [message.get("content") for message in talk.messages]
    if any(type(one) is not str or not one.strip() for one in contents) or any(_has_more(one) for one in talk.messages):
        return None
    marks = [f"zz{index}message{index}zz" for index in range(len(contents))]
    replaced = [{**message, "content": mark} for message, mark in zip(talk.messages, marks, strict=True)]
    try:
        scaffold = template.write(cleaned(replaced), talk.tools).text
    except RefusedError:
        return None
    return _placed(scaffold, marks, [str(one) for one in contents], text)


def _placed(scaffold: str, marks: Sequence[str], contents: Sequence[str], text: str) -> Sequence[tuple[int, int]] | None:
    """Return where contents are in a text that is a scaffold with them in place of its marks; None where it is not."""
    spans = []
    at = done = 0
    for mark, content in zip(marks, contents, strict=True):
        place = scaffold.find(mark, done)
        if place < 0 or scaffold.count(mark) != 1 or not text.startswith(scaffold[done:place], at):
            return None
        at += place - done
        done = place + len(mark)
        own = content if text.startswith(content, at) else content.strip()
        if not text.startswith(own, at):
            return None
        spans.append((at, at + len(own)))
        at += len(own)
    return spans if text[at:] == scaffold[done:] else None


def _has_more(message: Mapping[str, Any]) -> bool:
    """Whether a message has something that a template can write besides its content."""
    return any(one is not None for key, one in message.items() if key not in {*_KEPT, "content", "weight"})


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
