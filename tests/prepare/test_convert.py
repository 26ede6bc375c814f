"""`ftlint convert`: what a table says, as records that pass; each text as it is in the file."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, time

import polars as pl
import pytest
from command import ftlint
from converting import conversion
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import law

import ftlint as library
from ftlint.errors import InputError
from ftlint.prepare.convert import convert
from ftlint.prepare.tables import open_table

ROWS = [("How are you?", "fine"), ('a "quoted", thing\nover two lines', "spam"), ("café 你好", "1.50")]


def write(folder, kind, rows=ROWS, columns=("text", "label")):
    path = folder / f"t.{kind}"
    frame = pl.DataFrame(rows, list(columns), orient="row")
    objects = [dict(zip(columns, row, strict=True)) for row in rows]
    if kind in {"csv", "tsv"}:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter="\t" if kind == "tsv" else ",").writerows([columns, *rows])
    elif kind == "json":
        path.write_text(json.dumps(objects, indent=1))
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(one) + "\n" for one in objects))
    elif kind == "parquet":
        frame.write_parquet(path)
    else:
        frame.write_excel(path)
    return path.name


@pytest.mark.parametrize("kind", ["csv", "tsv", "json", "jsonl", "parquet", "xlsx"])
def test_every_format_says_the_same(tmp_path, kind):
    separator = "\n\n###\n\n"
    wanted = [{"prompt": text + separator, "completion": f" {label}"} for text, label in ROWS]
    assert conversion(tmp_path, write(tmp_path, kind)) == wanted
    assert conversion(
        tmp_path, f"t.{kind}", "--prompt", "label", "--completion", "text", "--separator", " ->", "--stop", " END"
    ) == [{"prompt": f"{label} ->", "completion": f" {text} END"} for text, label in ROWS]


def test_text_becomes_completions_without_prompts(tmp_path):
    (tmp_path / "t.txt").write_text("one\n\n two \r\nthree")
    assert conversion(tmp_path, "t.txt") == [{"prompt": "", "completion": f" {word}"} for word in ("one", "two", "three")]


def test_values_are_as_they_are_written(tmp_path):
    (tmp_path / "t.csv").write_text("input,output\nx,007\ny,1.50\nz,2026-01-02\n")
    assert [row["completion"] for row in conversion(tmp_path, "t.csv")] == [" 007", " 1.50", " 2026-01-02"]
    (tmp_path / "t.jsonl").write_text(
        '{"input": "x", "output": 1.50, "n": [1]}\n{"input": "y", "output": 1e3}\n{"input": 5, "output": true}\n'
    )
    rows = conversion(tmp_path, "t.jsonl")
    assert [row["completion"] for row in rows] == [" 1.50", " 1e3", " true"]
    assert rows[2]["prompt"].startswith("5")
    assert conversion(tmp_path, write(tmp_path, "parquet", [("a", 3), ("b", 4)])) == [
        {"prompt": f"{name}\n\n###\n\n", "completion": f" {n}"} for name, n in (("a", 3), ("b", 4))
    ]


cells = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)


@law(80)
@example(rows=[("0", ""), ("\x1b", "0"), ("\x1b", "0")], kind="csv")
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=20), kind=st.sampled_from(["csv", "jsonl"]))
def test_what_comes_out_passes(tmp_path_factory, rows, kind):
    folder = tmp_path_factory.mktemp("convert")
    name = write(folder, kind, rows)
    out = folder / "out.jsonl"
    asks = any(text.strip() for text, _ in rows)
    kept = [(text, label) for text, label in rows if (text.strip() or not asks) and label.strip()]
    try:
        result = convert(open_table(str(folder / name)), str(out))
    except InputError:
        assert len(kept) <= 1
        return
    found = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert len(found) == result.records == len(rows) - sum(map(len, result.dropped.values()))
    assert bool(result.separator) == asks
    report = library.check(out, separator=result.separator or None, select=["JSN", "SHP", "SEP001", "CMP001", "CMP002", "CMP003"])
    assert not [one.message for one in report.findings if one.level == "error"]
    for (text, label), record in zip(kept, found, strict=False):
        if len(kept) == len(found):
            assert text.strip() in record["prompt"] or record["prompt"].removesuffix(result.separator) in text
            assert record["completion"].strip() in label


def test_a_separator_that_is_there_stays(tmp_path):
    rows = [(f"mail {i} ->", "spam") for i in range(20)]
    assert conversion(tmp_path, write(tmp_path, "csv", rows))[0] == {"prompt": "mail 0 ->", "completion": " spam"}
    rows = [(f"# {i} ### and === too", ">>> spam") for i in range(20)]
    assert conversion(tmp_path, write(tmp_path, "csv", rows))[0]["prompt"] == "# 0 ### and === too\n\n---\n\n"


def test_a_stop_is_taken_off_only_where_it_is_one(tmp_path):
    (tmp_path / "t.csv").write_text("text;day\nI left on;WEEKEND\nx;END\ny;now END\nz;END END\n")
    rows = conversion(tmp_path, "t.csv", "--delimiter", ";", "--completion", "day", "--stop", " END")
    assert [row["completion"] for row in rows] == [" WEEKEND END", " now END", " END END"]


def test_keys_that_come_late_are_columns(tmp_path):
    lines = ['{"text": "x", "label": "y"}'] * 1100 + ['{"text": "a", "answer": "b", "label": null}']
    (tmp_path / "t.jsonl").write_text("\n".join(lines))
    assert conversion(tmp_path, "t.jsonl", "--completion", "answer") == [{"prompt": "a\n\n###\n\n", "completion": " b"}]


def test_sheets_say_what_they_show(tmp_path):
    frame = pl.DataFrame({"text": ["a", "b"], "label": [date(2020, 1, 2), date(2021, 12, 31)]})
    frame.write_excel(tmp_path / "t.xlsx")
    assert [row["completion"] for row in conversion(tmp_path, "t.xlsx")] == [" 2020-01-02", " 2021-12-31"]
    pl.DataFrame({"text": ["a"], "label": [time(13, 5)]}).write_excel(tmp_path / "t.xlsx")
    assert "row 2, column 'label': a time or duration" in conversion(tmp_path, "t.xlsx", code=2)


def test_what_goes_is_said(tmp_path):
    (tmp_path / "t.csv").write_text("id,question,answer\n1,a,x\n2,,y\n3,c,\n\n4,d,z\n")
    result = ftlint("convert", "t.csv", "-o", "out.jsonl", cwd=tmp_path)
    assert result.stdout.decode().splitlines() == [
        "out.jsonl: 2 records; question → prompt, answer → completion",
        'separator "\\n\\n###\\n\\n" was put at the end of every prompt',
        "1 row without prompt dropped (row 3)",
        "1 row without completion dropped (row 4)",
        "left out: column id",
        "check it: ftlint check out.jsonl",
    ]


@pytest.mark.parametrize(
    ("name", "content", "arguments", "sentence"),
    [
        ("t.csv", b"text,label\nx,y,z\n", (), "t.csv, row 2: 3 values for 2 columns"),
        ("t.csv", b'text,label\n"open,y\n', (), "t.csv, line 2: unexpected end of data"),
        ("t.csv", b"text,text,label\nx,y,z\n", (), "t.csv has two columns called 'text'"),
        ("t.csv", b"it was good,fine\nx,y\n", (), "where the first row is not a header, --no-header"),
        ("t.csv", b'a "quoted" word,label\nx "y" z,"a" b\n', (), "--raw reads them so"),
        ("t.txt", b"text\tlabel\na b\tx\n", (), "looks like a table with tabs between its columns (text, label)"),
        ("-", b"", (), "say it with --format"),
        ("t.csv.gz", b"no gzip", (), "cannot unpack t.csv.gz"),
        ("t.csv.zip", b"no zip", (), "cannot unpack t.csv.zip"),
        ("t.jsonl", b'{"text": "a", "label": "\\ud83d"}\n', (), "t.jsonl, line 1, column 'label': a lone surrogate"),
        ("t.jsonl", b'{"te\\ud83d": "a", "label": "x"}\n', (), "t.jsonl, line 1: the key 'te\\ud83d' has a lone surrogate"),
        ("t.jsonl", b'{"text": "x", "text": "y", "label": "z"}\n', (), "line 1: the key 'text' appears twice in an object"),
        ("t.json", b'{"a": [{"text": "x"}], "b": [{"text": "y"}]}', (), "t.json has records under 'a', 'b'"),
        ("t.csv", b"premise,text,label\na,b,c\n", ("--prompt", "{premis} {text}"), "no column 'premis'; did you mean premise?"),
        ("t.csv", b"text,label\na,b\n", ("--prompt", "{}"), "t.csv has no column ''"),
        ("t.csv", b"text,label\na,b\n", ("--format", "cvs"), "unknown format 'cvs'; did you mean csv?"),
        ("t.csv", b"", (), "which column of t.csv is the prompt? no column is called so (none)"),
        ("t.csv", b"question,text,label\n", (), "more than one column could be it (question, text); set it with --prompt"),
        ("t.csv", "text,label\ncafé,x\n".encode("cp1252"), (), "t.csv is not UTF-8: line 2 has the byte 0xE9"),
        ("t.csv", "text,label\nx,y\n".encode("utf-16-le"), (), "is it UTF-16? --charset utf-16-le"),
        ("t.csv", b"text,label\n", ("--charset", "latin-99"), "no character set is called 'latin-99'"),
        ("t.csv", b"text,label\n", ("--completion", "lable"), "no column 'lable'; did you mean label?"),
        (
            "t.csv",
            b"text,label\n",
            ("--prompt", "text", "--completion", "text"),
            "prompt and completion are both the column 'text'",
        ),
        ("t.csv", b"text,label\n", ("--sheet", "x"), "--sheet is for XLSX files"),
        ("t.json", b"{}\n", ("--charset", "cp1252"), "--charset is for CSV, TSV, TXT and JSONL files"),
        ("t.jsonl", b'{"text": "x", "label": "y"}\n{broken\n', (), "t.jsonl, line 2: not JSON"),
        ("t.jsonl", b'{"text": "x", "label": ["y"]}\n', (), "t.jsonl, line 1, column 'label': several values"),
        ("t.json", b'[{"text": "x", "label": "y"}, 3]', (), "t.json, line 1: it is not an object"),
        ("t.xlsx", b"PK no sheet", (), "cannot read t.xlsx"),
        ("t.parquet", b"PAR1 nothing", (), "cannot read t.parquet"),
        ("t.csv", b"prompt;completion\na;b\n", (), "are values separated by ';'? --delimiter says so"),
        ("t.csv", b"text,label\n", (), "t.csv has no row with a text to learn; nothing was written"),
        ("t.csv", b"prompt\nx\n", (), "which column of t.csv is the completion?"),
        ("t.csv", b"text,label\nx,y,\n z,w,v\n", (), "t.csv, row 3: 3 values for 2 columns"),
        ("t.csv", b"text,label\nx,y\n", ("--delimiter", ";;"), "a delimiter must be one character"),
        ("t.txt", b"x\n", ("--separator", " ->"), "t.txt has no prompts that a separator could end"),
        ("t.doc", b"x", (), "cannot tell the format of t.doc from its name"),
    ],
)
def test_what_cannot_be_converted_is_said(tmp_path, name, content, arguments, sentence):
    (tmp_path / name).write_bytes(content)
    assert sentence in conversion(tmp_path, name, *arguments, code=2)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_character_set_is_proposed_never_guessed(tmp_path):
    text = "text,label\n" + "".join(f"Die Straße Nummer {i} führt über die Brücke zum Fluß,schön\n" for i in range(40))
    (tmp_path / "t.csv").write_bytes(text.encode("cp1252"))
    sentence = conversion(tmp_path, "t.csv", code=2)
    assert "--charset cp1252 (" in sentence
    assert sentence.count("--charset") > 1, "which of them is right, only who reads the words can tell"
    rows = conversion(tmp_path, "t.csv", "--charset", "cp1252")
    assert rows[0]["completion"] == " schön"


def test_nothing_is_overwritten_unasked(tmp_path):
    name = write(tmp_path, "csv")
    (tmp_path / "out.jsonl").write_text("mine")
    result = ftlint("convert", name, "-o", "out.jsonl", cwd=tmp_path)
    assert (result.returncode, (tmp_path / "out.jsonl").read_text()) == (2, "mine")
    assert b"out.jsonl exists already; --force replaces it" in result.stderr
    assert b"is the input" in ftlint("convert", "t.csv", "-o", "./t.csv", "--force", cwd=tmp_path).stderr


def test_a_table_is_not_held_in_memory(tmp_path):
    path = tmp_path / "t.csv"
    with path.open("w") as file:
        file.write("text,label\n")
        file.writelines(f"mail {i},spam\n" for i in range(50_000))
    rows = open_table(str(path)).rows()
    assert next(rows) == (2, {"text": "mail 0", "label": "spam"})
    assert isinstance(rows, type(iter(io.StringIO()))) or hasattr(rows, "gi_frame")
