"""What a record says and its template leaves out.

What may be lost is replaced by marks, all in one rendering: what has no mark there is lost. To look for the texts themselves
would not do, since short ones (the result of a tool, a name) are elsewhere in the text too.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ftlint.dialects.base import value_at
from ftlint.training.cleaned import THOUGHTS
from ftlint.training.scaffold import scaffold_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ftlint.training.spans import Spans
    from ftlint.training.talk import Talk

_TAG = re.compile(r"</?think(?:ing)?>")
"""Where a template may keep one side of a text and drop the other."""

_LINE_FEED = re.compile("\n")

_ALONE = 20
"""Texts that are tried one by one, where the template refuses a record with all marks."""


class _Doubt(NamedTuple):
    """A text that may be lost.

    Attributes:
        number: Of its message.
        at: Its JSON Pointer within the message.
        value: What stands in its place: the text with marks.
        marks: Those in it, of which none must be lost.
    """

    number: int
    at: str
    value: Any
    marks: Sequence[str]


def lost_in(talk: Talk, places: Spans, text: str) -> list[str]:
    """Return the JSON Pointers of what is said in a conversation and is not in its text, or not all of it."""
    scaffold = scaffold_of(places.template, talk)
    doubts = list(_doubts(talk, scaffold.left_out, text))
    found = [talk.tools_at] if scaffold.drops_tools else []
    for doubt in _lost(doubts, talk, places):
        turn = talk.turns[doubt.number]
        found.append(turn.at if turn.bare else turn.at + doubt.at)
    return found


def _lost(doubts: Sequence[_Doubt], talk: Talk, places: Spans) -> Iterator[_Doubt]:
    """Yield those texts whose marks are not in the conversation's text."""
    if not doubts:
        return
    messages = list(talk.messages)
    for doubt in doubts:
        messages[doubt.number] = _with(messages[doubt.number], doubt)
    whole = places.rendered(messages)
    for doubt in doubts if whole is not None else doubts[:_ALONE]:
        other = whole
        if other is None:
            other = places.written(doubt.number, _with(talk.messages[doubt.number], doubt))
        if other is not None and any(mark not in other for mark in doubt.marks):
            yield doubt


def _doubts(talk: Talk, left_out: frozenset[int], text: str) -> Iterator[_Doubt]:
    """Yield the texts that may be lost, and all calls."""
    number = 0
    for index, message in enumerate(talk.messages):
        for at, own in _texts(message):
            pieces = [(0, len(own))] if index in left_out and at == "/content" else _doubtful(own, text)
            if pieces:
                marks = [_mark(number + place) for place in range(len(pieces))]
                number += len(pieces)
                yield _Doubt(index, at, _marked(own, pieces, marks), marks)
        for doubt in _calls(index, message, number):
            number += 1
            yield doubt


def _calls(index: int, message: Mapping[str, Any], number: int) -> Iterator[_Doubt]:
    """Yield names and arguments of the calls of a message."""
    calls = message.get("tool_calls")
    for place, call in enumerate(calls if type(calls) is list else ()):
        inner = call.get("function") if type(call) is dict else None
        if type(inner) is not dict:
            continue
        at, given = f"/tool_calls/{place}/function", inner.get("arguments")
        if type(inner.get("name")) is str:
            yield _Doubt(index, f"{at}/name", _mark(number), [_mark(number)])
            number += 1
        if given and given != "{}" and type(given) in {dict, str}:
            value = {_mark(number): _mark(number)}
            yield _Doubt(index, f"{at}/arguments", value if type(given) is dict else json.dumps(value), [_mark(number)])
            number += 1


def _mark(number: int) -> str:
    return f"zz{number}mark{number}zz"


def _marked(text: str, pieces: Iterable[tuple[int, int]], marks: Iterable[str]) -> str:
    """Return a text with marks in place of pieces."""
    parts, done = [], 0
    for (start, end), mark in zip(pieces, marks, strict=True):
        parts += [text[done:start], mark]
        done = end
    return "".join([*parts, text[done:]])


def _doubtful(own: str, text: str) -> list[tuple[int, int]]:
    """Return where in a text are pieces that may not be in the conversation's text, as they are or as JSON writes them."""
    if _is_in(own.strip(), text):
        return []
    sides = _cut(own, _TAG)
    if len(sides) > 1:
        return sides
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


def _texts(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the texts of a message, with their JSON Pointers: content, parts, thoughts."""
    content = message.get("content")
    if type(content) is str and content.strip():
        yield "/content", content
    for index, part in enumerate(content if type(content) is list else ()):
        if type(part) is dict and type(part.get("text")) is str and part["text"].strip():
            yield f"/content/{index}/text", part["text"]
    thought = next((key for key in THOUGHTS if type(message.get(key)) is str), "")
    if thought and message[thought].strip():
        yield f"/{thought}", message[thought]


def _with(message: Mapping[str, Any], doubt: _Doubt) -> dict[str, Any]:
    """Return a message with marks in place of a text."""
    made: dict[str, Any] = json.loads(json.dumps(message))
    above, _, key = doubt.at.rpartition("/")
    holder = value_at(made, above) if above else made
    holder[key] = doubt.value
    return made
