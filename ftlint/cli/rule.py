"""`ftlint rule`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ftlint.errors import UsageError

if TYPE_CHECKING:
    from ftlint.rule import Rule


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
        from ftlint.rule.page import page  # noqa: PLC0415 - likewise

        click.echo(page(rules[0]))
    return 0


def describe(rule: type[Rule]) -> dict[str, Any]:
    """Return what a program may want to know of a rule."""
    from ftlint.rule.options import defaults  # noqa: PLC0415 - imports polars

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
        "options": defaults(rule),
        "documentation": rule.url(),
    }
