"""Parts by themselves: marks, tokens, spans, sources, labels, the library call."""

from __future__ import annotations

import io
import json
import re
from itertools import pairwise

import polars as pl
import pytest
import tiktoken_ext.openai_public
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import law

import ftlint
from ftlint import config as configuration
from ftlint import session
from ftlint.dialects import named
from ftlint.engine.dataset import Dataset
from ftlint.engine.serial import Serial
from ftlint.records import traces
from ftlint.records.reader import Reader
from ftlint.records.spans import raw_offsets, value_span
from ftlint.records.traces import scan
from ftlint.session import Session
from ftlint.sources import Source, Span
from ftlint.sources.charset import charset_of, codec_of
from ftlint.targets import target
from ftlint.text import inference, marks, tokens
from ftlint.text.labels import merged, repeat, variants
from ftlint.text.normal import _TYPED, normal, signatures
from ftlint.text.tokens import openai


@pytest.mark.parametrize(
    ("ending", "inferred"),
    [
        ("\n\n###\n\n", "\n\n###\n\n"),
        (" ->", " ->"),
        ("-->", "-->"),
        (" >>>", " >>>"),
        ("\n\nLabel:", "\n\nLabel:"),
        ("\n\ncategory:\n\n", "\n\ncategory:\n\n"),
        ("\nbot:", "\nbot:"),
        (" <sep>", " <sep>"),
        (" [DONE]", " [DONE]"),
        ("</s>", "</s>"),
        (" END", " END"),
        ("\n### Response:", "\n### Response:"),
        ("\nSentiment of the tweet:", "\nSentiment of the tweet:"),
        (" 标签：", " 标签："),
        (" –>", " –>"),
        ("right? ->", " ->"),
        ("\nRating (1-5):", "\nRating (1-5):"),
        (" है", None),
        (" है।", None),
        ("؟", None),
        ("?", None),
        (".", None),
        ('"', None),
        (")", None),
        (" ", None),
        ("ing", None),
        ("", None),
    ],
)
def test_separators(ending, inferred):
    bodies = ["the red car", "a blue lamp", "its third door (left)", "no more", "we saw it"]
    prompts = [f"{body} {i}{ending}" for i, body in enumerate(bodies * 4)]
    found, rivals = inference.infer_separator([*prompts, "one without", "another"], 0.8)
    assert (found.text if found else None, rivals) == (inferred, [])


@pytest.mark.parametrize(
    ("completions", "inferred"),
    [
        ([" a END", " b END"], " END"),
        ([" a\n", " b\n"], "\n"),
        ([" a\nb\n\n", " c\nd\n\n"], "\n\n"),
        ([" a\nEND", " b\nEND"], "\nEND"),
        ([" a [DONE]", " b [DONE]"], " [DONE]"),
        ([" a###", " b###"], "###"),
        ([" Positive END", " Negative END"], " END"),
        ([" positive", " negative"], None),
        ([" SPAM", " NOT SPAM"], None),
        ([" C++", " C"], None),
        ([" 5 %", " 6 %"], None),
        ([" so 🎉", " no 🎉"], None),
        ([" { a }", " { b }"], None),
        ([" <p>a</p>", " <p>b</p>"], None),
        ([" a</s>", " b</s>"], "</s>"),
        ([" educational"] * 8 + [" x", " y"], None),
        ([" a END"] * 20 + [" b END"] * 20 + [" END"], " END"),
        ([" 12 KG", " 7 KG"], None),
        ([" WEEKEND END", " WEEKDAY END"], " END"),
    ],
)
def test_stops(completions, inferred):
    found = inference.infer_stop(completions * 5, 0.8, classification=True)
    assert (found.text if found else None) == inferred


@pytest.mark.parametrize("name", openai.ENCODINGS)
def test_encodings_are_those_of_tiktoken(name, monkeypatch):
    demanded = {}

    def read(_url, expected_hash=None):
        demanded["sha256"] = expected_hash
        return {b"%d" % i: i for i in range(3)}

    monkeypatch.setattr(tiktoken_ext.openai_public, "load_tiktoken_bpe", read)
    theirs = getattr(tiktoken_ext.openai_public, name)()
    ours = openai.definition(name)
    assert ours.pattern == theirs["pat_str"]
    assert dict(ours.special) == theirs["special_tokens"]
    assert ours.sha256 == demanded["sha256"]
    sizes = {"r50k_base": 50257, "p50k_base": 50281, "cl100k_base": 100277, "o200k_base": 200019}
    assert openai.encoding(name).n_vocab == sizes[name]


@pytest.mark.parametrize(
    ("mark", "text", "ends"),
    [
        ("->", "a ->", True),
        ("->", "a->", True),
        ("->", "a?->", True),
        ("->", "a -->", False),
        ("->", "->", True),
        ("###", "a\n\n####", False),
        ("END", "the END", True),
        ("END", "WEEKEND", False),
        ("A:", "A:", True),
        ("A:", "DNA:", False),
    ],
)
def test_a_mark_is_not_the_tail_of_another(mark, text, ends):
    ending = marks.parse_ending(mark)
    assert ending.marks[0].ends(text) is ends
    frame = pl.DataFrame({"text": [text]})
    assert frame.select(marks.with_mark(pl.col("text"), ending.marks[0])).item() is ends
    assert frame.select(marks.with_ending(pl.col("text"), ending)).item() is ends
    assert frame.select(marks.strip_ending_expr(pl.col("text"), ending)).item() == marks.strip_ending(text, ending)


@pytest.mark.parametrize(
    ("text", "ending", "ended"),
    [
        ("tea", "->", "tea->"),
        ("tea ", " ->", "tea ->"),
        ("tea->", " ->", "tea ->"),
        ("tea", "END", "tea END"),
        ("tea!", "END", "tea!END"),
        ("tea_", "END", "tea_ END"),
        ("tea END", "END", "tea END"),
        ("tea", "\nEND", "tea\nEND"),
        ("tea END END", " END", "tea END END"),
        ("tea\n", "\n\n", "tea\n\n"),
    ],
)
def test_a_text_gets_its_ending_once(text, ending, ended):
    assert marks.ensure_ending(text, marks.parse_ending(ending)) == ended


@pytest.mark.parametrize(
    ("text", "ending", "glued"),
    [
        ("sirEND", "END", True),
        ("sir END", "END", False),
        ("sirEND ", " END", True),
        ("tea->", "->", False),
        ("END", "END", False),
    ],
)
def test_what_is_glued_to_a_word(text, ending, glued):
    assert marks.is_glued(text, marks.parse_ending(ending)) == glued


@pytest.mark.parametrize(
    ("spaces", "lead", "trail"),
    [
        ([("\n\n", "\n\n")] * 10, "\n\n", "\n\n"),
        ([("\n\n", "\n\n")] * 4 + [(" \n\n", "\n\n")] * 6, "\n\n", "\n\n"),
        ([(" \n", "")] * 9 + [("\n", "")], " \n", ""),
        ([(" \n", "")] * 7 + [("\n", "")] * 3, "\n", ""),
        ([("\n", "\n\n")] * 7 + [("\n", "\n")] * 3, "\n", "\n\n"),
        ([(" ", "")] * 5 + [("", "")] * 5, "", ""),
        ([("  ", " ")] * 8 + [("", "")] * 2, "  ", " "),
    ],
)
def test_the_white_space_that_most_have_is_the_separators(spaces, lead, trail):
    prompts = [f"text {i}{before}###{after}" for i, (before, after) in enumerate(spaces)]
    found, _ = inference.infer_separator(prompts, 0.8)
    assert (found.lead, found.trail) == (lead, trail)
    assert found.share == sum(prompt.endswith(found.text) for prompt in prompts) / len(prompts)


def test_shards_are_one_dataset():
    one = [{"prompt": f"mail {i} ->", "completion": f" a long answer {i}"} for i in range(30)]
    other = [
        {"prompt": "Mail  3. ->", "completion": " a long answer 3"},
        one[5],
        {"prompt": "mail 7 ->", "completion": " another"},
    ]
    lines = [b"".join(json.dumps(record).encode() + b"\n" for record in records) for records in (one, other, one[:2])]
    shards = [Source(f"{name}.jsonl", len(data), data) for name, data in zip("abc", lines, strict=True)]
    config = configuration.load({"select": ["DUP"]}, isolated=True)
    report = Session.of(config).check_datasets([Dataset(shards, config.options())])
    found = [(f.code, f.path, f.line, f.related[0].path, f.related[0].line) for f in report.findings]
    assert found == [
        ("DUP003", "b.jsonl", 1, "a.jsonl", 4),
        ("DUP001", "b.jsonl", 2, "a.jsonl", 6),
        ("DUP002", "b.jsonl", 3, "a.jsonl", 8),
        ("DUP001", "c.jsonl", 1, "a.jsonl", 1),
        ("DUP001", "c.jsonl", 2, "a.jsonl", 2),
    ]


WORDS = (" word", " Wort", "it's", ", ", ".", "\n\n", "12345", "。", "日本", "é", "  ", "_", "!")


@pytest.mark.parametrize("name", openai.ENCODINGS)
@given(words=st.lists(st.sampled_from(WORDS)))
def test_a_text_in_parts_has_the_same_tokens(name, words):
    text = "".join(words)
    between = [0, *(cut.start() for cut in openai._BETWEEN_WORDS.finditer(text)), len(text)]
    encode = openai.encoding(name).encode_ordinary
    assert [token for start, end in pairwise(between) for token in encode(text[start:end])] == encode(text)


def test_long_texts_are_encoded_in_parts():
    text = "A word, and one more. " * 10_000
    assert len(list(openai.parts_of(text))) > 1
    assert "".join(openai.parts_of(text)) == text
    assert tokens.count(text, "r50k_base") == len(openai.encoding("r50k_base").encode_ordinary(text))
    assert 100 <= tokens.count(text, "r50k_base", 100) < tokens.count(text, "r50k_base")


def test_tokens_of_the_source():
    assert tokens.pieces(" edible", "r50k_base") == [b" edible"]
    assert tokens.pieces(" inedible", "r50k_base") == [b" in", b"ed", b"ible"]
    single = [number for number in range(500) if tokens.count(f" {number}", "r50k_base") == 1]
    assert len(single) == 445
    assert 361 in single
    assert 362 not in single
    assert not [number for number in range(500) if tokens.count(f" {number}", "o200k_base") == 1]


def test_targets():
    assert (target("davinci").limit, target("text-davinci-002").limit, target("text-davinci-002").encoding) == (
        2048,
        4000,
        "p50k_base",
    )
    own = {"mine": {"extends": "curie", "limit": 99}}
    assert (target("mine", own).limit, target("mine", own).encoding) == (99, "r50k_base")
    with pytest.raises(ftlint.ConfigError, match="circular extend"):
        target("a", {"a": {"extends": "b"}, "b": {"extends": "a"}})
    with pytest.raises(ftlint.ConfigError, match="unknown key 'limt'; did you mean limit"):
        target("a", {"a": {"limt": 3}})


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


def test_variants():
    counts = {"yes": 5, "Yes": 2, "no": 3, "no.": 3, ":)": 2, ":(": 2}
    assert variants(counts) == {"Yes": "yes", "no.": "no"}
    assert merged(counts) == {"yes": 7, "no": 6, ":)": 2, ":(": 2}


def test_when_completions_are_labels():
    assert repeat(["yes", "no"] * 50, "r50k_base")
    assert not repeat([f"answer {i}" for i in range(100)], "r50k_base")
    assert repeat([f"label {i % 20}" for i in range(100)], "r50k_base")
    assert not repeat([f"label {i % 21}" for i in range(100)], "r50k_base")
    assert repeat(["yes", "no"] * 2, "r50k_base")
    assert not repeat(["a very long answer, which no label is, of many words and more than ten tokens"] * 50, "r50k_base")


TYPED = st.text(st.sampled_from("ab19 .-'!+#:)(\0‘’‚‛‐‑‒–—−ﬁİßÅé"), max_size=12)


@given(st.text() | TYPED, st.text() | TYPED, st.sampled_from((0, 32, 256)))
def test_texts_of_one_normal_form_share_their_signature(one, other, head):
    pair = [one, f" {other.swapcase()}! ", other, one.upper(), one.translate(_TYPED), one.replace("-", "−").replace("'", "’")]
    found = signatures(pl.Series(pair, dtype=pl.String), head=head).to_list()
    for i, text in enumerate(pair):
        for j in range(i):
            if normal(text) == normal(pair[j]):
                assert found[i] == found[j], (text, pair[j])


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


@pytest.mark.parametrize(
    ("completions", "labels"),
    [
        ([f'["a{i % 164}", "b"]' for i in range(1000)], False),
        ([f'{{"a": {i % 164}}}' for i in range(1000)], False),
        ([f"{i % 164}.{i % 10}" for i in range(1000)], False),
        ([str(i * 37 % 164 * 9) for i in range(1000)], False),
        ([str(i % 77) for i in range(1000)], True),
        ([str(i % 5 + 1) for i in range(1000)], True),
        ([f"{i % 10 / 2}" for i in range(1000)], True),
        ([f"[{i % 164}" for i in range(1000)], True),
    ],
)
def test_values_are_no_labels(completions, labels):
    assert repeat(completions, "r50k_base") is labels


def test_bytes_are_sent_to_other_processes_once(monkeypatch):
    line = b'{"prompt": "a ->", "completion": "b"}\n'
    monkeypatch.setattr(session, "open_engine", lambda name, jobs, size: Serial())
    seen = []
    check_dataset = session.check_dataset
    monkeypatch.setattr(session, "check_dataset", lambda data, *a, **k: seen.extend(data.sources) or check_dataset(data, *a, **k))
    assert ftlint.check(line * 50, jobs=2).counts["CMP001"] == ftlint.check(line * 50).counts["CMP001"]
    assert [source.data is None for source in seen] == [True, False]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"jobs": "x"}, "jobs must be a number of 1 or more, not 'x'"),
        ({"jobs": True}, "jobs must be a number of 1 or more"),
        ({"max_findings": 0}, "max_findings must be a number of 1 or more"),
        ({"separator": "\ud800"}, "a lone surrogate"),
        ({"stop": ""}, "stop is empty"),
        ({"select": []}, "select is empty"),
        ({"extend": "x.toml"}, "extend is valid in configuration files only"),
    ],
)
def test_what_a_library_call_does_not_take(settings, sentence):
    with pytest.raises(ftlint.ConfigError, match=sentence):
        ftlint.check([{"prompt": "a ->", "completion": " b"}], **settings)


def test_generation_gathers_no_labels(monkeypatch):
    monkeypatch.setattr("ftlint.metrics.Labels.add", lambda *_: pytest.fail("labels were gathered"))
    rows = [{"prompt": f"a {i} ->", "completion": f" a long answer {i}"} for i in range(20)]
    assert ftlint.check([*rows, rows[0]], valid=rows[:1]).counts["DUP001"] == 1


def test_the_library_call():
    records = [{"prompt": f"mail {i} ->", "completion": (" spam", "fine")[i % 2]} for i in range(200)]
    report = ftlint.check(records, target="davinci", select=["CMP", "SIZ"], rules={"too-few-records": {"minimum": 300}})
    assert (report.ok, report.counts["CMP001"], report.counts["SIZ001"]) == (False, 100, 1)
    assert report.findings[1].line == 2
    assert report.survey.known.separator.text == " ->"
    assert report.to_frame().filter(code="CMP001").height == 100
    assert len(ftlint.check(records, select=["CMP"], max_findings=3).findings) == 3
    lines = "".join(json.dumps(record) + "\n" for record in records)
    for file in (io.StringIO(lines), io.BytesIO(lines.encode()), lines.encode()):
        assert ftlint.check(file, select=["CMP"]).counts == {"CMP001": 100}
    with pytest.raises(ftlint.InputError, match="record 2 cannot be written as JSON"):
        ftlint.check([{"prompt": "a"}, {"prompt": {1, 2}}])
    with pytest.raises(ftlint.ConfigError, match="did you mean target"):
        ftlint.check(records, targt="ada")


def test_files_of_the_library_call(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"prompt": "a ->", "completion": " x"}\n')
    (tmp_path / "v.jsonl").write_text('{"prompt": "a ->", "completion": " x"}\n')
    report = ftlint.check(tmp_path / "t.jsonl", valid=tmp_path / "v.jsonl", select=["SPL"])
    assert [(f.code, f.path, f.related[0].path) for f in report.findings] == [
        ("SPL001", str(tmp_path / "v.jsonl"), str(tmp_path / "t.jsonl"))
    ]
    with pytest.raises(ftlint.InputError, match="No such file or folder"):
        ftlint.check(tmp_path / "none.jsonl")


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


def test_clean_text_has_no_trace():
    assert scan(b'{"prompt": "a\\tb\\n\\"c\\" ->", "completion": " d"}') == (1, 8, set())


@pytest.mark.parametrize("name", openai.ENCODINGS)
def test_a_word_of_the_vocabulary_is_one_token(name):
    encoding = openai.encoding(name)
    vocabulary = [token.decode("utf-8", "replace") for token in encoding.token_byte_values()]
    words = [word for word in vocabulary if re.fullmatch(r" ?[A-Z]?[a-z]+", word)]
    assert len(words) > 10_000
    assert [word for word in words if len(encoding.encode_ordinary(word)) != 1] == []
    few = words[:: len(words) // 40]
    fresh = openai.Tiktoken(name)
    assert [word for word in (*few, " zzgulp", " edible!") if fresh.is_token(word)] == few


def test_what_is_not_repaired_is_not_changed():
    kept = {"prompt": "a ->", "completion": " b", "weight": float("nan"), "id": 2**64 + 1, "mark": "\ud800"}
    fixed, _ = ftlint.fix([kept, {"prompt": "c ->", "completion": "d"}, kept])
    assert fixed[0] is kept
    assert fixed[1:] == [{"prompt": "c ->", "completion": " d"}, kept]
    frame = pl.DataFrame({"prompt": ["a ->"], "completion": [" b"], "weight": [float("inf")]})
    assert ftlint.fix(frame.lazy())[0].collect().equals(frame)
    assert ftlint.fix(bytearray(b'{"prompt": "a ->", "completion": "b"}\n'))[0] == b'{"prompt": "a ->", "completion": " b"}\n'


def test_what_comes_back_from_a_repair(tmp_path):
    line, repaired = b'{"prompt": "a ->", "completion": "b"}\n', b'{"prompt": "a ->", "completion": " b"}\n'
    path = tmp_path / "train.jsonl"
    path.write_bytes(line)
    assert ftlint.fix([path])[0] == [path]
    assert path.read_bytes() == repaired
    assert ftlint.fix(io.BytesIO(line + b"broken\n"))[0] == repaired + b"broken\n"
    assert ftlint.fix(line)[0] == repaired
    assert ftlint.fix(iter([json.loads(line)]))[0] == [json.loads(repaired)]
    with pytest.raises(ftlint.InputError, match="several datasets"):
        ftlint.fix([path, path])


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"rules": {"LBL004": {"minimum": "x"}}}, "rule rare-label, option minimum"),
        ({"targets": {"mine": {"limit": "a"}}}, "targets.mine.limit should be a valid integer"),
        ({"targets": {"mine": {"limits": 4}}}, "unknown key 'limits'; did you mean limit?"),
        ({"targets": {"mine": {"dialects": 5}}}, "targets.mine.dialects should be a valid tuple"),
        ({"targets": {"mine": {"extends": ["davinci"]}}}, "targets.mine.extends should be the name of a target"),
    ],
)
def test_settings_that_do_not_fit(settings, sentence):
    with pytest.raises(ftlint.ConfigError, match=re.escape(sentence)):
        ftlint.check([{"prompt": "a ->", "completion": " b"}], **settings)


@pytest.mark.parametrize(
    ("mark", "text", "ends"),
    [
        ("###", "so good 😀###", True),
        ("###", "a<br>###", True),
        ("###", "a####", False),
        ("->", "a-->", False),
        ("->", "a ->", True),
        ("^-]", "a|^-]", True),
        ("^-]", "a-^-]", False),
    ],
)
def test_symbols_belong_to_the_text_or_to_the_mark(mark, text, ends):
    found = marks.Mark(mark, "symbols")
    assert found.ends(text) is ends
    assert pl.select(marks.with_mark(pl.lit(text), found)).item() is ends
