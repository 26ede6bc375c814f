"""What a record says and its template leaves out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ftlint.dialects.base import value_at
from ftlint.training.scaffold import scaffold_of
from ftlint.training.spans import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.training.spans import Spans
    from ftlint.training.talk import Talk

_MARK = PLACEHOLDERS[1]
_TAG = re.compile(r"</?think(?:ing)?>")
"""Where a template may keep one side of a text and drop the other."""

_LINE_FEED = re.compile("\n")

_THOUGHTS = ("reasoning_content", "thinking", "reasoning")


class _Text(NamedTuple):
    """A text of a message. at: its JSON Pointer within the message."""

    at: str
    text: str


def lost_in(talk: Talk, places: Spans, text: str) -> list[str]:
    """Return the JSON Pointers of what is said in a conversation and is not in its text.

    A text is lost if it, or a line or a side of a thought of it, is not in the conversation's text, and neither is another one
    that is put in its place.
    """
    left_out = scaffold_of(places.template, talk).left_out
    found = []
    for index, turn in enumerate(talk.turns):
        for own in _texts(talk.messages[index]):
            whole = index in left_out and own.at == "/content"
            pieces = [(0, len(own.text))] if whole else _doubtful(own.text, text)
            changes = (_with_mark(talk.messages[index], own, piece) for piece in pieces)
            if any(_is_lost(index, changed, places, text) for changed in changes):
                found.append(turn.at if turn.bare else turn.at + own.at)
    return found


def _with_mark(message: Mapping[str, Any], own: _Text, piece: tuple[int, int]) -> dict[str, Any]:
    """Return a message with a mark in place of a piece of one of its texts."""
    start, end = piece
    return _replaced(message, own.at.split("/")[1:], own.text[:start] + _MARK + own.text[end:])


def _is_lost(index: int, changed: Mapping[str, Any], places: Spans, text: str) -> bool:
    """Whether the mark in a message is not in the conversation's text either."""
    other = places.written(index, changed)
    return other is not None and other.count(_MARK) <= text.count(_MARK)


def _doubtful(own: str, text: str) -> list[tuple[int, int]]:
    """Return where in a text are pieces that may not be in the conversation's text, as they are or as JSON writes them."""
    if _is_in(own.strip(), text):
        return []
    sides = _cut(own, _TAG)
    if len(sides) > 1:
        return sides  # a short one may be in the text elsewhere
    lines = _cut(own, _LINE_FEED)
    missing = [(start, end) for start, end in lines if not _is_in(own[start:end].strip(), text)]
    return missing if len(missing) < len(lines) else [(0, len(own))]


def _cut(text: str, between: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return where the parts of a text begin and end that are not white space."""
    edges = [0, *(edge for found in between.finditer(text) for edge in found.span()), len(text)]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if text[start:end].strip()]


def _is_in(piece: str, text: str) -> bool:
    if piece in text:
        return True
    return json.dumps(piece, ensure_ascii=False)[1:-1] in text or json.dumps(piece)[1:-1] in text


def _texts(message: Mapping[str, Any]) -> Iterator[_Text]:
    """Yield the texts of a message: content, parts, thoughts, names and arguments of calls."""
    content = message.get("content")
    if type(content) is str and content.strip():
        yield _Text("/content", content)
    for index, part in enumerate(content if type(content) is list else ()):
        if type(part) is dict and type(part.get("text")) is str and part["text"].strip():
            yield _Text(f"/content/{index}/text", part["text"])
    thought = next((key for key in _THOUGHTS if type(message.get(key)) is str), "")
    if thought and message[thought].strip():
        yield _Text(f"/{thought}", message[thought])
    calls = message.get("tool_calls")
    for index, call in enumerate(calls if type(calls) is list else ()):
        inner = call.get("function") if type(call) is dict else None
        if type(inner) is dict and type(inner.get("name")) is str:
            yield _Text(f"/tool_calls/{index}/function/name", inner["name"])


def _replaced(message: Mapping[str, Any], path: Sequence[str], text: str) -> dict[str, Any]:
    """Return a message with another text at a place."""
    made: dict[str, Any] = json.loads(json.dumps(message))
    holder = value_at(made, "/" + "/".join(path[:-1])) if path[1:] else made
    holder[path[-1]] = text
    return made
