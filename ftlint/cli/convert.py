"""`ftlint convert`."""

from __future__ import annotations

import os
import shlex

import click

from ftlint.errors import UsageError, did_you_mean


@click.command("convert")
@click.argument("file")
@click.option("-o", "--output", "out", metavar="FILE", required=True, help="File or address that is written.")
@click.option("--to", metavar="SHAPE", help="Shape of the records to write: chat, sharegpt, alpaca, prompt-completion, …")
@click.option("--dialect", metavar="NAME", help="With --to: shape of the records that are read, where it shall not be inferred.")
@click.option("--prompt", metavar="COLUMN", help=r"Column of what is asked; or several: '{premise}\n{hypothesis}'.")
@click.option("--completion", metavar="COLUMN", help="Column of what is to be answered.")
@click.option("--separator", metavar="TEXT", help=r"Text that ends every prompt, with JSON escapes: '\n\n###\n\n'.")
@click.option("--stop", metavar="TEXT", help="Text that ends every completion, with JSON escapes: ' END'.")
@click.option("--format", "kind", metavar="NAME", help="Format of the file, whatever its name: csv, tsv, txt, jsonl, …")
@click.option("--charset", metavar="NAME", help="Character set of CSV, TSV, TXT and JSONL; default: UTF-8.")
@click.option("--delimiter", metavar="CHARACTER", help="What separates values of CSV and TSV; default: comma, tab.")
@click.option("--no-header", is_flag=True, help="The first row of CSV and TSV is data; columns are `column 1`, `column 2`, …")
@click.option("--raw", is_flag=True, help="Quotation marks in CSV and TSV are text.")
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook; default: the first.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def command(
    file: str,
    *,
    out: str,
    to: str | None,
    dialect: str | None,
    prompt: str | None,
    completion: str | None,
    separator: str | None,
    stop: str | None,
    kind: str | None,
    charset: str | None,
    delimiter: str | None,
    no_header: bool,
    raw: bool,
    sheet: str | None,
    force: bool,
) -> int:
    """Convert a table to prompt/completion JSONL, or with --to records of one shape to another.

    FILE is CSV, TSV, XLSX, XLSM, JSON, TXT, Parquet, Arrow, Feather, or JSONL with other keys; one of these packed as .gz, .zst
    or .zip; a folder of Dataset.save_to_disk; or - for standard input (with --format).
    """
    from ftlint.config import unescaped  # noqa: PLC0415 - keeps the command's help instant
    from ftlint.prepare.convert import convert, summary_lines  # noqa: PLC0415 - likewise
    from ftlint.prepare.tables import FORMATS, open_table  # noqa: PLC0415 - likewise
    from ftlint.sources.files import is_file, is_taken  # noqa: PLC0415 - likewise

    if out == "-":
        raise UsageError("-o requires a file; /dev/stdout is standard output")
    if os.path.realpath(out) == os.path.realpath(file):
        raise UsageError(f"{out} is the input; name another file")
    if is_taken(out) and is_file(out) and not force:
        raise UsageError(f"{out} exists already; --force replaces it")
    if to is not None:
        of_tables: dict[str, object] = {
            "--prompt": prompt,
            "--completion": completion,
            "--separator": separator,
            "--stop": stop,
            "--format": kind,
            "--charset": charset,
            "--delimiter": delimiter,
            "--sheet": sheet,
            "--no-header": no_header or None,
            "--raw": raw or None,
        }
        if idle := [name for name, value in of_tables.items() if value is not None]:
            raise UsageError(f"{' and '.join(idle)} cannot be used with --to, which reads records")
        return _reshape(file, out, to, dialect)
    if dialect is not None:
        raise UsageError("--dialect requires --to")
    sign = None if delimiter is None else unescaped("--delimiter", delimiter)
    known = dict.fromkeys(FORMATS.values())
    if kind is not None and kind not in known:
        raise UsageError(f"unknown format {kind!r}{did_you_mean(kind, known)} (there are {', '.join(known)})")
    table = open_table(file, kind=kind, charset=charset, sheet=sheet, delimiter=sign, header=not no_header, raw=raw)
    made = convert(
        table,
        out,
        prompt=None if prompt is None else unescaped("--prompt", prompt),
        completion=completion,
        separator=None if separator is None else unescaped("--separator", separator),
        stop=None if stop is None else unescaped("--stop", stop),
    )
    # What is written may be the screen.
    err = not is_file(out)
    for line in summary_lines(table, made, out):
        click.echo(line, err=err)
    if not err:
        click.echo(f"check it: ftlint check {shlex.quote(out)}")
    return 0


def _reshape(file: str, out: str, to: str, dialect: str | None) -> int:
    """Write the records of a file in another shape."""
    from ftlint.dialects import names  # noqa: PLC0415 - keeps the command's help instant
    from ftlint.options import DatasetOptions  # noqa: PLC0415 - likewise
    from ftlint.prepare.reshape import SHAPES, reshape  # noqa: PLC0415 - likewise
    from ftlint.sources import open_source  # noqa: PLC0415 - likewise
    from ftlint.sources.files import is_file  # noqa: PLC0415 - likewise
    from ftlint.text.words import numbered  # noqa: PLC0415 - likewise

    if to not in SHAPES:
        raise UsageError(f"unknown shape {to!r}{did_you_mean(to, SHAPES)} (there are {', '.join(SHAPES)})")
    if dialect is not None and dialect not in names():
        raise UsageError(f"unknown dialect {dialect!r}{did_you_mean(dialect, names())}")
    source = open_source(file)
    try:
        made = reshape(source, DatasetOptions(dialect=dialect), to, out)
    finally:
        source.close()
    err = not is_file(out)
    click.echo(f"{out}: {numbered(made.records, f'{made.dialect} record')} as {to}", err=err)
    if not err:
        click.echo(f"check it: ftlint check {shlex.quote(out)}")
    return 0
