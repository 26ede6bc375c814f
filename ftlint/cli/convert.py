"""`ftlint convert`."""

from __future__ import annotations

import os
import shlex
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
@click.option("--delimiter", metavar="SIGN", help="What separates values of CSV and TSV; default: comma, tab.")
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
    delimiter: str | None,
    force: bool,
) -> int:
    """Convert CSV, TSV, XLSX, JSON, TXT, Parquet, or JSONL with other keys, to prompt/completion JSONL."""
    from ftlint.config import unescaped  # noqa: PLC0415 - keeps the command's help instant
    from ftlint.prepare.convert import convert, told  # noqa: PLC0415 - likewise
    from ftlint.prepare.tables import open_table  # noqa: PLC0415 - likewise

    if str(out) == "-":
        raise UsageError("name a file; -o /dev/stdout is the screen")
    if os.path.realpath(out) == os.path.realpath(file):
        raise UsageError(f"{out} is what is read; name another file")
    if out.is_file() and not force:
        raise UsageError(f"{out} exists already; --force replaces it")
    sign = None if delimiter is None else unescaped("--delimiter", delimiter)
    table = open_table(file, charset=charset, sheet=sheet, delimiter=sign)
    made = convert(
        table,
        out,
        prompt=prompt,
        completion=completion,
        separator=None if separator is None else unescaped("--separator", separator),
        stop=None if stop is None else unescaped("--stop", stop),
    )
    # What is written may be the screen.
    err = not out.is_file()
    for line in told(made, out):
        click.echo(line, err=err)
    if not err:
        click.echo(f"what is wrong with it: ftlint check {shlex.quote(str(out))}")
    return 0
