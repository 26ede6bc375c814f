"""How the commands of `ftlint mock` show what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping


def rounded(value: float) -> str:
    """Return a number with four digits, a whole one with all."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    import orjson  # noqa: PLC0415 - only where it is asked for

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))


def print_confusion(confusion: Mapping[str, Any]) -> None:
    """Print the pairs of labels that are mistaken most often."""
    if not confusion:
        return
    labels, matrix = confusion["labels"], confusion["matrix"]
    wrong = [(count, labels[a], labels[b]) for a, row in enumerate(matrix) for b, count in enumerate(row) if a != b and count]
    for count, true, predicted in sorted(wrong, reverse=True)[:5]:
        click.echo(f"{numbered(count, 'time'):>10} {true!r} was taken for {predicted!r}")
