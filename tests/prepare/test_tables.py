"""Tables as people have them: what each says is what comes out of `ftlint convert`, and what is lost is said."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
from random import Random

import polars as pl
import pytest
import xlsxwriter
import zstandard
from command import ftlint
from converting import conversion
from hypothesis import given
from hypothesis import strategies as st
from strategies import law

from ftlint.errors import InputError
from ftlint.prepare.tables import open_table
from ftlint.sources.charset import candidates

SEPARATOR = "\n\n###\n\n"
PAIRS = [("a b", "x"), ("c d", "y")]
CSV = b"text,label\na b,x\nc d,y\n"


def converted(folder, name, content, *arguments):
    if content is not None:
        (folder / name).write_bytes(content)
    return [(row["prompt"].removesuffix(SEPARATOR), row["completion"][1:]) for row in conversion(folder, name, *arguments)]


def zipped(*members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


TABLES = [
    ("t.csv", b"review,label\na b,x\nc d,y\n", ()),
    ("t.csv", b"text,sentiment\na b,x\nc d,y\n", ()),
    ("t.csv", b"stuff,label\na b,x\nc d,y\n", ()),
    ("t.csv", b"question,kind\na b,x\nc d,y\n", ()),
    ("t.csv", b"text,class\na b,x\nc d,y\n", ()),
    ("t.csv", b"\r\n\ntext,label\na b,x\nc d,y\n", ()),
    ("t.csv", "text,label\na b,x\nc d,y\n".encode("utf-16-le"), ("--charset", "utf-16-le")),
    ("t.csv", b"note,note,text,label\n1,2,a b,x\n3,4,c d,y\n", ()),
    ("t.csv", b"text,label,,\na b,x,,\nc d,y\n".replace(b"c d,y\n", b"c d,y,,\n"), ()),
    ("t.csv", b"text,label\na b,x,\nc d,y,\n", ()),
    ("t.csv", b",text,label\n0,a b,x\n1,c d,y\n", ()),
    ("t.csv", b"sep=;\r\ntext;label\r\na b;x\r\nc d;y\r\n", ()),
    ("t.csv", b"a b,x\nc d,y\n", ("--no-header", "--prompt", "column 1", "--completion", "column 2")),
    ("t.tsv", b"text\tlabel\na b\tx\nc d\ty\n", ()),
    ("t.txt", "text\tlabel\r\na b\tx\r\nc d\ty\r\n".encode("utf-16"), ("--format", "tsv")),
    ("t.csv", "text,label\na b,x\nc d,y\n".encode("utf-16"), ()),
    ("t.csv.gz", gzip.compress(CSV), ()),
    ("t.csv.zst", zstandard.compress(CSV), ()),
    ("t.csv.zip", zipped(("inner.csv", CSV), ("__MACOSX/._inner.csv", b"")), ()),
    ("t.zip", zipped(("inner.tsv", CSV.replace(b",", b"\t"))), ()),
    ("t.jsonl.gz", gzip.compress(b'{"text":"a b","label":"x"}\n{"text":"c d","label":"y"}\n'), ()),
    ("t.json", b'{"text": {"0": "a b", "1": "c d"}, "label": {"0": "x", "1": "y"}}', ()),
    ("t.json", b'{"text": ["a b", "c d"], "label": ["x", "y"]}', ()),
    ("t.json", b'{"columns": ["text", "label"], "index": [0, 1], "data": [["a b", "x"], ["c d", "y"]]}', ()),
    ("t.json", b'{"schema": {}, "data": [{"text": "a b", "label": "x"}, {"text": "c d", "label": "y"}]}', ()),
    ("t.json", b'{"text": "a b", "label": "x"}\n{"text": "c d", "label": "y"}', ()),
    ("t.jsonl", '{"text":"a b","label":"x","n":"é"}\n{"text":"c d","label":"y"}\n'.encode("cp1252"), ("--charset", "cp1252")),
]


@pytest.mark.parametrize("number", range(len(TABLES)))
def test_tables_as_people_have_them(tmp_path, number):
    name, content, arguments = TABLES[number]  # packed bytes are not name of a test
    assert converted(tmp_path, name, content, *arguments) == PAIRS


def test_standard_input_has_a_format(tmp_path):
    command = [sys.executable, "-m", "ftlint", "convert", "-", "--format", "csv", "-o", "out.jsonl"]
    assert subprocess.run(command, input=CSV, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 2


def test_several_columns_make_a_prompt(tmp_path):
    table = b'premise,hypothesis,label\nit rains,it is wet,yes\n,"{odd}",no\n,,maybe\n'
    rows = converted(tmp_path, "t.csv", table, "--prompt", r"P: {premise}\nH: {hypothesis} {{x}}")
    assert rows == [("P: it rains\nH: it is wet {x}", "yes"), ("P: \nH: {odd} {x}", "no")]
    alpaca = [
        {"instruction": "Translate", "input": "hello", "output": "hallo"},
        {"instruction": "Say hi", "input": "", "output": "hi"},
    ]
    assert converted(tmp_path, "t.json", json.dumps(alpaca).encode()) == [("Translate\n\nhello", "hallo"), ("Say hi", "hi")]


def test_a_table_without_prompts_is_open_ended(tmp_path):
    rows = conversion(tmp_path, "t.csv") if (tmp_path / "t.csv").write_bytes(b"prompt,completion\n,one\n,two\n") else None
    assert rows == [{"prompt": "", "completion": " one"}, {"prompt": "", "completion": " two"}]


def test_a_text_with_tabs_is_a_text_where_that_is_said(tmp_path):
    assert converted(tmp_path, "t.txt", b"a\tb\nc\td\n", "--format", "txt") == [("", "a\tb"), ("", "c\td")]


def test_raw_values_keep_their_quotation_marks(tmp_path):
    content = b'text\tlabel\n"a" b\tx\n"c d\ty\n'
    assert converted(tmp_path, "t.tsv", content, "--raw") == [('"a" b', "x"), ('"c d', "y")]


@pytest.mark.parametrize(
    ("name", "content"), [("t.jsonl", b'{"text":"a","label":1.10}\n{"text":"b","label":12345678901234567890}\n')]
)
def test_numbers_stay_as_they_are_written(tmp_path, name, content):
    assert converted(tmp_path, name, content) == [("a", "1.10"), ("b", "12345678901234567890")]


def test_nan_is_no_label(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"text":"a","label":NaN}\n{"text":"b","label":"x"}\n')
    assert converted(tmp_path, "t.jsonl", None) == [("b", "x")]
    frame = pl.DataFrame({"text": ["a", "b"], "label": [float("nan"), 0.5]})
    for kind in (pl.Float64, pl.Float32):
        frame.cast({"label": kind}).write_parquet(tmp_path / "t.parquet")
        assert converted(tmp_path, "t.parquet", None) == [("b", "0.5")]


def test_frames_of_every_kind(tmp_path):
    frame = pl.DataFrame(PAIRS, ["text", "label"], orient="row")
    frame.write_ipc(tmp_path / "t.arrow")
    frame.write_ipc(tmp_path / "t.feather", compression="zstd")
    frame.write_ipc_stream(tmp_path / "s.arrow")
    for name in ("t.arrow", "t.feather", "s.arrow"):
        assert converted(tmp_path, name, None) == PAIRS


def test_the_names_of_classes_are_the_labels(tmp_path):
    datasets = pytest.importorskip("datasets")
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])})
    data = datasets.Dataset.from_dict({"text": ["a", "b", "c"], "label": [0, 1, -1]}, features=features)
    data.to_parquet(str(tmp_path / "t.parquet"))
    data.save_to_disk(str(tmp_path / "disk"))
    for name in ("t.parquet", "disk"):
        assert converted(tmp_path, name, None) == [("a", "neg"), ("b", "pos")]
    datasets.DatasetDict({"train": data, "test": data}).save_to_disk(str(tmp_path / "both"))
    assert "both holds several splits; convert one of them: both/test, both/train" in conversion(tmp_path, "both", code=2)
    (tmp_path / "empty").mkdir()
    assert "empty is a folder that" in conversion(tmp_path, "empty", code=2)


def book(path, fill, *more):
    with xlsxwriter.Workbook(str(path)) as workbook:
        fill(workbook, workbook.add_worksheet("first"))
        for name in more:
            workbook.add_worksheet(name).write(0, 0, "x")


def test_what_a_sheet_does_not_show_is_said(tmp_path):
    def fill(workbook, sheet):
        for number, row in enumerate(
            [["text", "label"], ["a", "x"], ["b", ""], ["c", "2024-01-02 00:00:00"], ["d", 3], ["e", 0.25]]
        ):
            sheet.write_row(number + 3, 1, row)
        sheet.write_formula(9, 2, "=1/0", None, "#DIV/0!")
        sheet.write(9, 1, "f")
        sheet.merge_range("B11:B12", "merged")
        sheet.write("C11", "x")
        sheet.write("C12", "y")

    book(tmp_path / "t.xlsx", fill, "second")
    result = ftlint("convert", "t.xlsx", "-o", "out.jsonl", cwd=tmp_path)
    assert result.stdout.decode().splitlines()[2:6] == [
        "1 row without completion dropped (row 6)",
        "1 row with the error #DIV/0! dropped (row 10)",
        "1 row without prompt dropped (row 12)",
        "left out: other sheets: second",
    ]
    assert b"left out: of merged cells (B11:B12) all but the first have no value" in result.stdout
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [row["completion"] for row in rows] == [" x", " 2024-01-02 00:00:00", " 3", " 0.25", " x"]


def test_a_cell_far_away_is_an_error_and_not_the_end_of_memory(tmp_path):
    def fill(_, sheet):
        sheet.write_row(0, 0, ["text", "label"])
        sheet.write_row(1, 0, ["a", "x"])
        sheet.write(1_048_575, 16_383, "z")

    book(tmp_path / "t.xlsx", fill)
    assert "t.xlsx: cells up to row 1,048,576 and column 16,384" in conversion(tmp_path, "t.xlsx", code=2)


def test_a_formula_without_value_is_missing(tmp_path):
    def fill(_, sheet):
        sheet.write_row(0, 0, ["text", "label"])
        sheet.write_row(1, 0, ["a", "x"])
        sheet.write(2, 0, "b")
        sheet.write_formula(2, 1, "=A1", None, "")

    book(tmp_path / "t.xlsx", fill)
    content = zipfile.ZipFile(tmp_path / "t.xlsx")
    parts = [(name, content.read(name)) for name in content.namelist()]
    parts = [(name, part.replace(b"<v></v>", b"").replace(b' t="str"', b"")) for name, part in parts]
    (tmp_path / "t.xlsx").write_bytes(zipped(*parts))
    result = ftlint("convert", "t.xlsx", "-o", "out.jsonl", cwd=tmp_path)
    assert b"1 row with a formula whose value is not in the file; save it in Excel dropped (row 3)" in result.stdout


def test_a_packed_file_has_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr("ftlint.prepare.tables.packed._MOST", 1 << 20)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"text,label\n" + b"a,b\n" * 600_000))
    with pytest.raises(InputError, match="when it is unpacked"):
        open_table(str(tmp_path / "t.csv.gz"))
    (tmp_path / "two.zip").write_bytes(zipped(("a.csv", CSV), ("b.csv", CSV)))
    with pytest.raises(InputError, match=r"holds 2 files \(a.csv, b.csv\)"):
        open_table(str(tmp_path / "two.zip"))


SPOKEN = {
    "cp1252": "L’hôtel était très bien situé, ça suffit, déçu",
    "cp1250": "Pokój był czysty i ładny, śniadanie było pyszne",
    "mac_roman": "Das Zimmer war schön und groß, übles Frühstück",
    "cp1251": "Номер был чистый с видом на море, завтрак вкусный",
    "gbk": "这家酒店很干净，房间很小，服务很好",
    "shift_jis": "部屋はきれいでした。朝食が美味しいです",
    "cp1253": "Το δωμάτιο ήταν καθαρό και πολύ ωραίο",
}


@pytest.mark.parametrize("codec", SPOKEN)
def test_the_right_character_set_is_among_those_proposed(codec):
    found = candidates((f"{SPOKEN[codec]}\n" * 20).encode(codec))
    word = SPOKEN[codec].encode(codec)
    assert any(word.decode(name, "replace") == SPOKEN[codec] for name in found), found
    assert len(set(found.values())) == len(found), "each word tells one of them"


names = st.sampled_from(["text", "label", "note", "", "id", "text"])


@law(60)
@given(st.lists(names, min_size=1, max_size=6), st.integers(0, 1 << 30))
def test_no_table_crashes_and_no_value_moves(tmp_path_factory, columns, seed):
    if not any(columns):
        return  # the row is empty, and is not a header
    folder = tmp_path_factory.mktemp("table")
    rng = Random(seed)
    rows = [[f"{name}{place} of {number}" for place, name in enumerate(columns)] for number in range(rng.randint(0, 4))]
    (folder / "t.csv").write_text("\n".join(",".join(row) for row in [columns, *rows]) + "\n")
    try:
        table = open_table(str(folder / "t.csv"))
        found = list(table.rows())
    except InputError:
        return
    for (_, values), row in zip(found, rows, strict=False):
        for name, value in values.items():
            first = columns.index(name) if name in columns else int(name.removeprefix("column ")) - 1
            assert value == row[first], "of several columns of one name the first"
