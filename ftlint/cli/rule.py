"""`ftlint rule`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.rule import Example, Rule


@click.command("rule")
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="All rules.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: for programs.")
def command(name: str | None, *, everything: bool, output: str) -> int:
    """Explain a rule, by its name or code."""
    from ftlint.rule import registry  # noqa: PLC0415 - imports polars

    if (name is None) != everything:
        raise UsageError("requires the name of a rule, or --all")
    rules = registry.known_rules() if everything else (registry.rule_named(str(name)),)
    if output == "json":
        import orjson  # noqa: PLC0415 - only where it is asked for

        described = [describe(rule) for rule in rules]
        click.echo(orjson.dumps(described if everything else described[0], option=orjson.OPT_INDENT_2, default=str))
    elif everything:
        for rule in rules:
            click.echo(f"{rule.code}  {rule.name():24} {rule.level:8} {rule.summary()}")
    else:
        click.echo(page(rules[0]))
    return 0


def describe(rule: type[Rule]) -> dict[str, Any]:
    """Return what a program may want to know of a rule."""
    return {
        "code": rule.code,
        "name": rule.name(),
        "family": rule.family(),
        "level": rule.level,
        "summary": rule.summary(),
        "dialects": list(rule.dialects) if rule.dialects is not None else None,
        "requires": list(rule.requires),
        "fix": {"safe": "safe", "unsafe": "unsafe", "request": "unsafe", None: None}[rule.fixable],
        "enabled": rule.enabled,
        "options": asdict(rule.Options()),
        "documentation": rule.url(),
    }


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
    options = asdict(rule.Options())
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
    from ftlint.rule import Rule  # noqa: PLC0415 - imports polars

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
