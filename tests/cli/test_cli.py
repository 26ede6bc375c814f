"""The installed command, end to end."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import stat
import subprocess
import threading
from pathlib import Path

import pytest
import zstandard
from command import FTLINT, ftlint
from waiting import until_read, until_worked

GOOD = [{"prompt": f"mail {i} ->", "completion": (" spam", " fine")[i % 2]} for i in range(300)]


def dumped(records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.jsonl").write_bytes(dumped(GOOD))
    bad = [dict(record) for record in GOOD]
    bad[7]["completion"] = "spam"
    (tmp_path / "bad.jsonl").write_bytes(dumped(bad))
    return tmp_path


def test_exit_codes(folder):
    assert ftlint("check", "good.jsonl", cwd=folder).returncode == 0
    assert ftlint("check", "bad.jsonl", cwd=folder).returncode == 1
    assert ftlint("check", "bad.jsonl", "--exit-zero", cwd=folder).returncode == 0
    assert ftlint("check", "bad.jsonl", "--fail-on", "never", cwd=folder).returncode == 0
    assert ftlint("check", "good.jsonl", "--fail-on", "info", cwd=folder).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "nowhere.jsonl"], "cannot read nowhere.jsonl: No such file or folder"),
        (["check", "*.nothing"], "no .jsonl, .ndjson files"),
        (["check", "empty"], "no .jsonl, .ndjson files"),
        (["check", "--select", "separater", "good.jsonl"], "did you mean separator?"),
        (["check", "--target", "davinchi", "good.jsonl"], "did you mean davinci?"),
        (["check", "--encoding", "gpt2", "good.jsonl"], "unknown tokenizer"),
        (["check", "--dialect", "chatt", "good.jsonl"], "did you mean chat?"),
        (["check", "--output", "jsn", "good.jsonl"], "did you mean json?"),
        (["check", "--jobs", "0", "good.jsonl"], "0"),
        (["check", "--separator", "\\x", "good.jsonl"], "JSON escapes"),
        (["check", "--separator", "\\ud800", "good.jsonl"], "JSON escapes"),
        (["check", ""], "a path is empty"),
        (["check", "good.jsonl", "--separator="], "separator is empty"),
        (["check", "good.jsonl", "--stop="], "stop is empty"),
        (["check", "good.jsonl", "--output", "json="], "--output json= names no file"),
        (["check", "good.jsonl", "--output", "json=ftlint.toml"], "ftlint.toml is data, configuration, or written twice"),
        (["check", "good.jsonl", "--config", "select=[]"], "select is empty: nothing would be checked"),
        (["check", "good.jsonl", "--config", "extend='x.toml'"], "extend is valid in configuration files only"),
        (
            ["check", "good.jsonl", "--config", "rules.near-duplicate.similarity=nan"],
            "similarity: should be from 0 to 1, not nan",
        ),
        (["check", "good.jsonl", "--config", "rules.rare-label.minimum=-1"], "minimum: should be 0 or more, not -1"),
        (["check", "good.jsonl", "--config", "rules.class-imbalance.ratio=0.5"], "ratio: should be 1 or more, not 0.5"),
        (["check", "good.jsonl", "--config", "targets.mine.limit=-1"], "targets.mine.limit should be 0 or more, not -1"),
        (["check", "good.jsonl", "--config", "targets.mine.dialects=['chatt']"], "unknown dialect 'chatt'; did you mean chat?"),
        (["check", "good.jsonl", "--config", "targets.mine.encoding='gpt2'"], "unknown tokenizer"),
        (["check", "good.jsonl", "--config", "targets.mine.prices={training=nan}"], "prices.training should be 0 or more"),
        (["check", "good.jsonl", "--output", "json=good.jsonl"], "good.jsonl is data, configuration, or written twice"),
        (["check", "good.jsonl", "--fix", "--dropped", "good.jsonl"], "good.jsonl is data, configuration, or written twice"),
        (
            ["check", "good.jsonl", "--fix", "--dropped", "new", "--label-map", "new"],
            "new is data, configuration, or written twice",
        ),
        (["check", "good.jsonl", "--select", " "], "--select is empty"),
        (["check", "packed.jsonl", "--fix"], "packed.jsonl is packed; give it a name that ends in .jsonl.gz"),
        (["check", "two\nlines.jsonl"], "cannot read two\\nlines.jsonl"),
        (["check", "--dropped", "gone.jsonl", "good.jsonl"], "requires --fix or --diff"),
        (["rule", "SEP"], "SEP matches several rules; use one of SEP001, "),
        (["check", "--valid", "bad.jsonl", "good.jsonl", "bad.jsonl"], "exactly one training file"),
        (["check", "--output", "json=none/report.json", "good.jsonl"], "cannot write none/report.json"),
        (["check", "--config", "none.toml", "good.jsonl"], "cannot read none.toml"),
        (["check", "broken.jsonl.gz"], "cannot unpack broken.jsonl.gz"),
        (["check", "broken.jsonl.zst"], "cannot unpack broken.jsonl.zst"),
        (["check", "cut.jsonl.gz"], "cannot unpack cut.jsonl.gz"),
        (["check", "cut.jsonl.zst"], "cannot unpack cut.jsonl.zst"),
        (["check", "lfs.jsonl"], "git lfs pull"),
        (["chek", "good.jsonl"], "did you mean check?"),
        (["rule", "missing-seperator"], "did you mean missing-separator?"),
        (["rule"], "requires the name of a rule"),
    ],
)
def test_what_cannot_be_done_is_exit_code_2_and_one_sentence(folder, arguments, sentence):
    (folder / "empty").mkdir()
    (folder / "ftlint.toml").write_text("")
    packed = gzip.compress(dumped(GOOD)), zstandard.compress(dumped(GOOD))
    (folder / "broken.jsonl.gz").write_bytes(b"no gzip")
    (folder / "broken.jsonl.zst").write_bytes(b"no zstd")
    (folder / "packed.jsonl").write_bytes(packed[0])
    (folder / "cut.jsonl.gz").write_bytes(packed[0][:-20])
    (folder / "cut.jsonl.zst").write_bytes(packed[1][:-20])
    (folder / "lfs.jsonl").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    result = ftlint(*arguments, cwd=folder)
    error = result.stderr.decode()
    assert result.returncode == 2, error
    assert sentence in error
    assert error.startswith("ftlint: ")
    assert error.count("\n") == 1, error
    assert not result.stdout


MILLION = 1_000_000


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (b"[" * MILLION, "JSN001", "not JSON: "),
        (b'{"prompt": ' + b"[" * MILLION + b"]" * MILLION + b', "completion": " fine"}', "JSN001", "not JSON: "),
        (b"\0" * MILLION, "JSN001", "not JSON: a raw control character U+0000; inside strings it must be written \\u0000"),
        (b'"' * MILLION, "JSN001", "not JSON: unexpected content after document, at column 3"),
        (b"\\" * MILLION, "JSN001", "not JSON: "),
        (b'{"prompt": "' + b"word " * MILLION, "JSN001", "not JSON: the line ends inside a string (a raw line end in it?)"),
        (b'{"prompt": "", "completion": ""}' * 100_000, "JSN001", "not JSON: 100000 values on one line"),
        (b"[" + b",".join([b"{}"] * MILLION) + b"]", "JSN002", "the line is an array of 1,000,000 objects, not an object"),
        (b'{"prompt": "' + b" " * MILLION + b' ->", "completion": " fine"}', "TOK001", "1,000,002 tokens; "),
        (b'{"prompt": "' + b"a" * MILLION + b' ->", "completion": " fine"}', "TOK001", "250,002 tokens; "),
        (b'{"prompt": "' + "é\\n".encode() * MILLION + b' ->", "completion": " fine"}', "TOK001", "2,000,002 tokens; "),
    ],
    ids=range(11),
)
def test_lines_of_a_million(folder, line, code, message):
    (folder / "long.jsonl").write_bytes(dumped(GOOD[:100]) + line + b"\n" + dumped(GOOD[100:]))
    result = ftlint("check", "long.jsonl", "--output", "jsonl", cwd=folder)
    found = {finding["code"]: finding for finding in map(json.loads, result.stdout.splitlines()) if finding.get("line") == 101}
    assert (result.returncode, result.stderr) == (1, b"")
    assert found[code]["message"].startswith(message), found


def test_reads_standard_input_gzip_zstd_and_folders(folder):
    data = (folder / "bad.jsonl").read_bytes()
    (folder / "data").mkdir()
    (folder / "data" / "a.jsonl.gz").write_bytes(gzip.compress(data[:5000]) + gzip.compress(data[5000:]))
    (folder / "data" / "b.ndjson.zst").write_bytes(zstandard.compress(data[:5000]) + zstandard.compress(data[5000:]))
    (folder / "data" / "c.txt").write_text("no data")
    for arguments, stdin, files in ((["-"], data, 1), (["data"], None, 2), (["data/*.gz"], None, 1)):
        report = json.loads(ftlint("check", "--output", "json", *arguments, cwd=folder, stdin=stdin).stdout)
        assert [finding["line"] for finding in report["findings"] if finding["code"] == "CMP001"] == [8] * files
        assert [file["records"] for file in report["files"]] == [300] * files


def test_reads_a_fifo(folder):
    os.mkfifo(folder / "pipe.jsonl")
    writer = threading.Thread(target=lambda: (folder / "pipe.jsonl").write_bytes(dumped(GOOD)))
    writer.start()
    assert ftlint("check", "pipe.jsonl", cwd=folder).returncode == 0
    writer.join()


def test_one_run_writes_several_reports(folder):
    result = ftlint(
        "check", "bad.jsonl", "--output", "concise", "--output", "json=r.json", "--output", "jsonl=r.jsonl", cwd=folder
    )
    assert b"bad.jsonl:8:" in result.stdout
    report = json.loads((folder / "r.json").read_bytes())
    lines = [json.loads(line) for line in (folder / "r.jsonl").read_bytes().splitlines()]
    assert report["findings"] == lines[:-1]
    assert report["summary"] == lines[-1]["summary"]


def test_a_report_goes_through_links_and_into_pipes(folder):
    (folder / "real.json").write_bytes(b"old")
    (folder / "real.json").chmod(0o640)
    (folder / "link.json").symlink_to("real.json")
    os.mkfifo(folder / "pipe.json")
    reader = os.open(folder / "pipe.json", os.O_RDONLY | os.O_NONBLOCK)
    result = ftlint("check", "--output", "json=link.json", "--output", "json=pipe.json", "good.jsonl", cwd=folder)
    piped = os.read(reader, 1 << 16)
    os.close(reader)
    assert (result.returncode, result.stderr) == (0, b"")
    assert (folder / "link.json").is_symlink()
    assert (folder / "pipe.json").is_fifo()
    assert stat.S_IMODE((folder / "real.json").stat().st_mode) == 0o640
    assert (folder / "real.json").read_bytes() == piped
    assert json.loads(piped)["summary"]["records"]
    assert ftlint("check", "--output", "json=/dev/stdout", "good.jsonl", cwd=folder).stdout == piped


def test_counts_are_exact_where_findings_are_bounded(folder):
    spaced = {"prompt": "last ->", "completion": " spam"}
    unspaced = ({**record, "completion": record["completion"].strip()} for record in GOOD)
    (folder / "many.jsonl").write_bytes(dumped([*unspaced, spaced]))
    report = json.loads(ftlint("check", "many.jsonl", "--output", "json", "--max-findings", "5", cwd=folder).stdout)
    assert report["summary"]["rules"]["CMP001"] == 300
    assert sum(finding["code"] == "CMP001" for finding in report["findings"]) == 5
    streamed = ftlint("check", "many.jsonl", "--output", "jsonl", "--max-findings", "5", cwd=folder).stdout.splitlines()
    assert sum(json.loads(line).get("code") == "CMP001" for line in streamed) == 300


def test_standard_output_is_the_report_and_nothing_else(folder):
    result = ftlint("check", "bad.jsonl", "--quiet", cwd=folder)
    assert (result.returncode, result.stdout, result.stderr) == (1, b"", b"")
    assert b"\x1b[" not in ftlint("check", "bad.jsonl", cwd=folder).stdout
    assert b"\x1b[" in ftlint("check", "bad.jsonl", "--color", "always", cwd=folder).stdout
    assert b"spam" not in ftlint("check", "bad.jsonl", "--no-snippets", "--select", "SEP", cwd=folder).stdout


def test_excluded_files(folder):
    (folder / "ftlint.toml").write_text('exclude = ["bad.jsonl"]\n')
    assert ftlint("check", cwd=folder).returncode == 0
    assert ftlint("check", "bad.jsonl", cwd=folder).returncode == 1
    result = ftlint("check", "bad.jsonl", "--force-exclude", cwd=folder)
    assert (result.returncode, result.stdout) == (0, b"")
    assert b"every file is excluded" in result.stderr


def checked_in(cwd, *arguments):
    """The names of the files that a check looks at, and its result."""
    result = ftlint("check", "--output", "json", *arguments, cwd=cwd)
    files = json.loads(result.stdout)["files"] if result.stdout else []
    return sorted(Path(file["path"]).name for file in files), result


def test_patterns_are_those_of_the_configurations_folder(folder):
    """Whatever folder a check is run from, and however its files are named."""
    data = folder / "data"
    (data / "raw [1]").mkdir(parents=True)
    (folder / "sub").mkdir()
    for name in ("a", "b", "raw [1]/c"):
        (data / f"{name}.jsonl").write_bytes(dumped(GOOD))
    (folder / "bad.jsonl").unlink()
    (folder / "ftlint.toml").write_text(
        'include = ["data"]\nexclude = ["data/raw [1]"]\n[per-file-ignores]\n"data/b*" = ["ALL"]\n'
    )
    wrong = dumped([*GOOD, {"prompt": "no separator", "completion": " fine"}])
    (data / "b.jsonl").write_bytes(wrong)
    for cwd, paths in (
        (folder, ()),
        (folder / "sub", ()),
        (folder / "sub", ("../data",)),
        (data, (".",)),
        (folder, (str(data),)),
    ):
        names, result = checked_in(cwd, *paths)
        assert (names, result.returncode) == (["a.jsonl", "b.jsonl"], 0), (cwd, paths)
    (data / "a.jsonl").write_bytes(wrong)
    assert checked_in(folder / "sub")[1].returncode == 1


def test_what_is_excluded_is_in_no_dataset(folder):
    (folder / "raw").mkdir()
    for name in ("part1", "part2", "raw/part3"):
        (folder / f"{name}.jsonl").write_bytes(dumped(GOOD[:100]) + b'{"prompt": "a ->", "completion": "fine"}\n')
    (folder / "ftlint.toml").write_text('exclude = ["raw", "part2.jsonl"]\n[[dataset]]\ntrain = ["**/part*.jsonl"]\n')
    before = (folder / "raw" / "part3.jsonl").read_bytes()
    assert checked_in(folder)[0] == ["part1.jsonl"]
    ftlint("check", "--fix", cwd=folder)
    assert (folder / "raw" / "part3.jsonl").read_bytes() == (folder / "part2.jsonl").read_bytes() == before
    assert (folder / "part1.jsonl").read_bytes() != before
    (folder / "ftlint.toml").write_text('exclude = ["*"]\n[[dataset]]\ntrain = ["**/part*.jsonl"]\n')
    assert b"is excluded" in ftlint("check", cwd=folder).stderr
    (folder / "ftlint.toml").write_text("[[dataset]]\ntrain = []\n")
    assert b"dataset.train names no file" in ftlint("check", cwd=folder).stderr


def test_a_shard_that_is_missing_is_said_where_all_others_are_named(folder):
    (folder / "data").mkdir()
    for name in ("train-1", "train-2"):
        (folder / "data" / f"{name}.jsonl").write_bytes(dumped(GOOD))
    (folder / "ftlint.toml").write_text('[[dataset]]\ntrain = ["data/train*.jsonl", "data/more-*.jsonl"]\n')
    assert b"more-*.jsonl" in ftlint("check", "data", cwd=folder).stderr
    assert ftlint("check", "data/train-1.jsonl", cwd=folder).returncode == 0, "some of them, as staged for a commit"


def test_settings_of_a_dataset_are_those_of_its_files_alone(folder):
    (folder / "other").mkdir()
    for name in ("train", "other/train"):
        (folder / f"{name}.jsonl").write_bytes(dumped(GOOD))
    (folder / "ftlint.toml").write_text('[[dataset]]\ntrain = ["./train.jsonl", "**/valid.jsonl"]\ntarget = "curie"\n')
    (folder / "other" / "valid.jsonl").write_bytes(dumped(GOOD))
    found = json.loads(checked_in(folder, "train.jsonl", "other/train.jsonl")[1].stdout)["files"]
    assert {file["path"]: file["target"] for file in found} == {"train.jsonl": "curie", "other/train.jsonl": "davinci"}


def test_a_report_may_have_a_comma_in_its_name(folder):
    ftlint("check", "good.jsonl", "--output", "json=a,b.json", "--output", "concise", cwd=folder)
    assert json.loads((folder / "a,b.json").read_bytes())["version"] == 1


def test_a_dataset_of_the_configuration_joins_files(folder):
    (folder / "part1.jsonl").write_bytes(dumped(GOOD[:150]))
    (folder / "part2.jsonl").write_bytes(dumped(GOOD[150:]))
    (folder / "v.jsonl").write_bytes(dumped([*GOOD[160:162], {"prompt": "new ->", "completion": " other"}]))
    (folder / "ftlint.toml").write_text('[[dataset]]\ntrain = ["part*.jsonl"]\nvalid = ["v.jsonl"]\n')
    report = json.loads(ftlint("check", "--output", "json", cwd=folder).stdout)
    leaks = [(f["path"], f["line"], f["related"]) for f in report["findings"] if f["code"] == "SPL001"]
    related = [[{"path": "part2.jsonl", "line": 11}], [{"path": "part2.jsonl", "line": 12}]]
    assert leaks == [("v.jsonl", 1, related[0]), ("v.jsonl", 2, related[1])]
    assert not [f for f in report["findings"] if f["code"] in {"LBL004", "SIZ001"} and f["path"] == "v.jsonl"]


def test_per_file_ignores_and_levels(folder):
    (folder / "ftlint.toml").write_text('[per-file-ignores]\n"bad.*" = ["completion"]\n[levels]\nSIZ = "error"\n')
    report = json.loads(ftlint("check", "bad.jsonl", "--output", "json", cwd=folder).stdout)
    assert {(f["code"], f["level"]) for f in report["findings"]} == {("SIZ001", "error")}


def test_several_processes_give_the_same_report(tmp_path):
    record = {"prompt": "a" * 1000 + " ->", "completion": "x"}
    with (tmp_path / "big.jsonl").open("wb") as file:
        for i in range(36_000):
            file.write(json.dumps({**record, "completion": f"{' ' * (i % 3)}{'yes' if i % 2 else 'no'}"}).encode() + b"\n")
    one, two = (ftlint("check", "big.jsonl", "--jobs", jobs, "--output", "json", cwd=tmp_path).stdout for jobs in (1, 2))
    assert one == two
    assert json.loads(one)["summary"]["rules"]["CMP001"] == 12_000


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_leaves_nothing_behind(tmp_path, number, code):
    os.mkfifo(tmp_path / "pipe.jsonl")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        [*FTLINT, "check", "pipe.jsonl"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        # A shell may have started the tests with the signal ignored.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509 - no thread runs here
    )
    with (tmp_path / "pipe.jsonl").open("wb") as pipe:
        pipe.write(dumped(GOOD))
        pipe.flush()
        until_read(pipe)
        process.send_signal(number)
        _, error = process.communicate(timeout=20)
    assert (process.returncode, error.strip()) == (code, b"")
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_exit_code_2(folder):
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run([*FTLINT, "check", "bad.jsonl"], cwd=folder, stdout=full, stderr=subprocess.PIPE, check=False)
    assert result.returncode == 2
    assert result.stderr.decode().count("\n") == 1


def test_a_closed_pipe_is_no_complaint(folder):
    command = f"{FTLINT[0]} check bad.jsonl --output jsonl | head -c 10"
    result = subprocess.run(command, shell=True, cwd=folder, capture_output=True, check=False)  # noqa: S602 - a pipe is the point
    assert result.stderr == b""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_needs_no_network_and_no_cache(folder):
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:  # noqa: S607 - of the system
        pytest.skip("may not cut the network")
    home = {**os.environ, "HOME": "/nonexistent", "TIKTOKEN_CACHE_DIR": str(folder / "none"), "XDG_CACHE_HOME": "/nonexistent"}
    result = subprocess.run(
        ["unshare", "-rn", *FTLINT, "check", "good.jsonl"],  # noqa: S607 - of the system
        cwd=folder,
        env=home,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_rule_explains(folder):
    by_code, by_name = (ftlint("rule", word, cwd=folder).stdout.decode() for word in ("SEP001", "missing-separator"))
    assert by_code == by_name
    assert "Why it matters" in by_code
    rules = json.loads(ftlint("rule", "--all", "--output", "json", cwd=folder).stdout)
    assert {"FIL001", "SEP001", "TXT008"} <= {rule["code"] for rule in rules}
    assert {"code", "name", "family", "level", "summary", "dialects", "fix", "options", "documentation"} <= set(rules[0])


def test_config_shows_values_with_their_source(folder):
    (folder / "pyproject.toml").write_text('[tool.ftlint]\ntarget = "ada"\n')
    shown = json.loads(ftlint("config", "--output", "json", cwd=folder, FTLINT_IGNORE="SIZ,DUP").stdout)
    assert shown["target"] == {"value": "ada", "source": str(folder / "pyproject.toml")}
    assert shown["ignore"] == {"value": ["SIZ", "DUP"], "source": "FTLINT_IGNORE"}
    assert shown["fail-on"]["source"] == "default"
    targets = json.loads(ftlint("config", "--targets", "--output", "json", cwd=folder).stdout)
    assert all(target["source"] for target in targets)
    assert {"ada", "babbage", "curie", "davinci", "text-davinci-002", "babbage-002", "davinci-002"} <= {
        t["name"] for t in targets
    }


def test_the_commands_that_go_on_repeat_what_the_data_is(folder):
    mixed = [dict(record) for record in GOOD]
    for place in range(0, 60, 3):
        mixed[place]["prompt"] = "mail"
    mixed[1]["prompt"] = "mail 1 ###"
    (folder / "mixed.jsonl").write_bytes(dumped(mixed))
    options = ["--separator", " ->", "--valid", "good.jsonl"]
    first = ftlint("check", "mixed.jsonl", *options, cwd=folder).stdout.decode()
    assert "up to 21 can be repaired safely:" in first
    assert "ftlint check --fix --valid good.jsonl --separator ' ->' mixed.jsonl" in first
    assert " · safe fix for some\n" in first
    again = ftlint("check", "mixed.jsonl", *options, "--fix", cwd=folder).stdout.decode()
    assert "repaired safely" not in again
    assert '· prompt ends with "mail 1 ###", not with the separator " ->" · unsafe fix' in again


def test_long_headings_are_folded_and_commands_are_whole(folder):
    name = "a-folder-with-a-name-of-many-words/" * 3
    (folder / name).mkdir(parents=True)
    (folder / name / "train.jsonl").write_bytes(b"[\n" + b",\n".join([json.dumps(GOOD[0]).encode()] * 3) + b"\n]\n")
    lines = ftlint("check", f"{name}train.jsonl", cwd=folder).stdout.decode().splitlines()
    assert lines[3].startswith("error   JSN001 invalid-json · not JSON: 3 objects")
    assert lines[4].startswith("        ")
    assert lines[4].endswith("· safe fix")
    assert any(line.endswith(f"ftlint check --fix {name}train.jsonl") for line in lines)


def test_a_name_that_is_not_utf8(folder):
    name = os.fsencode(folder) + b"/bad\xff.jsonl"
    Path(os.fsdecode(name)).write_bytes(b"broken\n")
    for output in ("grouped", "full", "concise", "json", "jsonl"):
        result = subprocess.run([*FTLINT, "check", name, "--output", output], capture_output=True, check=False)
        assert (result.returncode, result.stderr) == (1, b"")
        assert b"bad\\" in result.stdout


@pytest.mark.parametrize(
    ("command", "code"), [("check bad.jsonl >&-", 1), ("check bad.jsonl 2>&-", 1), ("check bad.jsonl <&-", 1), ("check - <&-", 1)]
)
def test_closed_streams(folder, command, code):
    result = subprocess.run(f"{FTLINT[0]} {command}", shell=True, cwd=folder, capture_output=True, check=False)  # noqa: S602 - a shell closes them
    assert (result.returncode, result.stderr) == (code, b"")


def test_an_error_ends_all_processes(tmp_path):
    (tmp_path / "big.jsonl").write_bytes(dumped(GOOD) * 4000)
    process = subprocess.Popen(
        [*FTLINT, "check", "big.jsonl", "--jobs", "2"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - no thread runs here
    )
    until_worked(process, 0.7)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert (process.returncode, error.strip()) == (130, b"")


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("FTLINT_SELECT", "", "FTLINT_SELECT is empty (an unset variable?)"),
        ("FTLINT_IGNORE", " , ", "FTLINT_IGNORE is empty (an unset variable?)"),
        ("FTLINT_TARGET", "", "FTLINT_TARGET is empty (an unset variable?)"),
        ("FTLINT_EXTEND", "x.toml", "FTLINT_EXTEND: extend is valid in configuration files only"),
        ("FTLINT_SPILL_BYTES", "abc", "FTLINT_SPILL_BYTES should be a number of bytes, not 'abc'"),
        ("FTLINT_SEPARATOR", "\\x", "not text with JSON escapes"),
    ],
)
def test_a_variable_that_says_nothing_is_exit_code_2(folder, variable, value, sentence):
    result = ftlint("check", "good.jsonl", cwd=folder, **{variable: value})
    assert (result.returncode, result.stdout) == (2, b"")
    assert sentence in result.stderr.decode()


def test_escapes_mean_the_same_wherever_a_shell_gives_them(folder):
    rows = [{**record, "prompt": record["prompt"].replace(" ->", "\n\n###\n\n")} for record in GOOD]
    rows[3]["prompt"] = "mail 3"
    for arguments, variables in (
        (["--separator", r"\n\n###\n\n"], {}),
        (["--config", r"separator=\n\n###\n\n"], {}),
        (["--config", r'separator="\n\n###\n\n"'], {}),
        ([], {"FTLINT_SEPARATOR": r"\n\n###\n\n"}),
    ):
        (folder / "s.jsonl").write_bytes(dumped(rows))
        ftlint("check", "s.jsonl", "--fix", *arguments, cwd=folder, **variables)
        assert json.loads((folder / "s.jsonl").read_bytes().splitlines()[3])["prompt"] == "mail 3\n\n###\n\n"


def test_globs_follow_no_links(folder):
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "good.jsonl").write_bytes(dumped(GOOD))
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "good.jsonl").write_bytes(dumped(GOOD))
    for name in "cdefgh":
        (folder / "a" / name).symlink_to("..")
    for pattern, expected in (
        ("**/good.jsonl", ["a/b/good.jsonl", "good.jsonl"]),
        ("a/**/*.jsonl", ["a/b/good.jsonl"]),
        ("**/b/*.jsonl", ["a/b/good.jsonl"]),
        (f"{folder}/**/good.jsonl", [f"{folder}/a/b/good.jsonl", f"{folder}/good.jsonl"]),
        ("./**/good.jsonl", ["./a/b/good.jsonl", "./good.jsonl"]),
    ):
        report = json.loads(ftlint("check", pattern, "--output", "json", cwd=folder).stdout)
        assert [file["path"] for file in report["files"]] == expected


def test_rules_explain_themselves_without_docstrings(folder):
    for arguments in (["rule", "SEP001"], ["rule", "--all"], ["check", "good.jsonl"]):
        optimised = ftlint(*arguments, cwd=folder, PYTHONOPTIMIZE="2")
        assert optimised.stdout == ftlint(*arguments, cwd=folder).stdout


def test_shares_are_of_records(folder):
    rows = [{**record, "id": i, "note": i} for i, record in enumerate(GOOD)]
    (folder / "k.jsonl").write_bytes(dumped(rows))
    shown = ftlint("check", "k.jsonl", cwd=folder).stdout.decode()
    assert "SHP003 unknown-key · 2 unknown keys · fix on request of 300 records" in shown
    rows = [{**record, **({"id": 1, "note": 2} if i < 30 else {})} for i, record in enumerate(GOOD)]
    (folder / "k.jsonl").write_bytes(dumped(rows))
    assert "SHP003 unknown-key · 60 unknown keys · unsafe fix" in ftlint("check", "k.jsonl", cwd=folder).stdout.decode()
    rows = [{"question": "a", "x": 1}] * 20 + [{"query": "a", "x": 1}] * 10
    (folder / "k.jsonl").write_bytes(dumped(rows))
    assert "30 records lack a required key (100 %)" in ftlint("check", "k.jsonl", cwd=folder).stdout.decode()


def test_every_difference_of_two_files_is_printed(folder):
    other = [{"prompt": record["prompt"].replace(" ->", " ###"), "completion": record["completion"] + " END"} for record in GOOD]
    (folder / "o.jsonl").write_bytes(dumped(other))
    shown = ftlint("check", "good.jsonl", "--valid", "o.jsonl", cwd=folder).stdout.decode()
    assert "the separator of the validation file is" in shown
    assert "the stop of the validation file is" in shown


def test_a_file_is_repaired_once(folder):
    before = (folder / "bad.jsonl").read_bytes()
    (folder / "link.jsonl").symlink_to("bad.jsonl")
    for more in (["link.jsonl"], ["--valid", "bad.jsonl"]):
        result = ftlint("check", "--fix", "bad.jsonl", *more, cwd=folder)
        assert (result.returncode, b"named twice" in result.stderr) == (2, True)
    assert (folder / "bad.jsonl").read_bytes() == before


def test_a_reader_that_is_gone_is_no_finding(folder):
    command = f"set -o pipefail; {FTLINT[0]} check good.jsonl --output jsonl | true"
    codes = {subprocess.run(["/bin/bash", "-c", command], cwd=folder, check=False).returncode for _ in range(3)}
    assert codes <= {0, 141}


def test_rules_are_ignored_in_some_files(tmp_path):
    line = '{"prompt": "a", "completion": "b"}\n'
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(line * 3)
    options = ("--isolated", "--output", "jsonl", "--per-file-ignores", "a*:SIZ,SEP", "--per-file-ignores", "b*:CMP")
    done = ftlint("check", *options, "a.jsonl", "b.jsonl", cwd=tmp_path)
    found = [json.loads(row) for row in done.stdout.splitlines()]
    codes = {(row["path"], row["code"][:3]) for row in found if "code" in row}
    assert ("b.jsonl", "SIZ") in codes
    assert ("a.jsonl", "CMP") in codes
    assert not codes & {("a.jsonl", "SIZ"), ("a.jsonl", "SEP"), ("b.jsonl", "CMP")}
    wrong = ftlint("check", "--isolated", "--per-file-ignores", "SIZ", "a.jsonl", cwd=tmp_path)
    assert (wrong.returncode, b"should be GLOB:RULES" in wrong.stderr) == (2, True)


def test_files_are_listed_and_left_out(tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text('{"prompt": "a", "completion": "b"}\n')
    assert ftlint("check", "--isolated", "--show-files", ".", cwd=tmp_path).stdout.split() == [b"a.jsonl", b"b.jsonl"]
    assert ftlint("check", "--isolated", "--show-files", "--exclude", "b*", ".", cwd=tmp_path).stdout.split() == [b"a.jsonl"]
    assert ftlint("check", "--isolated", "--show-files", "a.jsonl", "./a.jsonl", cwd=tmp_path).stdout.split() == [b"a.jsonl"]
