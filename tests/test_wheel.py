"""The package as a user gets it: a wheel, installed alone, without any extra."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv

import pytest
from paths import ROOT

from ftlint.cli.app import COMMANDS
from ftlint.report.formats import FORMATS

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    skipped = shutil.ignore_patterns(".git", ".venv", "*.egg-info", "__pycache__", "build", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, folder / "source", ignore=skipped)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", folder, folder / "source"], check=True, capture_output=True)
    [wheel] = folder.glob("ftlint-*.whl")
    venv.create(folder / "environment", with_pip=True)
    made = folder / "environment" / "bin" / "python"
    subprocess.run(
        [made, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel], check=True, capture_output=True
    )
    return made


def ran(python, *arguments, cwd, code=0):
    result = subprocess.run([python, "-m", "ftlint", *arguments], capture_output=True, text=True, check=False, cwd=cwd)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout


def test_every_command_and_format_works(python, tmp_path):
    data = tmp_path / "food.jsonl"
    shutil.copy(ROOT / "examples" / "food.jsonl", data)
    for name in FORMATS:
        assert ran(python, "check", "food.jsonl", "--output", name, cwd=tmp_path, code=1)
    for name in COMMANDS:
        assert "Usage: " in ran(python, name, "--help", cwd=tmp_path)
    assert "missing-separator" in ran(python, "rule", "SEP001", cwd=tmp_path)
    assert {rule["code"] for rule in json.loads(ran(python, "rule", "--all", "--output", "json", cwd=tmp_path))} >= {
        "CHT001",
        "SPL001",
    }
    assert "davinci" in ran(python, "config", "--targets", cwd=tmp_path)
    assert "accepts" in ran(python, "baseline", "write", "food.jsonl", cwd=tmp_path)
    assert ran(python, "check", "food.jsonl", "--diff", cwd=tmp_path, code=1)
    ran(python, "check", "food.jsonl", "--fix", cwd=tmp_path, code=1)
    assert b'"completion": " inedible"}' in data.read_bytes()


def test_the_library_works(python, tmp_path):
    code = """
import ftlint, polars as pl
rows = [{"prompt": f"mail {i} ->", "completion": "x" if i == 3 else " x"} for i in range(200)]
assert ftlint.check(rows).counts["CMP001"] == 1
assert ftlint.check(ftlint.fix(pl.DataFrame(rows))[0]).counts["CMP001"] == 0
ftlint.integrations.pandera.schema(separator=" ->").validate(pl.DataFrame(rows[:3]))
from ftlint.testing import assert_clean
assert_clean(rows, fail_on="error", ignore=["CMP001", "LBL"])
"""
    result = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stderr


def test_what_an_extra_brings_says_so(python, tmp_path):
    result = subprocess.run(
        [python, "-m", "ftlint", "mock", "train", "x.jsonl"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert result.returncode == 2
    assert "pip install 'ftlint[mock]'" in result.stderr
