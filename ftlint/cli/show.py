"""`ftlint show`."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from ftlint.cli.engine import engine_of
from ftlint.cli.options import config_of, options_without_target
from ftlint.cli.outputs import output_of, write
from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.prepare.pictures import Shown
    from ftlint.session import Session
    from ftlint.sources import Source

FORMATS = ("text", "json", "html")


@click.command("show")
@click.argument("file")
@click.option("--line", "lines", multiple=True, type=click.IntRange(1), metavar="N", help="Line of a record; default: the first.")
@click.option("--rule", metavar="RULE", help="Show the first records in which a rule finds something.")
@click.option("--worst", is_flag=True, help="Show the records that lose most of what is learned.")
@click.option("--output", "outputs", multiple=True, metavar="FORMAT[=FILE]", help="text, json or html.")
@options_without_target
@click.option("--target", "targets", multiple=True, metavar="NAME", help="Trainer or model; several stand side by side.")
def command(
    file: str,
    *,
    lines: Sequence[int],
    rule: str | None,
    worst: bool,
    outputs: Sequence[str],
    targets: Sequence[str],
    **options: Any,
) -> int:
    """Show records as the model sees them: their tokens, which of them are learned, and what is cut and lost."""
    from ftlint.sources import open_source  # noqa: PLC0415 - keeps the command's help instant

    if sum(map(bool, (lines, rule, worst))) > 1:
        raise UsageError("use one of --line, --rule and --worst")
    written = [output_of(text, FORMATS) for text in outputs or ["text"]]
    configs = [config_of({**options, "target": target}) for target in targets or (None,)]
    source = open_source(file)
    with ExitStack() as cleanup:
        cleanup.callback(source.close)
        engine = cleanup.enter_context(engine_of(configs[0], source.size))
        from ftlint.session import Session  # noqa: PLC0415 - processes are started without polars

        sessions = [Session.of(config, engine=engine) for config in configs]
        chosen = list(dict.fromkeys(lines)) or _chosen(sessions[0], source, rule=rule, worst=worst)
        by_target = [session.shown(source, chosen) for session in sessions]
    rows = [list(row) for row in zip(*by_target, strict=True)]
    for form, path in written:
        _write(form, path, rows)
    return 0


def _chosen(session: Session, source: Source, *, rule: str | None, worst: bool) -> list[int]:
    """Return the lines that are shown where none is named."""
    if worst:
        losing = session.worst(source)
        if not losing:
            raise UsageError(f"{source.path}: no record loses learned tokens")
        return losing
    if rule is None:
        return []
    found = session.first_with(rule, source)
    if not found:
        raise UsageError(f"{source.path}: {rule} finds nothing in a record")
    return found


def _write(form: str, path: str, rows: Sequence[Sequence[Shown]]) -> None:
    from ftlint.prepare import pictures  # noqa: PLC0415 - imports polars

    if form == "json":
        import orjson  # noqa: PLC0415 - only where it is asked for

        text = orjson.dumps([one.as_json() for row in rows for one in row], option=orjson.OPT_INDENT_2).decode()
    elif form == "html":
        text = pictures.as_page(rows)
    else:
        colour = not path and sys.stdout.isatty()
        width = max(60, shutil.get_terminal_size((100, 24)).columns)
        text = "\n".join(pictures.as_text(rows, width=width, colour=colour))
    write(text, path)
