"""ftlint in other programs: frames, streams, threads, tests, pipelines."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pandera.errors
import polars as pl
import pyarrow as pa
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value
from hypothesis import given
from hypothesis import strategies as st
from paths import ROOT
from strategies import law

import ftlint
from ftlint.testing import assert_clean

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def records(count=300):
    return [{"prompt": f"mail {i} ->", "completion": " spam" if i % 2 else " fine"} for i in range(count)]


def faulty(count=300):
    rows = records(count)
    rows[7]["completion"] = "spam"
    rows[9]["prompt"] = "mail 9"
    return rows


def key(report):
    return [(found.code, found.line, found.column, found.message) for found in report.findings]


def table(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


KINDS = {
    "polars": pl.DataFrame,
    "lazy": lambda rows: pl.DataFrame(rows).lazy(),
    "pandas": lambda rows: pd.DataFrame(rows, index=range(1000, 1000 + len(rows))),
    "arrow": lambda rows: pa.table(table(rows)),
    "generator": lambda rows: (row for row in rows),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_data_has_the_findings_of_its_records(kind):
    assert key(ftlint.check(KINDS[kind](faulty()))) == key(ftlint.check(faulty()))


def test_what_comes_back_is_of_the_kind_that_went_in():
    frame = pd.DataFrame(faulty(), index=range(1000, 1300)).assign(weight=0.5, when=pd.Timestamp("2026-01-02"))
    fixed, report = ftlint.fix(frame, ignore=["SHP003"])
    assert report.ok
    assert list(fixed.index) == list(frame.index)
    assert dict(fixed.dtypes) == dict(frame.dtypes)
    changed = [index for index in frame.index if list(fixed.loc[index]) != list(frame.loc[index])]
    assert changed == [1007, 1009]
    assert isinstance(ftlint.fix(pa.table(table(faulty())))[0], pa.Table)
    assert isinstance(ftlint.fix(pl.DataFrame(faulty()))[0], pl.DataFrame)
    less, _ = ftlint.fix(pd.concat([frame, frame[:3]]), unsafe=True, ignore=["SHP003"])
    assert list(less.index) == list(frame.index)


def test_nested_and_mixed_columns_are_repaired_where_they_are_wrong():
    turns = [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": " Hello."}]
    wrong = [{**turns[0], "role": "usr"}, turns[1]]
    rows = [{"messages": wrong if i == 4 else [{**turns[0], "content": f"Hi {i}?"}, turns[1]], "tools": None} for i in range(12)]
    expected, _ = ftlint.fix(rows, unsafe=True)
    assert expected[4]["messages"] == turns
    for kind in (pd.DataFrame, pl.DataFrame):
        fixed, _ = ftlint.fix(kind(rows), unsafe=True)
        assert list(map(list, fixed["messages"].to_list())) == [row["messages"] for row in expected]
    mixed = pd.DataFrame({"prompt": ["a ->", "b ->"], "completion": ["x", " y"], "more": [{"k": 1}, [2, "z"]]}, index=[7, 3])
    fixed, _ = ftlint.fix(mixed, separator=" ->")
    assert fixed["completion"].to_list() == [" x", " y"]
    assert fixed["more"].to_list() == [{"k": 1}, [2, "z"]]
    assert fixed.index.to_list() == [7, 3]


STRANGE = {
    "decimal": Decimal("1.25"),
    "bytes": b"\xff",
    "date": date(2026, 1, 2),
    "time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "number": 7,
    "real": 0.5,
    "list": [1, 2],
    "object": {"k": Decimal("2.5"), "at": datetime(2026, 1, 2)},  # noqa: DTZ001 - as many frames have them
}


@st.composite
def frames(draw):
    """Rows of prompts and completions, some wrong, with values of a few other types, some missing."""
    names = draw(st.lists(st.sampled_from(sorted(STRANGE)), unique=True, max_size=4))
    rows = []
    for number in range(draw(st.integers(2, 6))):
        row = {
            "prompt": f"mail {number}" + " ->" * draw(st.booleans()),
            "completion": draw(st.sampled_from([" x", "x", "x ", "  y"])),
        }
        rows.append(row | {name: STRANGE[name] if draw(st.integers(0, 3)) else None for name in names})
    return [dict.fromkeys(("prompt", "completion", *names)) | row for row in rows]


def without_texts(row):
    return {key: value for key, value in row.items() if key not in {"prompt", "completion"}}


@law(80)
@given(frames(), st.booleans())
def test_only_what_is_repaired_changes(rows, unsafe):
    options = {"separator": " ->", "ignore": ["SHP003", "DUP"], "unsafe": unsafe}
    expected, _ = ftlint.fix(
        [{key: value for key, value in row.items() if key in {"prompt", "completion"}} for row in rows], **options
    )
    texts = [[row["prompt"], row["completion"]] for row in expected]
    table = pa.Table.from_pylist(rows)
    table = table.replace_schema_metadata({"of": "them"})
    for data in (table, pl.DataFrame(rows, infer_schema_length=None), table.to_batches()[0]):
        fixed, _ = ftlint.fix(data, **options)
        assert type(fixed) is type(data)
        assert fixed.schema == data.schema
        back = fixed.rows(named=True) if isinstance(fixed, pl.DataFrame) else fixed.to_pylist()
        was = data.rows(named=True) if isinstance(data, pl.DataFrame) else data.to_pylist()
        assert [[row["prompt"], row["completion"]] for row in back] == texts
        assert [without_texts(row) for row in back] == [without_texts(row) for row in was]
    frame = pd.DataFrame(rows, index=[number * 3 for number in range(len(rows))])
    fixed, _ = ftlint.fix(frame, **options)
    assert (list(fixed.index), list(fixed.columns), dict(fixed.dtypes)) == (
        list(frame.index),
        list(frame.columns),
        dict(frame.dtypes),
    )
    assert fixed[["prompt", "completion"]].to_numpy().tolist() == texts
    pd.testing.assert_frame_equal(fixed.drop(columns=["prompt", "completion"]), frame.drop(columns=["prompt", "completion"]))


def test_types_of_texts_stay():
    wrong = {"prompt": ["a ->", "b ->"], "completion": ["x", " x"]}
    for kind in ("category", "string", "object"):
        fixed, _ = ftlint.fix(pd.DataFrame(wrong).astype(kind), separator=" ->")
        assert [str(of) for of in fixed.dtypes] == [kind, kind]
        assert fixed["completion"].tolist() == [" x", " x"]
    fields = [
        pa.field("prompt", pa.large_string(), nullable=False),
        pa.field("completion", pa.dictionary(pa.int32(), pa.string())),
    ]
    fixed, _ = ftlint.fix(pa.table(wrong, pa.schema(fields)), separator=" ->")
    assert list(fixed.schema) == fields
    fixed, _ = ftlint.fix(pl.DataFrame(wrong, {"prompt": pl.Categorical(), "completion": pl.Enum(["x", " x"])}), separator=" ->")
    assert fixed.dtypes == [pl.Categorical(), pl.Enum(["x", " x"])]


def test_conversations_of_a_parquet_file_are_repaired(tmp_path):
    turns = [{"role": "usr", "content": "Hi?"}, {"role": "assistant", "content": "Hello.", "at": Decimal("1.5")}]
    rows = [{"messages": [{**turns[0], "role": "usr" if n < 4 else "user", "content": f"Hi {n}?"}, turns[1]]} for n in range(12)]
    pd.DataFrame(rows).to_parquet(tmp_path / "t.parquet")
    for data in (pd.read_parquet(tmp_path / "t.parquet"), pl.DataFrame(rows)):
        fixed, _ = ftlint.fix(data, unsafe=True)
        back = [list(turns) for turns in fixed["messages"].to_list()]
        assert [[turn["role"] for turn in turns] for turns in back] == [["user", "assistant"]] * 12
        assert {turns[1]["at"] for turns in back} == {Decimal("1.5")}


def test_a_frame_without_names_is_refused():
    with pytest.raises(ftlint.InputError, match="need unique names"):
        ftlint.check(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(ftlint.InputError, match="0 is none"):
        ftlint.check(pd.DataFrame([[1, 2]]))
    with pytest.raises(ftlint.InputError, match="two are called 'a'"):
        ftlint.check(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]))


def test_hugging_face_datasets():
    dataset = Dataset.from_list(faulty())
    check, fix = ftlint.integrations.huggingface.check, ftlint.integrations.huggingface.fix
    assert key(check(dataset)) == key(ftlint.check(faulty()))
    assert key(check(dataset.to_iterable_dataset())) == key(ftlint.check(faulty()))
    fixed, report = fix(dataset)
    assert report.ok
    assert fixed.features == dataset.features
    kinds = {"lab": ClassLabel(names=["x", "y"]), "note": Value("string"), "empty": Value("null"), "at": Value("timestamp[s]")}
    day = STRANGE["object"]["at"]
    more = [row | {"lab": n % 2, "note": None if n < 2 else "n", "empty": None, "at": day} for n, row in enumerate(faulty())]
    dataset = Dataset.from_list(more, features=Features({"prompt": Value("string"), "completion": Value("string"), **kinds}))
    fixed, _ = fix(dataset)
    assert fixed.features == dataset.features
    assert [n for n in range(300) if fixed[n] != dataset[n]] == [7, 9]
    assert check(dataset).counts["CMP001"] == 1
    splits = DatasetDict({"train": Dataset.from_list(records()), "validation": Dataset.from_list(records(20))})
    assert check(splits).counts["SPL001"] == 20
    with pytest.raises(ftlint.UsageError, match='has no split "train"'):
        check(DatasetDict({"test": dataset}))
    turns = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": None, "tool_calls": [{"id": "c"}]}]
    assert not check(Dataset.from_list([{"messages": turns}] * 12), select=["CHT"]).counts


def test_eight_threads_find_what_one_finds():
    data = [faulty(60 + 40 * number) for number in range(8)]
    alone = [key(ftlint.check(rows)) for rows in data]
    repaired = [ftlint.fix(rows)[0] for rows in data]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda rows: key(ftlint.check(rows)), data * 3)) == alone * 3
        assert list(threads.map(lambda rows: ftlint.fix(rows)[0], data)) == repaired


def test_findings_are_raised():
    assert ftlint.check(records()).raise_for_findings().ok
    with pytest.raises(ftlint.FindingsError, match="SEP001 missing-separator: prompt ends with") as caught:
        ftlint.check(faulty()).raise_for_findings()
    assert caught.value.report.counts["CMP001"] == 1


def test_a_test_can_ask_for_a_clean_dataset(tmp_path):
    assert_clean(records())
    with pytest.raises(AssertionError, match="SEP001 missing-separator"):
        assert_clean(faulty())
    for name, rows in (("good", records()), ("bad", faulty())):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(str, rows)).replace("'", '"') + "\n")
    (tmp_path / "test_data.py").write_text(
        "def test_good(ftlint_dataset):\n    assert ftlint_dataset('good.jsonl').records == 300\n"
        "def test_bad(ftlint_dataset):\n    ftlint_dataset('bad.jsonl')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-n", "0", "."]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "1 failed, 1 passed" in result.stdout
    assert "missing-separator" in result.stdout


@pytest.mark.parametrize("backend", ["polars", "pandas"])
def test_a_schema_has_a_check_a_rule(backend):
    schema = ftlint.integrations.pandera.schema(separator=" ->", backend=backend)
    names = [check.name for check in schema.checks]
    assert len(names) == len(set(names)) >= 10
    frame = {"polars": pl.DataFrame, "pandas": KINDS["pandas"]}[backend]
    schema.validate(frame(records()), lazy=True)
    rows = [*faulty(), {"prompt": " ->", "completion": " x"}, {"prompt": "y" * 9000 + " ->", "completion": " " + "z " * 3000}]
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        schema.validate(frame(rows), lazy=True)
    cases = caught.value.failure_cases
    failed = {text.partition(":")[0]: index for text, index in zip(cases["check"], cases["index"], strict=True)}
    offset = 1000 if backend == "pandas" else 0
    expected = {"missing-separator": 9, "missing-leading-space": 7, "empty-text": 300, "token-limit": 301}
    assert {name: failed[name] - offset for name in expected} == expected
    for broken in (
        {"prompt": ["a ->"]},
        {"prompt": ["a ->", None], "completion": [" b", " c"]},
        {"prompt": ["a ->"], "completion": [1]},
    ):
        with pytest.raises(pandera.errors.SchemaErrors):
            schema.validate(pd.DataFrame(broken) if backend == "pandas" else pl.DataFrame(broken), lazy=True)


def test_a_schema_takes_frames_of_nothing():
    schema = ftlint.integrations.pandera.schema(backend="pandas", separator=" ->")
    frame = pd.DataFrame(records())
    assert len(schema.validate(frame.iloc[:0])) == 0
    frame.loc[3, "prompt"] = None
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        schema.validate(frame, lazy=True)
    assert caught.value.failure_cases["check"].to_list() == ["not_nullable"]


def example(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_examples_do_what_they_say(monkeypatch):
    monkeypatch.chdir(ROOT)
    approve = example("airflow_task").approve
    assert approve("examples/sports.jsonl", "examples/sports-valid.jsonl") == "examples/sports.jsonl"
    with pytest.raises(ftlint.FindingsError, match="CMP001"):
        approve("examples/food.jsonl")
    training_data = example("polars_pipeline").training_data
    tickets = pl.LazyFrame({"text": [f"The lamp {i} broke." for i in range(50)], "team": ["repair", "sales"] * 25})
    assert set(training_data(tickets)["completion"]) == {" repair", " sales"}
    with pytest.raises(pandera.errors.SchemaErrors, match="empty-text"):
        training_data(pl.LazyFrame({"text": ["a", "b"], "team": ["x", ""]}))
    conversations = example("huggingface_map").conversations
    rows = Dataset.from_list([{"question": f"What is {i}?", "answer": f"A number, {i}."} for i in range(12)])
    assert conversations(rows)[3]["messages"][2] == {"role": "assistant", "content": "A number, 3."}
    with pytest.raises(ftlint.FindingsError, match="CHT004"):
        conversations(Dataset.from_list([{"question": "Why?", "answer": ""}] * 12))


def test_files_of_a_dataset_are_joined_where_all_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, rows in (
        ("train-1", records()[:200]),
        ("train-2", records()[190:]),
        ("valid", records()[:20]),
        ("other", faulty()),
    ):
        Path(f"{name}.jsonl").write_text("\n".join(map(str, rows)).replace("'", '"') + "\n")
    Path("ftlint.toml").write_text('include = ["*.jsonl"]\n[[dataset]]\ntrain = ["train-*.jsonl"]\nvalid = ["valid.jsonl"]\n')

    def codes(*arguments):
        command = [sys.executable, "-m", "ftlint", "check", "--output", "jsonl", *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [line for line in result.stdout.splitlines() if '"path"' in line and '"code"' in line]
        return result, {code for code in ("DUP001", "SPL001", "SEP001") if any(f'"{code}"' in line for line in lines)}

    assert codes()[1] == {"DUP001", "SPL001", "SEP001"}, "what is in no dataset is checked by itself"
    assert codes("train-1.jsonl", "train-2.jsonl", "valid.jsonl")[1] == {"DUP001", "SPL001"}
    assert codes("train-1.jsonl", "valid.jsonl")[1] == set(), "a part of it alone, as staged for a commit"
    folder = Path("elsewhere")
    folder.mkdir()
    monkeypatch.chdir(folder)
    names = [f"../{name}.jsonl" for name in ("train-1", "train-2", "valid")]
    assert codes("--config", "../ftlint.toml", *names)[1] == {"DUP001", "SPL001"}, "from wherever it is run"
    monkeypatch.chdir(tmp_path)
    Path("train-1.jsonl").unlink()
    Path("train-2.jsonl").unlink()
    result, _ = codes()
    assert result.returncode == 2
    assert "train-*.jsonl" in result.stderr
