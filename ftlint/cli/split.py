"""`ftlint split`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from ftlint.cli.engine import engine_of
from ftlint.cli.options import config_of, data_options
from ftlint.errors import UsageError
from ftlint.prepare.parts import PARTS, part_of
from ftlint.text.words import numbered, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.prepare.split import Split

_SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)
_LABELS = 20
"""Labels that the table shows."""


@click.command("split")
@click.argument("file")
@click.option("--valid-share", type=_SHARE, default=0.2, show_default=True, help="Part of the records for validation.")
@click.option("--test-share", type=_SHARE, help="Part of the records for a test file.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed is another split.")
@click.option("--group", metavar="KEY", help="Records with the same value of this key stay together.")
@click.option("--near-duplicates", is_flag=True, help="Records with nearly equal prompts stay together.")
@click.option("--force", is_flag=True, help="Replace files that exist, and split data with errors.")
@data_options
def command(file: str, **options: Any) -> int:
    """Split FILE into FILE.train, FILE.valid and, if asked for, FILE.test, each label in all of them and no prompt in two."""
    shares = _shares(options["valid_share"], options["test_share"])
    from ftlint.sources import open_source  # noqa: PLC0415 - keeps the command's help instant

    config = config_of(options)
    source = open_source(file)
    files = {name: _beside(file, name) for name in shares}
    with ExitStack() as cleanup:
        cleanup.callback(source.close)
        engine = cleanup.enter_context(engine_of(config, source.size))
        from ftlint.session import Session  # noqa: PLC0415 - processes are started without polars

        made = Session.of(config, engine=engine).split(
            source,
            files,
            shares=shares,
            seed=options["seed"],
            group=options["group"],
            near_duplicates=options["near_duplicates"],
            left_behind=[_beside(file, name) for name in PARTS if name not in shares],
            force=options["force"],
        )
    for line in _summary_lines(made):
        click.echo(line)
    return 0


def _shares(valid: float, test: float | None) -> dict[str, float]:
    """Return the share of each part."""
    train = 1 - valid - (test or 0)
    if not train >= 1e-9:  # no number is not either
        raise UsageError("the shares for validation and test leave nothing to train on")
    return {"train": train, "valid": valid, **({"test": test} if test else {})}


def _beside(file: str, name: str) -> str:
    """Return where a part goes; raises UsageError for what is not a file beside which it could be."""
    if file == "-" or file.startswith(("/dev/", "/proc/")):
        raise UsageError(f"cannot split {'standard input' if file == '-' else file}; name a file")
    return part_of(file, name)


def _summary_lines(made: Split) -> Iterator[str]:
    """Yield what was done."""
    sizes = {name: sum(counts.values()) for name, counts in made.counts.items()}
    for name, size in sizes.items():
        yield f"{made.files[name]}: {numbered(size, 'record')} ({size / sum(sizes.values()):.1%})".replace("%", " %")
    yield from _table(made.counts)
    for name, size in sizes.items():
        if abs(size / sum(sizes.values()) - made.shares[name]) > made.shares[name] / 3:
            yield f"{name} was to have {made.shares[name]:.1%}: prompts or groups that stay together are too large".replace(
                "%", " %"
            )
    for label in made.rare[:5]:
        yield f"{quote(label)} has too few prompts to be in every part"
    if len(made.rare) > 5:
        yield f"and so have {len(made.rare) - 5:,} more labels"
    if made.ungrouped:
        yield f"{numbered(made.ungrouped, 'record')} without the key to group by; each is a group of its own"
    if made.left_out:
        yield f"{numbered(made.left_out, 'line')} left out: no records"


def _table(counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield the number of records by label and part, the commonest label first."""
    totals: dict[str, int] = {}
    for part in counts.values():
        for label, count in part.items():
            totals[label] = totals.get(label, 0) + count
    if set(totals) == {""}:
        return
    shown = sorted(totals, key=lambda label: -totals[label])[:_LABELS]
    width = max(len("label"), *(len(quote(label)) for label in shown))
    yield ""
    yield f"{'label':{width}}" + "".join(f"{name:>12}" for name in counts)
    for label in shown:
        yield f"{quote(label):{width}}" + "".join(f"{part.get(label, 0):>12,}" for part in counts.values())
    if len(totals) > _LABELS:
        yield f"… and {len(totals) - _LABELS:,} more labels"
    yield ""
