"""`--watch`: the check runs again when data, or its configuration, changed."""

from __future__ import annotations

import json
import signal
import subprocess
import threading

import pytest
from command import FTLINT, ftlint

PATIENCE = 60
"""Seconds after which a watch that says nothing is ended, so that the test fails."""


def rows(completion):
    return "".join(json.dumps({"prompt": f"{number} ->", "completion": completion}) + "\n" for number in range(120))


@pytest.fixture
def watching(tmp_path):
    """Return a function that starts a watch, and one that reads until a text is there."""
    started = []

    def start(*arguments):
        command = [*FTLINT, "check", "--watch", "--select", "CMP001", "--output", "concise", *arguments]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        started.append((process, watchdog))

        def until(text):
            said = []
            while text not in (line := process.stdout.readline()):
                assert line, f"it ended, and said {said}"
                said.append(line)
            return "".join(said)

        return process, until

    yield start
    for process, watchdog in started:
        watchdog.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def replaced(path, text):
    """Write a file as editors do: beside the old one, and then in its place."""
    new = path.with_name("new.tmp")
    new.write_text(text)
    new.replace(path)


def test_a_file_that_changed_is_checked_again(watching, tmp_path):
    file = tmp_path / "train.jsonl"
    file.write_text(rows(" yes"))
    process, until = watching("train.jsonl")
    assert "CMP001" not in until("watching")
    (tmp_path / "other.jsonl").write_text("{")
    replaced(file, rows("yes"))
    assert "train.jsonl:1:" in until("watching")
    (tmp_path / "ftlint.toml").write_text('per-file-ignores = {"train.jsonl" = ["CMP001"]}')
    assert "CMP001" not in until("watching")
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130


def test_new_files_of_a_folder_are_checked_too(watching, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "one.jsonl").write_text(rows(" yes"))
    _, until = watching("data")
    until("watching")
    (tmp_path / "data" / "notes.txt").write_text("no data")
    (tmp_path / "data" / "two.jsonl").write_text(rows("yes"))
    assert "two.jsonl:1:" in until("watching")


@pytest.mark.parametrize(("arguments", "said"), [(["-"], "standard input"), (["--fix", "train.jsonl"], "--watch only checks")])
def test_what_cannot_be_watched(tmp_path, arguments, said):
    (tmp_path / "train.jsonl").write_text(rows(" yes"))
    result = ftlint("check", "--watch", *arguments, cwd=tmp_path, stdin=rows(" yes").encode())
    assert result.returncode == 2
    assert said in result.stderr.decode()
