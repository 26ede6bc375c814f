"""`ftlint convert`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ftlint.errors import UsageError


@click.command("convert")
@click.argument("file")
@click.option("-o", "--output", "out", metavar="FILE", required=True, type=click.Path(path_type=Path), help="What is written.")
@click.option("--prompt", metavar="COLUMN", help="Column of what is asked.")
@click.option("--completion", metavar="COLUMN", help="Column of what is to be answered.")
@click.option("--separator", metavar="TEXT", help=r"Text that ends every prompt, with JSON escapes: '\n\n###\n\n'.")
@click.option("--stop", metavar="TEXT", help="Text that ends every completion, with JSON escapes: ' END'.")
@click.option("--charset", metavar="NAME", help="Character set of CSV, TSV and TXT; default: UTF-8.")
@click.option("--sheet", metavar="NAME", help="Sheet of an XLSX file; default: the first.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def command(
    file: str,
    *,
    out: Path,
    prompt: str | None,
    completion: str | None,
    separator: str | None,
    stop: str | None,
    charset: str | None,
    sheet: str | None,
    force: bool,
) -> int:
    """Convert CSV, TSV, XLSX, JSON, TXT, Parquet, or JSONL with other keys, to prompt/completion JSONL."""
    from ftlint.config import unescaped  # noqa: PLC0415 - keeps the command's help instant
    from ftlint.prepare.convert import convert, told  # noqa: PLC0415 - likewise
    from ftlint.prepare.tables import open_table  # noqa: PLC0415 - likewise

    if os.path.realpath(out) == os.path.realpath(file):
        raise UsageError(f"{out} is what is read; name another file")
    if out.exists() and not force:
        raise UsageError(f"{out} exists already; --force replaces it")
    table = open_table(file, charset=charset, sheet=sheet)
    made = convert(
        table,
        out,
        prompt=prompt,
        completion=completion,
        separator=None if separator is None else unescaped("--separator", separator),
        stop=None if stop is None else unescaped("--stop", stop),
    )
    for line in told(made, out):
        click.echo(line)
    click.echo(f"what is wrong with it: ftlint check {out}")
    return 0
