"""The formats, to the letter. `FTLINT_UPDATE=1 pytest tests/report/test_golden.py -n 0` writes them anew."""

from __future__ import annotations

import os
import re

import pytest
from paths import TESTS

from ftlint import config as configuration
from ftlint.datasets import datasets_of
from ftlint.report.formats import FORMATS, Style, format_named, kept, reporter
from ftlint.session import Session

UPDATE = os.environ.pop("FTLINT_UPDATE", "")


@pytest.mark.parametrize("name", FORMATS)
def test_format(name, monkeypatch):
    monkeypatch.chdir(TESTS.parent)
    config = configuration.load(isolated=True)
    datasets = datasets_of(["examples/food.jsonl"], None, config)
    form = format_named(name)
    report = Session.of(config).check_datasets(datasets, limit=kept([form], None), capped=not form.every, edits=form.edits)
    text = "\n".join(reporter(name)(report, Style(statistics=name == "concise", paths=("examples/food.jsonl",)))) + "\n"
    text = re.sub(r'"ftlint":"[^"]+"', '"ftlint":"VERSION"', text)
    text = re.sub(r"<footer>ftlint [^<]+<", "<footer>ftlint VERSION<", text)
    text = re.sub(r"(<style>|<script>).*?(?=</)", r"\1", re.sub(r"sha256-[^']+", "HASH", text), flags=re.DOTALL)
    report.close()
    golden = TESTS / "golden" / f"{name}.txt"
    if UPDATE:
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")
