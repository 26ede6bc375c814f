"""A document follows its editor: rows and code units, whatever is typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position, Range, TextDocumentContentChangePartial, TextDocumentContentChangeWholeDocument

from ftlint.editor.text import Document

ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
SIZES = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
TEXTS = st.text(st.sampled_from(list('ab\n\r "é語🍇\u2028\x0b\x85')), max_size=20)


def rows(text):
    """Return where the rows of a text begin and end, as the protocol has it."""
    ends = [*re.finditer(r"\r\n|\n|\r", text)]
    return list(zip([0, *(end.end() for end in ends)], [*(end.start() for end in ends), len(text)], strict=True))


def position(text, at, units):
    """Return the position of a character, told from the text as a whole."""
    row = max(number for number, (start, _) in enumerate(rows(text)) if start <= at)
    start, end = rows(text)[row]
    return Position(row, len(text[start : min(at, end)].encode(ENCODINGS[units])) // SIZES[units])


@given(TEXTS, st.lists(st.tuples(TEXTS, st.floats(0, 1), st.floats(0, 1)), max_size=5), st.sampled_from(list(ENCODINGS)))
def test_a_document_is_what_the_editor_has(text, changes, units):
    document = Document("file:///a.jsonl", "a.jsonl", text, 1, units)
    for new, one, other in changes:
        start, end = sorted((round(one * len(text)), round(other * len(text))))
        # Between a carriage return and its line feed there is no position.
        start, end = (at - (text[at - 1 : at + 1] == "\r\n") for at in (start, end))
        where = Range(position(text, start, units), position(text, end, units))
        document.change(TextDocumentContentChangePartial(where, new))
        text = text[:start] + new + text[end:]
    assert document.content().decode() == text
    assert document.size == len(text)


@given(TEXTS, st.sampled_from(list(ENCODINGS)))
def test_places_are_found_again(text, units):
    document = Document("file:///a.jsonl", "a.jsonl", text, 1, units)
    at = 0
    for line, content in enumerate(document.lines):
        for character in range(len(content.removesuffix("\r")) + 1):
            assert document.position(line, character) == position(text, at + character, units)
            if not content[:character].endswith("\r"):
                assert document.place(document.position(line, character)) == (line, character)
        at += len(content) + 1


@pytest.mark.parametrize("beyond", [Position(0, 99), Position(99, 0)])
def test_what_is_beyond_the_end_is_the_end(beyond):
    document = Document("file:///a.jsonl", "a.jsonl", "abc", 1)
    document.change(TextDocumentContentChangePartial(Range(beyond, beyond), "d"))
    assert document.lines == ["abcd"]


def test_what_is_beyond_the_end_of_a_row_is_before_its_line_end():
    document = Document("file:///a.jsonl", "a.jsonl", "abc\r\nd", 1)
    document.change(TextDocumentContentChangePartial(Range(Position(0, 99), Position(0, 99)), "x"))
    assert document.content() == b"abcx\r\nd"


def test_findings_move_with_their_lines():
    document = Document("file:///a.jsonl", "a.jsonl", "a\nb\nc\nd", 1)
    document.found, document.changed = {None: ["whole"], 0: ["a"], 1: ["b"], 3: ["d"]}, {3}
    document.change(TextDocumentContentChangePartial(Range(Position(1, 0), Position(1, 1)), "x\ny\nz"))
    assert document.found == {None: ["whole"], 0: ["a"], 5: ["d"]}
    assert document.changed == {1, 2, 3, 5}
    document.change(TextDocumentContentChangePartial(Range(Position(0, 0), Position(4, 0)), ""))
    assert document.found == {None: ["whole"], 1: ["d"]}
    assert document.changed == {0, 1}
    document.change(TextDocumentContentChangeWholeDocument("new"))
    assert document.found == {}
    assert document.changed == {0}
