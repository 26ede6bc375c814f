"""Examples in docstrings do what they show."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import ftlint

PACKAGE = Path(ftlint.__file__).parent
SHOWING = [path for path in PACKAGE.rglob("*.py") if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: path.stem)
def test_the_examples_of_a_module(path):
    name = ".".join(["ftlint", *path.relative_to(PACKAGE).with_suffix("").parts])
    done = doctest.testmod(import_module(name))
    assert done.attempted
    assert not done.failed


def test_the_calls_of_the_library_have_examples():
    assert {path.stem for path in SHOWING} >= {"api", "session"}
