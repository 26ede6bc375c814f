"""`ftlint profile`."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from typing import Any

import click

from ftlint.cli.engine import engine_of
from ftlint.cli.options import config_of, data_options
from ftlint.cli.outputs import output_of, write

FORMATS = ("text", "json", "markdown", "html")


@click.command("profile")
@click.argument("file")
@click.option("--output", metavar="FORMAT[=FILE]", default="text", help="text, json, markdown or html.")
@click.option("--exact-tokens", is_flag=True, help="Count all tokens instead of estimating them from a sample.")
@click.option("--positive-class", metavar="LABEL", help="Of two labels the one that counts as positive; default: the rarer.")
@data_options
def command(file: str, *, output: str, exact_tokens: bool, positive_class: str | None, **options: Any) -> int:
    """Say what a dataset is, what it costs to train on it, how to do that, and how to ask the model afterwards."""
    from ftlint.sources import open_source  # noqa: PLC0415 - keeps the command's help instant

    form, path = output_of(output, FORMATS)
    config = config_of(options)
    source = open_source(file)
    with ExitStack() as cleanup:
        cleanup.callback(source.close)
        engine = cleanup.enter_context(engine_of(config, source.size))
        from ftlint.prepare import shown  # noqa: PLC0415 - processes are started without polars
        from ftlint.session import Session  # noqa: PLC0415 - likewise

        made = Session.of(config, engine=engine).profile(source, exact_tokens=exact_tokens, positive_class=positive_class)
    if form == "json":
        import orjson  # noqa: PLC0415 - only where it is asked for

        text = orjson.dumps(shown.as_json(made), option=orjson.OPT_INDENT_2).decode()
    elif form == "text":
        text = "\n".join(shown.as_text(made, max(80, min(120, shutil.get_terminal_size((80, 24)).columns))))
    else:
        text = "\n".join(shown.as_markdown(made) if form == "markdown" else shown.as_html(made))
    write(text, path)
    return 0
