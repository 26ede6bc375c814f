"""`--output FORMAT[=FILE]` of commands that print no findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


def output_of(text: str, formats: Sequence[str]) -> tuple[str, str]:
    """Return format and file of an output, no file for the screen; raises UsageError for an unknown format, or a missing file."""
    form, named, path = text.partition("=")
    if form not in formats:
        raise UsageError(f"--output {text!r} should be one of {', '.join(formats)}, with =FILE for a file")
    if named and not path:
        raise UsageError(f"--output {text} names no file (an unset variable?)")
    return form, path


def write(text: str, path: str) -> None:
    """Write a text to a file, or to the screen where none is named."""
    if path:
        Path(path).write_text(f"{text}\n", "utf-8")
    else:
        click.echo(text)
