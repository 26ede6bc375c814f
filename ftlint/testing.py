"""For tests: that a dataset is clean, and, for authors of rules, that these find what their examples say.

from ftlint.testing import assert_clean, broken_examples

def test_data():
assert_clean("train.jsonl", target="davinci")

def test_examples():
assert not broken_examples(MyRule)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint import config as configuration
from ftlint.api import check
from ftlint.engine.dataset import Dataset
from ftlint.report.formats import Style, reporter
from ftlint.rule.options import options_of
from ftlint.session import Session
from ftlint.sources import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.config import Config
    from ftlint.report.finding import Finding
    from ftlint.rule import Rule


def assert_clean(data: Any, **settings: Any) -> None:
    """Fail where a check of a dataset is not `ok`, with what it found. data, settings: as of `ftlint.check`."""
    report = check(data, **settings)
    if not report.ok:
        raise AssertionError("\n".join(reporter("grouped")(report, Style())))


def findings(
    rule: type[Rule],
    lines: Sequence[str],
    *,
    valid: Sequence[str] = (),
    end: str = "\n",
    options: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Return what a rule alone finds in a file of these lines; it need not be installed.

    Args:
        options: Of the configuration, as in ftlint.toml.
    """
    config, configured = _configured(rule, options)
    dataset = Dataset(
        [_source("train.jsonl", lines, end)], config.options(), [_source("valid.jsonl", valid, "\n")] if valid else []
    )
    return Session.of(config, rules=[configured]).check_datasets([dataset], limit=None, edits=True).findings


def broken_examples(rule: type[Rule]) -> list[str]:
    """Return a sentence for each example in which the rule does not find, or repair, what the example says."""
    problems = []
    for number, example in enumerate(rule.examples, 1):
        results = findings(rule, example.lines, valid=example.valid, end=example.end, options=example.options)
        lines = [finding.line for finding in results]
        if lines != list(example.at):
            problems.append(f"{rule.code} example {number}: finds lines {lines}, not {list(example.at)}")
        ways = {finding.applicability for finding in results}
        if results and ways != {example.fix}:
            problems.append(f"{rule.code} example {number}: can be repaired {ways}, not {example.fix!r}")
        if example.fixed is not None:
            got = fixed(rule, example.lines, valid=example.valid, end=example.end, options=example.options)
            if got != list(example.fixed):
                problems.append(f"{rule.code} example {number}: repairs to {got}, not {list(example.fixed)}")
    return problems


def fixed(
    rule: type[Rule],
    lines: Sequence[str],
    *,
    valid: Sequence[str] = (),
    end: str = "\n",
    options: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return the lines after the repair of a rule alone, unsafe and requested ones included.

    With `valid` those of that file, where the rule judges validation files.
    """
    config, configured = _configured(rule, options)
    dataset = Dataset(
        [_source("train.jsonl", lines, end)], config.options(), [_source("valid.jsonl", valid, "\n")] if valid else []
    )
    [repaired], _ = Session.of(config, rules=[configured]).fix_datasets([dataset], unsafe=True)
    content = b"".join(repaired.files[-1 if "valid" in rule.roles else 0][1].parts())
    repaired.close()
    return content.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n") if content else []


def _configured(rule: type[Rule], options: Mapping[str, Any] | None) -> tuple[Config, Rule]:
    """Return a configuration, and the rule with the options that it has for it."""
    settings = dict(options or {})
    own = settings.pop("rules", {})
    values = own.get(rule.name(), own.get(rule.code, {}))
    return configuration.load(settings, isolated=True), rule(options_of(rule, values))


def _source(path: str, lines: Sequence[str], end: str) -> Source:
    data = "\n".join(lines).encode("utf-8", "surrogateescape") + end.encode() * bool(lines)
    return Source(path, len(data), data)
