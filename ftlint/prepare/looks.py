"""Pictures of a file, for the page of a check."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ftlint.errors import InputError, UsageError
from ftlint.prepare.pictures import as_part
from ftlint.prepare.profile import profile
from ftlint.prepare.show import shown, worst
from ftlint.prepare.shown import pictures
from ftlint.report.formats.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.engine.base import Engine
    from ftlint.options import DatasetOptions
    from ftlint.sources import Source


def looks(source: Source, options: DatasetOptions, engine: Engine) -> Iterator[str]:
    """Yield pictures of labels and lengths, and with a tokenizer the records that lose most; nothing of data without records."""
    try:
        made = profile(source, options, engine)
    except InputError:
        return
    yield f"<h3>{escape(plain(source.path))}</h3>"
    yield from pictures(made)
    try:
        losing = worst(source, options, engine)
        records = shown(source, options, losing) if losing else []
    except (InputError, UsageError):  # without a tokenizer nothing is known of it
        return
    if records:
        yield "<h2>records that lose most of what is learned</h2>"
        yield from (as_part([record]) for record in records)
