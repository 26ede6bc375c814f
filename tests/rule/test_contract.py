"""What holds for every rule in the registry, and for what the package shows of itself."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ftlint_rules import rules as builtin_rules

import ftlint
from ftlint.rule import LEVELS, DatasetRule, LineRule, RecordRule
from ftlint.rule.options import defaults, options_of
from ftlint.rule.registry import Selection, known_rules, matching

FAMILIES = {
    "CHT": "chat",
    "TUL": "tool",
    "PRF": "preference",
    "IMG": "image",
    "SEC": "secret",
    "LOD": "loading",
    "LRN": "learning",
    "FIL": "file",
    "JSN": "json",
    "SHP": "shape",
    "SEP": "separator",
    "CMP": "completion",
    "LBL": "label",
    "TOK": "token",
    "TXT": "text",
    "DUP": "duplicate",
    "SPL": "split",
    "SIZ": "size",
}


@pytest.mark.parametrize("rule", builtin_rules(), ids=lambda rule: rule.code)
def test_rule(rule):
    assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
    assert FAMILIES[rule.code[:3]] == rule.family()
    assert rule.__module__.endswith(f".{rule.family()}.{rule.name().replace('-', '_')}"), "one rule, one file of its name"
    assert rule.level in LEVELS
    assert rule.fixable in {"safe", "unsafe", "request", None}
    assert issubclass(rule, LineRule | RecordRule | DatasetRule)
    doc = inspect.getdoc(rule)
    assert re.fullmatch(r"[^\n]+[.]", rule.summary()), "the summary is a sentence"
    assert [line for line in doc.splitlines() if line.startswith("#")] == ["## Why it matters", "## How to fix"]
    assert len(inspect.getsource(sys.modules[rule.__module__]).splitlines()) <= 160, "about a screen"
    assert any(example.at for example in rule.examples)
    assert any(not example.at for example in rule.examples)
    for name in defaults(rule):
        assert name in rule.Options.__doc__, f"option {name} is explained"
    assert ("--fix" in doc) == (rule.fixable is not None), "a repair is described, and none that is not there"


def test_codes_and_names_are_unique():
    rules = known_rules()
    words = [word for rule in rules for word in (rule.code, rule.name())]
    assert len(words) == len(set(words))


def test_selection():
    codes = lambda **words: {rule.code for rule in Selection(**words).rules()}  # noqa: E731
    default = codes()
    builtin = {rule.code for rule in builtin_rules()}
    assert "DUP004" not in default
    assert "SEP001" in default
    assert codes(select=("SEP",)) & builtin == {f"SEP00{n}" for n in range(1, 6)}
    assert codes(select=("separator",)) & builtin == {f"SEP00{n}" for n in range(1, 6)}
    assert codes(select=("missing-separator", "cmp001")) == {"SEP001", "CMP001"}
    assert codes(extend=("near-duplicate",)) == default | {"DUP004"}
    assert "DUP004" in codes(select=("ALL",), ignore=("SEP",))
    assert not {"SEP001", "SEP002"} & codes(ignore=("SEP",))


def test_unknown_words_are_told_apart():
    with pytest.raises(ftlint.ConfigError, match="ignore: no rule or family 'SEPP'"):
        matching(["SEPP"], "ignore")
    with pytest.raises(ftlint.ConfigError, match="has no option 'minimun'; did you mean minimum"):
        options_of(next(rule for rule in known_rules() if rule.code == "LBL004"), {"minimun": 3})


def test_public_names_are_complete_and_sorted():
    assert ftlint.__all__ == sorted(ftlint.__all__)
    for name in ftlint.__all__:
        assert getattr(ftlint, name) is not None


def test_the_version_is_instant():
    code = (
        "import sys; from ftlint.cli.app import run\n"
        "try: run(['--version'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('polars', 'pandera', 'tiktoken', 'pydantic', 'rich', 'orjson') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == [f"ftlint {ftlint.__version__}", "[]"]


def test_a_plain_check_loads_nothing_that_it_does_not_need(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"prompt": "a ->", "completion": " b"}\n')
    code = (
        "import sys; from ftlint.cli.app import run; run(['check', '--isolated', '--quiet', 'a.jsonl'])\n"
        "print([name for name in ('pandera', 'pydantic', 'rich.progress', 'ftfy', 'rensa', 'zstandard') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert result.stdout.splitlines() == ["[]"]


def test_the_engine_knows_no_rule():
    package = Path(ftlint.__file__).parent
    code = re.compile(r"\b(?:" + "|".join(FAMILIES) + r")\d{3}\b")
    naming = [path.relative_to(package).as_posix() for path in package.rglob("*.py") if code.search(path.read_text("utf-8"))]
    # The first is the docstring of the package; the other is no part of the engine, and asks for the rules of the service.
    assert naming == ["__init__.py", "mock/jobs/validation.py"]


@pytest.mark.parametrize("rule", builtin_rules(), ids=lambda rule: rule.code)
def test_how_a_fault_is_repaired_follows_from_the_examples(rule):
    assert not re.search(r"^    (fixable|depends)\b.*=", inspect.getsource(rule), re.MULTILINE)
    ways = {example.fix for example in rule.examples if example.at}
    assert rule.depends == (len(ways) > 1)
    assert rule.fixable == next((way for way in ("safe", "unsafe", "request") if way in ways), None)
