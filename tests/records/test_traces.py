"""Traces of characters in raw bytes."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ftlint.records import traces
from ftlint.records.traces import scan


@given(st.lists(st.text(st.sampled_from('ab"\\/<&\t\n\x07\x1f\x7f\x85é€中\u200bÃ\ufffd'), max_size=8), max_size=4), st.booleans())
def test_no_text_holds_what_has_no_trace(texts, ascii_only):
    data = "\n".join(json.dumps({"prompt": text}, ensure_ascii=ascii_only) for text in texts).encode()
    found = scan(data)
    held = "".join(texts)
    holds = {
        traces.BEYOND_ASCII: not held.isascii(),
        traces.CONTROL: any(character < " " and character not in "\t\n\r" for character in held) or "\x7f" in held,
        traces.MARKUP: "<" in held or "&" in held,
        traces.LATIN: any("\xc0" <= character <= "\xff" for character in held),
        traces.BACKSLASH: "\\" in held,
        traces.REPLACEMENT: "\ufffd" in held,
    }
    assert {trace for trace, does in holds.items() if does} <= found.traces
    assert found.quotes == 4 * len(texts)


def test_clean_text_has_no_trace():
    assert scan(b'{"prompt": "a\\tb\\n\\"c\\" ->", "completion": " d"}') == (1, 8, set())
