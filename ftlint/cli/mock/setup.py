"""What the commands of `ftlint mock` that train have in common: data, models, progress, an end by Ctrl-C."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import asdict

from ftlint.cli.mock.options import settings_of
from ftlint.cli.progress import progress
from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ftlint.mock.data.records import Record
    from ftlint.mock.experiments.experiments import Run
    from ftlint.mock.model.model import Model


@contextmanager
def configured_run(options: Mapping[str, Any], sizes: Sequence[int] | None) -> Iterator[Run]:
    """Yield how experiments train, with a progress bar. sizes: records of each training, where they are known."""
    from ftlint.mock.experiments.experiments import Run  # noqa: PLC0415 - the extra
    from ftlint.targets import default_hyperparameters  # noqa: PLC0415 - likewise

    settings = settings_of(options)
    total = 0
    for size in sizes or ():
        defaults = asdict(default_hyperparameters(size)) | settings
        total += int(defaults["n_epochs"]) * -(-size // int(defaults["batch_size"]))
    with progress(total, unit="steps") as advance:
        yield Run(options["base"], settings, options["seed"], lambda _: advance(1))


@contextmanager
def kept() -> Iterator[Callable[[], int]]:
    """Let Ctrl-C end the work but not what is done with it; what is yielded is the exit code."""
    code = 0
    try:
        yield lambda: code
    except KeyboardInterrupt:
        code = 130
        click.echo("ftlint: interrupted; this is what was done until then", err=True)


def split_data(data: str, valid: str | None) -> tuple[list[Record], list[Record]]:
    """Return records to train on and to judge with."""
    from ftlint.mock.data.records import records_of  # noqa: PLC0415 - likewise
    from ftlint.mock.experiments.experiments import held_out  # noqa: PLC0415 - the extra

    if valid:
        return records_of(data), records_of(valid)
    training, judging = held_out(records_of(data))
    click.echo(f"ftlint: {len(judging):,} of {len(training) + len(judging):,} records are held out to judge with", err=True)
    return training, judging


def check_source(data: str | None, options: Mapping[str, Any]) -> None:
    """Raise UsageError where it is not plain which model is meant, or options say what nothing comes of."""
    if (options["model"] is None) == (data is None):
        raise UsageError("requires either --model or data to train on")
    if options["state"] and not options["model"]:
        raise UsageError("--state requires --model")
    idle = [f"--{name.replace('_', '-')}" for name in (*settings_of(options), *(["base"] if options["base"] else []))]
    if options["model"] and idle:
        raise UsageError(f"{' and '.join(idle)} cannot be used with --model, which is already trained")


def model_of(data: str | None, options: Mapping[str, Any]) -> Model:
    """Return the model that is named, or trained on data."""
    from ftlint.mock.data.records import records_of  # noqa: PLC0415 - likewise
    from ftlint.mock.jobs.store import saved_model  # noqa: PLC0415 - likewise
    from ftlint.mock.model.model import Model  # noqa: PLC0415 - the extra

    if data:
        records = records_of(data)
        with configured_run(options, [len(records)]) as run:
            return run.model(records)
    if options["state"]:
        return saved_model(Path(options["state"]), options["model"])
    return Model.load(options["model"])
