"""`ftlint config`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click


@click.command("config")
@click.option("--targets", is_flag=True, help="The models that data can be for.")
@click.option("--config", "texts", multiple=True, metavar="FILE|KEY=VALUE", help="Configuration file, or a value of it.")
@click.option("--isolated", is_flag=True, help="Ignore configuration files and FTLINT_ variables.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: for programs.")
def command(*, targets: bool, texts: tuple[str, ...], isolated: bool, output: str) -> int:
    """Show the resolved configuration, each value with its source."""
    from ftlint import config as configuration  # noqa: PLC0415 - keeps the command's help instant

    file, values = configuration.given(texts)
    config = configuration.load(values, file=file, isolated=isolated)
    if targets:
        _print_targets(config, output)
        return 0
    values = {key.replace("_", "-"): value for key, value in asdict(config.settings).items()}
    if output == "json":
        _print_json({key: {"value": value, "source": config.sources.get(key, "default")} for key, value in values.items()})
        return 0
    for key, value in values.items():
        click.echo(f"{key:18} {_shown(value):40} {config.sources.get(key, 'default')}".rstrip())
    return 0


def _print_targets(config: Any, output: str) -> None:
    from msgspec.structs import asdict as fields_of  # noqa: PLC0415 - only where it is asked for

    from ftlint.targets import shipped, target  # noqa: PLC0415 - likewise

    own = config.settings.targets
    results = [target(name, own) for name in {**shipped(), **own}]
    if output == "json":
        _print_json([{key.replace("_", "-"): value for key, value in fields_of(item).items()} for item in results])
        return
    for item in results:
        cuts = f"cut at {item.cuts_at:,}" if item.cuts_at else "no limit known"
        limit = f"{item.limit:,} tokens" if item.limit else cuts
        click.echo(f"{item.name:18} {item.encoding:12} {limit:16} {', '.join(item.dialects):20} {item.source}")


def _print_json(value: Any) -> None:
    import orjson  # noqa: PLC0415 - only where it is asked for

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return json.dumps(value, ensure_ascii=False)
