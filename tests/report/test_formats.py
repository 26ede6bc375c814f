"""The formats of the gate: what machines read is what they accept, within their limits, and nothing of the data escapes."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET

import jsonschema
import pytest
import strategies
from hypothesis import given
from paths import TESTS

from ftlint import config as configuration
from ftlint.engine.dataset import Dataset
from ftlint.report.formats import FORMATS, Style, format_named, github, markdown, reporter, sarif
from ftlint.rule import chats, pairs
from ftlint.session import Session
from ftlint.sources import Source

SCHEMA = jsonschema.Draft7Validator(json.loads((TESTS / "schemas" / "sarif-2.1.0.json").read_text("utf-8")))
HOSTILE = "a%0A,b:c|<b>`@me`::error::é.jsonl"


def reported(data, name, path="data.jsonl", limit=1000, *, snippets=True, **options):
    config = configuration.load({"select": ["ALL"], "no_snippets": not snippets, **options}, isolated=True)
    report = Session.of(config).check_datasets(
        [Dataset([Source(path, len(data), data)], config.options())], limit=limit, edits=format_named(name).edits
    )
    return "\n".join(reporter(name)(report, Style(snippets=snippets, paths=(path,)))) + "\n"


def bad(count=40):
    lines = pairs(*((f"mail {i}" + " ->" * (i % 9 > 0), " spam" if i % 2 else "fine") for i in range(count)))
    return "\n".join([*lines, '{"prompt": "x ->", "completion": "\\u0001\\u200b", "k": 1}', lines[1], "{broken"]).encode() + b"\n"


@strategies.law(60)
@given(strategies.files | strategies.chat_files)
def test_sarif_is_valid_whatever_the_data(data):
    log = json.loads(reported(data, "sarif"))
    assert not [error.message for error in SCHEMA.iter_errors(log)]


def test_sarif_has_every_rule_and_repairs():
    log = json.loads(reported(bad(), "sarif", path=HOSTILE))
    run_ = log["runs"][0]
    rules = [rule["id"] for rule in run_["tool"]["driver"]["rules"]]
    assert rules == sorted(rules)
    assert {"SEP001", "CHT001", "DUP004"} <= set(rules)
    levels = [result["level"] for result in run_["results"]]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run_["results"])
    lines = bad().decode().split("\n")
    [fix] = next(result for result in run_["results"] if result["ruleId"] == "CMP001")["fixes"]
    [change] = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "a%250A%2Cb%3Ac%7C%3Cb%3E%60%40me%60%3A%3Aerror%3A%3A%C3%A9.jsonl"
    [edit] = change["replacements"]
    line, column = edit["deletedRegion"]["startLine"], edit["deletedRegion"]["startColumn"]
    assert (lines[line - 1][column - 1 :][:4], edit["insertedContent"]["text"]) == ("fine", " ")
    [twin] = next(result for result in run_["results"] if result["ruleId"] == "DUP001")["relatedLocations"]
    assert twin["physicalLocation"]["region"]["startLine"] == 2


def test_a_fingerprint_stays_when_records_move_or_are_written_in_another_way():
    record = {"prompt": "no separator", "completion": " spam"}
    others = pairs(*((f"mail {i} ->", " spam") for i in range(30)))

    def prints(lines):
        log = json.loads(reported("\n".join(lines).encode() + b"\n", "sarif"))
        found = [result for result in log["runs"][0]["results"] if result["ruleId"] == "SEP001"]
        return [result["partialFingerprints"]["ftlint/record/v1"] for result in found]

    first = prints([json.dumps(record), *others])
    swapped = json.dumps(dict(reversed(record.items())), separators=(",", ":"))
    assert first == prints([*others, swapped])
    assert first != prints([json.dumps({**record, "prompt": "another one"}), *others])


def test_no_format_is_longer_than_its_reader_takes():
    lines = pairs(*((f"mail {i}", "spam") for i in range(12_000)), *((f"letter {i} ->", " fine") for i in range(60_000)))
    data = "\n".join(lines).encode() + b"\n"
    log = json.loads(reported(data, "sarif", limit=None, separator=" ->"))
    run_ = log["runs"][0]
    assert len(run_["results"]) == sarif.MOST
    assert run_["properties"]["ftlint/omittedResults"] >= 24_000 - sarif.MOST
    annotations = reported(data, "github", limit=3, separator=" ->").splitlines()
    assert sum(line.startswith("::error") for line in annotations) <= github.MOST
    assert re.fullmatch(r"::notice title=ftlint::and 2[34],\d{3} more; .*", annotations[-1])
    assert len(reported(data, "markdown", limit=1000).encode()) < markdown.MOST
    assert len(reported(data, "junit", limit=3).splitlines()) < 100


def test_annotations_are_escaped_and_every_rule_has_its_share(monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    lines = reported(bad(), "github", path=str(tmp_path / HOSTILE), limit=1000).splitlines()
    assert all(re.match(r"::(error|warning|notice) (file=|title=ftlint)", line) for line in lines)
    [path] = {part.removeprefix("file=") for part in ",".join(lines).replace(" ", ",").split(",") if part.startswith("file=")}
    assert path == HOSTILE.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    assert not any(" %0A" in line or "\r" in line for line in lines)
    errors = [line for line in lines if line.startswith("::error")]
    codes = re.findall(r"title=ftlint ([A-Z0-9]+)", "\n".join(errors))
    assert {"CMP001", "SEP001", "JSN001"} <= set(codes)
    assert max(map(codes.count, codes)) <= 3


@strategies.law(60)
@given(strategies.files | strategies.chat_files)
def test_junit_is_xml_whatever_the_data(data):
    root = ET.fromstring(reported(data, "junit", path=HOSTILE, limit=3))  # noqa: S314 - it was written a line before
    for suite in root:
        assert int(suite.get("tests")) == len(suite.findall("testcase")) >= 1
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))


@strategies.law(60)
@given(strategies.files | strategies.chat_files)
def test_markdown_shows_data_as_text(data):
    text = reported(data, "markdown", path=HOSTILE, limit=3)
    bare = re.sub(r"<code>.*?</code>", "", text)
    assert "<b>" not in bare
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.count("|") for line in rows} <= {7}
    for inside in re.findall(r"<code>(.*?)</code>", text):
        assert html.unescape(inside).isprintable()


def test_a_clean_file_is_said_to_be_one():
    data = "\n".join(pairs(*((f"mail {i} of {i * 7} ->", f" {i} it is END") for i in range(3000)))).encode() + b"\n"
    options = {"select": ["SEP", "CMP", "TXT"]}
    assert reported(data, "github", **options) == "\n"
    assert "✅ ftlint: Nothing found" in reported(data, "markdown", **options)
    [suite] = ET.fromstring(reported(data, "junit", **options))  # noqa: S314 - likewise
    assert [case.get("name") for case in suite] == ["ftlint"]
    assert json.loads(reported(data, "sarif", **options))["runs"][0]["results"] == []


def test_a_file_that_is_checked_twice_is_one_suite():
    data = bad()
    config = configuration.load({"select": ["ALL"]}, isolated=True)
    twice = [Dataset([Source("a.jsonl", len(data), data)], config.options()) for _ in range(2)]
    suites = ET.fromstring("\n".join(reporter("junit")(Session.of(config).check_datasets(twice), Style())))  # noqa: S314 - likewise
    assert [suite.get("name") for suite in suites] == ["a.jsonl"]


NAME = "Zaphod"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", ["pairs", "chat"])
def test_without_snippets_no_format_shows_a_word_of_the_data(name, kind):
    if kind == "pairs":
        lines = pairs(*((f"{NAME} {i}{NAME}:" * (i % 7 > 0), f"{NAME}{i % 3}") for i in range(60)))
        lines += pairs((f"{{{NAME}}} &amp; {NAME} <|endoftext|>\u200b", f" {NAME.lower()} "), (f"{NAME}\\n\ufffd", "nan"))
        lines += [f'{{"{NAME}": 1}}', f"{{'prompt': '{NAME}'}}", f'{{"prompt": "{NAME}", "completion": 3}}', lines[1]]
    else:
        lines = chats(*([("system", f"{NAME} is kind."), ("user", f"{NAME} {i}"), (NAME, NAME)] for i in range(12)))
        lines += chats([("system", f"{NAME} is  kind!"), ("user", f"{NAME} &amp; {NAME}"), ("assistant", "")])
    data = "\n".join(lines).encode() + b"\n"
    assert NAME.lower() in reported(data, "json").lower(), "the data is what is reported"
    hidden = reported(data, name, snippets=False)
    assert NAME.lower() not in hidden.lower()
    assert "SEP" in hidden or "CHT" in hidden


@pytest.mark.parametrize(("target", "said"), [("unsloth", True), ("llama-factory", False), (None, False)])
def test_what_a_named_target_says_of_an_error_is_below_it(target, said):
    lines = chats([("user", "one"), ("assistant", "two")], [("user", "three")])
    config = configuration.load({"target": target} if target else {}, isolated=True)
    data = "\n".join(lines).encode() + b"\n"
    report = Session.of(config).check_datasets([Dataset([Source("a.jsonl", len(data), data)], config.options())])
    text = list(reporter("grouped")(report, Style()))
    assert ("        unsloth says: All labels in your dataset are -100" in text) is said
