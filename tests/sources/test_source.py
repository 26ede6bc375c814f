"""Spans of sources, and wide encodings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ftlint
from ftlint.sources import Source, Span
from ftlint.sources.charset import charset_of, codec_of


@given(
    st.lists(st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"")), max_size=20), st.booleans(), st.integers(1, 30)
)
def test_spans_of_a_source_hold_each_line_once(lines, final, block):
    data = b"\n".join(lines) + (b"\n" if final else b"")
    source = Source("x", len(data), data)
    parts = [source.read(span) for span in source.spans(block)]
    assert b"".join(part for _, part in parts) == data
    for start, part in parts:
        assert not part or data[start : start + len(part)] == part
        assert not part or start == 0 or data[start - 1 : start] == b"\n"
    assert source.read(Span(0, len(data)))[1] == data


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_encodings(codec):
    text = '{"prompt": "é", "completion": "b"}\n'
    source = lambda data: Source("x", len(data), data)  # noqa: E731
    found = charset_of(source(text.encode(codec)))
    assert (found.name, found.broken) == (codec[:6].upper(), None)
    assert ftlint.fix(text.encode(codec), unsafe=True)[0].removeprefix(b"\xef\xbb\xbf").startswith(text[:13].encode())
    half = text.encode(codec) + (b"\x00\xd8a\0" if codec.endswith(("16", "le")) else b"\xd8\0\0a")
    assert charset_of(source(half)).broken
    assert ftlint.fix(half, unsafe=True)[0] == half, "what cannot be decoded is not lost"
    assert [finding.applicability for finding in ftlint.check(half).findings] == [None]


def test_no_wide_encoding():
    for head in (b'{"prompt": "a", "completion": "b"}', "\ufeffa".encode(), b"\0" * 64, b""):
        assert codec_of(head[:64]) is None
