"""What a template writes around messages; conversations with the same roles and keys have the same scaffold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from ftlint.training.cleaned import cleaned
from ftlint.training.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.training.model import Writer
    from ftlint.training.talk import Talk

_REMEMBERED = 512
"""Scaffolds of a template that are kept."""

_WHOSE = ("role", "name", "tool_call_id")
"""Members of a message that say whose it is, and not what is said."""

_UNWRITTEN = {*_WHOSE, "content", "weight"}


class Scaffold(NamedTuple):
    """A conversation with a mark in place of each message.

    Attributes:
        text: None where the template refuses it.
        marks: Of each message; None where its content is no text.
        drops_tools: Whether it is the same without the tools.
    """

    text: str | None
    marks: Sequence[str | None]
    drops_tools: bool = False

    @property
    def left_out(self) -> frozenset[int]:
        """Messages that the template leaves out."""
        text = self.text
        if text is None:
            return frozenset()
        return frozenset(index for index, mark in enumerate(self.marks) if mark is not None and mark not in text)

    def places(self, talk: Talk, text: str) -> Sequence[tuple[int, int]] | None:
        """Return where in the text of a conversation each message is.

        None where messages are more than texts, or where the text is not the scaffold with the messages' own texts in it, with
        or without the white space around them.
        """
        if self.text is None or any(map(_has_more, talk.messages)):
            return None
        spans = []
        at = done = 0
        for mark, message in zip(self.marks, talk.messages, strict=True):
            place = self.text.find(mark, done) if mark else -1
            if mark is None or place < 0 or self.text.count(mark) != 1 or not text.startswith(self.text[done:place], at):
                return None
            at += place - done
            done = place + len(mark)
            content = message["content"]
            own = content if text.startswith(content, at) else content.strip()
            if not own.strip() or not text.startswith(own, at):
                return None
            spans.append((at, at + len(own)))
            at += len(own)
        return spans if text[at:] == self.text[done:] else None


def scaffold_of(template: Writer, talk: Talk) -> Scaffold:
    """Return the scaffold of a conversation; each is written once."""
    known = template.scaffolds
    key = (orjson.dumps(talk.tools), *(_signature(message) for message in talk.messages))
    if key not in known:
        if len(known) > _REMEMBERED:
            known.clear()
        known[key] = _written(template, talk)
    scaffold: Scaffold = known[key]
    return scaffold


def _written(template: Writer, talk: Talk) -> Scaffold:
    texts = [type(message.get("content")) is str for message in talk.messages]
    marks = [f"zz{index}message{index}zz" if is_text else None for index, is_text in enumerate(texts)]
    marked = [{**message, "content": mark} if mark else message for message, mark in zip(talk.messages, marks, strict=True)]
    try:
        text = template.write(cleaned(marked), talk.tools).text
    except RefusedError:
        return Scaffold(None, marks)
    try:
        return Scaffold(text, marks, bool(talk.tools) and template.write(cleaned(marked), None).text == text)
    except RefusedError:
        return Scaffold(text, marks)


def _signature(message: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what of a message decides how it is written, but for its content."""
    whose = tuple(str(message.get(key)) for key in _WHOSE)
    return (*whose, type(message.get("content")) is str, *(key for key, one in message.items() if one is not None))


def _has_more(message: Mapping[str, Any]) -> bool:
    """Whether a message has something that a template can write besides its content."""
    return not message.keys() <= _UNWRITTEN and any(one is not None for key, one in message.items() if key not in _UNWRITTEN)
