"""Configuration: which source wins, and what is said of a mistake."""

from __future__ import annotations

import pytest

from ftlint import config
from ftlint.errors import ConfigError


def load(folder, text="", overrides=None, environment=None, **more):
    if text:
        (folder / "ftlint.toml").write_text(text)
    return config.load(overrides, start=folder, environment=environment or {}, **more)


def test_command_line_over_variable_over_file_over_default(tmp_path):
    text = 'target = "ada"\nignore = ["SIZ"]\nfail-on = "error"\n'
    loaded = load(tmp_path, text, {"target": "curie"}, {"FTLINT_TARGET": "babbage", "FTLINT_IGNORE": "DUP, LBL"})
    assert (loaded.settings.target, loaded.settings.ignore, loaded.settings.fail_on) == ("curie", ["DUP", "LBL"], "error")
    assert loaded.sources == {"target": "command line", "ignore": "FTLINT_IGNORE", "fail-on": str(tmp_path / "ftlint.toml")}
    assert load(tmp_path, isolated=True, environment={"FTLINT_TARGET": "ada"}).settings.target is None


def test_the_closest_file_counts_and_nothing_cascades(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "ftlint.toml").write_text('target = "ada"\n')
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert config.load(start=inner, environment={}).settings.target == "ada"
    (tmp_path / "a" / ".ftlint.toml").write_text('task = "generation"\n')
    loaded = config.load(start=inner, environment={})
    assert (loaded.settings.target, loaded.settings.task, loaded.root) == (None, "generation", (tmp_path / "a").resolve())


def test_a_file_may_extend_another(tmp_path):
    (tmp_path / "base.toml").write_text('target = "ada"\n[rules.rare-label]\nminimum = 3\n')
    text = 'extend = "base.toml"\n[rules.class-imbalance]\nratio = 2\n'
    settings = load(tmp_path, text).settings
    assert settings.target == "ada"
    assert settings.rules == {"rare-label": {"minimum": 3}, "class-imbalance": {"ratio": 2}}
    (tmp_path / "base.toml").write_text('extend = "ftlint.toml"\n')
    with pytest.raises(ConfigError, match="circular extend"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('ignroe = ["SEP"]', "unknown key 'ignroe'; did you mean ignore?"),
        ('fail-on = "bad"', "fail-on should be 'error', 'warning', 'info' or 'never', not 'bad'"),
        ("[survey]\nshar = 0.7", "unknown key 'survey.shar'; did you mean share?"),
        ("[survey]\nshare = 0.3", "survey.share must be above 0.5"),
        ("jobs = 0", "jobs must be 1 or more"),
        ("[[dataset]]\nvalid = []", "dataset.0.train"),
        ("ignore = [", "ftlint.toml"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path, text, sentence):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert "ftlint.toml: " in str(caught.value)
    assert sentence in str(caught.value)


def test_tables_are_merged_key_by_key(tmp_path):
    from ftlint.config import given  # noqa: PLC0415 - only here

    (tmp_path / "base.toml").write_text('[levels]\nSIZ = "info"\nLBL = "info"\n[per-file-ignores]\n"a*" = ["SIZ"]\n')
    text = 'extend = "base.toml"\n[levels]\nSIZ = "error"\n[per-file-ignores]\n"b*" = ["LBL"]\n'
    _, values = given(["rules.rare-label.minimum=1", "rules.too-few-records.minimum=2", "levels.TXT=error"])
    settings = load(tmp_path, text, values).settings
    assert settings.levels == {"SIZ": "error", "LBL": "info", "TXT": "error"}
    assert settings.per_file_ignores == {"a*": ["SIZ"], "b*": ["LBL"]}
    assert settings.rules == {"rare-label": {"minimum": 1}, "too-few-records": {"minimum": 2}}


def test_an_unknown_variable_is_a_mistake(tmp_path):
    with pytest.raises(ConfigError, match="FTLINT_SELCT; did you mean FTLINT_SELECT"):
        load(tmp_path, environment={"FTLINT_SELCT": "SEP"})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("target=ada", {"target": "ada"}),
        ("jobs=3", {"jobs": 3}),
        ("rules.rare-label.minimum=5", {"rules": {"rare-label": {"minimum": 5}}}),
        ('ignore=["SEP"]', {"ignore": ["SEP"]}),
    ],
)
def test_an_override_of_the_command_line(text, values):
    assert config.parse_override(text) == values


def test_other_data_that_a_file_names_is_beside_it(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "ftlint.toml").write_text('like = "requests.jsonl"\nagainst = ["test.jsonl", "/elsewhere/eval.jsonl"]\n')
    options = config.load(start=inner, environment={}).options()
    assert options.like == str(tmp_path.resolve() / "requests.jsonl")
    assert options.against == (str(tmp_path.resolve() / "test.jsonl"), "/elsewhere/eval.jsonl")
    options = config.load({"like": "mine.jsonl", "against": ["own.jsonl"]}, start=inner, environment={}).options()
    assert (options.like, options.against) == ("mine.jsonl", ("own.jsonl",)), "the command line names it from where it is run"
