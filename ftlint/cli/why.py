"""`ftlint why`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.rule import Rule

_ALIKE = 0.6
"""The part of a known message's words that another one must have to be taken for it."""


@click.command("why")
@click.argument("message")
def command(message: str) -> int:
    """Find the rules that find the cause of an error message of a trainer, a loader or a service."""
    if not _words(message):
        raise UsageError("the message is empty")
    results = list(_found(message))
    for rule, symptom, source in results:
        click.echo(f"{rule.code} {rule.name()}: {rule.summary()}")
        click.echo(f'  "{symptom}" ({source})')
    if not results:
        click.echo("no rule matches this message; run `ftlint check` on the data")
        return 1
    codes = ",".join(dict.fromkeys(rule.code for rule, _, _ in results))
    click.echo(f"check for it: ftlint check --select {codes} FILE")
    return 0


def _found(message: str) -> Iterator[tuple[type[Rule], str, str]]:
    """Yield rules whose faults cause a message, with the message that is known and its source, the likest first."""
    from ftlint.rule import registry  # noqa: PLC0415 - imports polars

    words = _words(message)
    results = []
    for rule in registry.known_rules():
        for symptom, source in rule.symptoms.items():
            known = _words(symptom)
            share = len(known & words) / len(known)
            if share >= _ALIKE:
                results.append((-share, rule.code, rule, symptom, source))
    yield from ((rule, symptom, source) for _, _, rule, symptom, source in sorted(results, key=lambda one: one[:2]))


def _words(text: str) -> set[str]:
    """Return the words of a message; numbers, which differ from case to case, are none."""
    return {word for word in re.findall(r"[a-z_]+", text.lower()) if len(word) > 1}
