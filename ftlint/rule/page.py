"""A rule's page in Markdown: what `ftlint rule` prints, the documentation has, and an editor shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.rule.base import Rule
from ftlint.rule.options import defaults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.rule.examples import Example


def page(rule: type[Rule]) -> str:
    """Return a rule's page in Markdown."""
    _, _, body = rule.documentation().partition("\n")
    parts = [
        f"# {rule.name()} ({rule.code})",
        rule.summary(),
        f"Family: `{rule.family()}` · level: {rule.level} · {'on' if rule.enabled else 'off'} by default",
        f"Fix: {_repair(rule)}",
        body.strip(),
    ]
    if rule.symptoms:
        symptoms = "\n".join(f"- `{symptom}` ({source})" for symptom, source in rule.symptoms.items())
        parts.append(f"## What you may have seen\n\n{symptoms}")
    options = defaults(rule)
    if options:
        values = "\n".join(f"{name} = {_toml(value)}" for name, value in options.items())
        parts.append(f"## Options\n\n{rule.Options.__doc__}\n\n```toml\n[rules.{rule.name()}]\n{values}\n```")
    reported = sorted((example for example in rule.examples if example.at), key=lambda example: example.fixed is None)
    parts += [f"## Reported\n\n{_example(example)}" for example in reported[:1]]
    parts += [f"## Repaired\n\n{_block(example.fixed)}" for example in reported[:1] if example.fixed]
    parts += [f"## Not reported\n\n{_example(example)}" for example in rule.examples if not example.at][:1]
    return "\n\n".join(parts)


def _repair(rule: type[Rule]) -> str:
    """Return how a rule's faults are repaired."""
    ways = {
        "safe": "safe: `--fix` does it; it changes the format only",
        "unsafe": "unsafe: it changes text or drops records, and runs with `--fix --unsafe-fixes`",
        "request": "on request: it runs with `--fix --unsafe-fixes` and `--fixable` naming the rule",
        None: "none",
    }
    varies = rule.depends or rule.applicability is not Rule.applicability
    return ways[rule.fixable] + (". It depends on the case, and the report says which it is" if varies else "")


def _example(example: Example) -> str:
    text = _block(example.lines)
    return f"{text}\n\nand as validation file\n\n{_block(example.valid)}" if example.valid else text


def _block(lines: Sequence[str]) -> str:
    shown = [_short(line) for line in lines]
    shown = shown if len(shown) <= 5 else [*shown[:2], "…", *shown[-2:]]
    return "```json\n" + "\n".join(shown) + "\n```"


def _short(line: str) -> str:
    line = line.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\ufeff", "<BOM>").replace("\r", "<CR>")
    line = line.replace("\u200b", "<U+200B>")
    return line if len(line) <= 100 else f"{line[:60]}… {len(line) - 90:,} characters …{line[-30:]}"


def _toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
