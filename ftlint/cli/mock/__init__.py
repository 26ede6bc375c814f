"""`ftlint mock`."""

from __future__ import annotations

import click

from ftlint.cli.mock.experiments import impact, learning_curve, sweep
from ftlint.cli.mock.models import evaluate, predict, train
from ftlint.cli.mock.serve import serve


@click.group("mock")
def command() -> None:
    """Stand in for the fine-tuning service, offline, with a small model that really learns.

    Every base model is the same small learner: only tokenizer, price and endpoint differ.
    """


for part in (serve, train, predict, evaluate, learning_curve, sweep, impact):
    command.add_command(part)
