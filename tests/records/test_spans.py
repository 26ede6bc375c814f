"""Positions in raw lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import law

import ftlint
from ftlint.dialects import named
from ftlint.records.reader import Reader
from ftlint.records.spans import raw_offsets, value_span
from ftlint.records.traces import scan
from ftlint.text.normal import normal

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), json_values, min_size=1, max_size=4), st.booleans(), st.sampled_from([None, 1]))
def test_spans_find_every_value(record, ascii_only, indent):
    line = json.dumps(record, ensure_ascii=ascii_only, separators=(",", ":") if indent else None)
    for key, value in record.items():
        span = value_span(line, "/" + key.replace("~", "~0").replace("/", "~1"))
        assert json.loads(line[slice(*span)]) == value
        if isinstance(value, str):
            for start in range(len(value)):
                first, last = raw_offsets(line, span, start, start + 1)
                assert json.loads(f'"{line[first:last]}"') == value[start]


def test_what_takes_long_in_other_hands_does_not_here():
    for text in ("1" + " " * 60_000 + "a", "a" + " " * 60_000 + "1", "1" + "- " * 30_000 + "a", "x" + "!" * 60_000):
        assert len(normal(text)) <= len(text)
    keys = [{"prompt": f"a {i} ->", "completion": " b", f"key {i}": i} for i in range(20_000)]
    report = ftlint.check(keys)
    assert report.counts["SHP003"] == 20_000
    dots = [{"prompt": f"a {i} ->", "completion": " " + "." * (8000 if i % 2 else 2)} for i in range(40)]
    assert ftlint.fix(dots, unsafe=True, fixable=["LBL001"], task="classification")[0]
    many = [{"prompt": f"a {i} ->", "completion": f" label {i}"} for i in range(50_000)]
    assert ftlint.check(many, task="classification").counts["LBL004"] == 50_000


FLAT = ("{", '"prompt"', ":", '"a}\\n{"', ",", '"completion"', ":", '"b"', "}")


SAID = ("{", '"role"', ":", '"user"', ",", '"content"', ":", '"q"', "}")


CHAT = ("{", '"messages"', ":", "[", *SAID, ",", *SAID, "]", "}")


ONE = "".join(CHAT)


@st.composite
def broken_in_the_wrong_places(draw, signs):
    """Records of which some have a line feed too many, and some none at their end."""
    text = ""
    for _ in range(draw(st.integers(1, 4))):
        closed = [place for place, sign in enumerate(signs) if sign == "}"]
        cut = draw(st.sampled_from([-1, *closed]) | st.integers(0, len(signs)))
        feed = draw(st.sampled_from(["\n", "\r\n"]))
        text += "".join(sign + feed * (place == cut) for place, sign in enumerate(signs))
        text += draw(st.sampled_from(["\n", "\n", "\r\n", "", ",", " \n", ",\n", "\n\n"]))
    return text.encode()


@law(400)
@example(("chat", (ONE.replace("},{", "}\n,{") + ONE).encode()))
@example(("chat", (ONE.replace("},{", "},\n{") + ONE).encode()))
@given(
    st.one_of(
        st.tuples(st.just(name), broken_in_the_wrong_places(signs))
        for name, signs in (("prompt-completion", FLAT), ("chat", CHAT))
    )
)
def test_a_line_is_a_record_by_itself_whatever_stands_around_it(case):
    dialect, data = case
    lines = data.split(b"\n")[: -1 if data.endswith(b"\n") or not data else None]
    reader = Reader(named(dialect))
    alone = [reader.read(line + b"\n") for line in lines]
    together = reader.read(data)
    assert together.lines == len(lines)
    assert together.objects == sum(one.objects for one in alone)
    assert together.tables["records"]["line"].to_list() == [n for n, one in enumerate(alone) if len(one.tables["records"])]
    for fault in {*together.faults, *(fault for one in alone for fault in one.faults)}:
        assert sorted(together.faults.get(fault, [])) == [n for n, one in enumerate(alone) if fault in one.faults]


@pytest.mark.parametrize("data", [b"", b"\\", b"\\\\", b"\r\n", b"\n", b"\r", b"{", b"}"])
def test_next_to_nothing_can_be_looked_through(data):
    assert scan(data).quotes == 0
