"""Options that several commands of `ftlint mock` have, and what they say."""

from __future__ import annotations

from functools import wraps
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

import click

from ftlint.errors import FtlintError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Command = Callable[..., int]

_NEEDED = {"numpy", "scipy", "sklearn", "fastapi", "starlette", "uvicorn", "filelock", "multipart", "python_multipart"}


def needs_extra(function: Command) -> Command:
    """Say what to install where a package of the extra is not there."""

    @wraps(function)
    def wrapped(*args: Any, **options: Any) -> int:
        try:
            return function(*args, **options)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in _NEEDED:
                raise FtlintError(f"ftlint mock needs {error.name}: pip install 'ftlint[mock]'") from error
            raise

    return wrapped


class Number(click.FloatRange):
    """A number in a range; `nan` is in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        result = super().convert(value, param, ctx)
        return result if isfinite(result) else self.fail(f"{value} is not in the range {self._describe_range()}", param, ctx)


def trains(function: Command) -> Command:
    """Add the options of commands that train."""
    options = [
        click.option("--base", metavar="NAME", help="Base model; default: davinci, or gpt-4o-mini for conversations."),
        click.option(
            "--n-epochs",
            type=click.IntRange(1, 50),
            metavar="N",
            help="Passes over the data; default: 4, or 10 below 500 records.",
        ),
        click.option("--batch-size", type=click.IntRange(1), metavar="N", help="Records a step; default: 0.2 % of them."),
        click.option(
            "--learning-rate-multiplier",
            type=Number(0, min_open=True),
            metavar="X",
            help="Default: 0.1, or 0.2 for large batches.",
        ),
        click.option(
            "--prompt-loss-weight",
            type=Number(0, 1),
            metavar="X",
            help="How much is learned from prompts; default: 0.1.",
        ),
        click.option("--seed", type=click.IntRange(0), default=0, metavar="N", help="The same seed gives the same model."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def reports(function: Command) -> Command:
    """Add the options of commands that report something."""
    function = click.option("--plot", metavar="FILE", help="Also draw it: a .png or .svg file.")(function)
    return click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: for programs.")(function)


def judges(function: Command) -> Command:
    """Add the option of commands that judge what was trained."""
    return click.option("--valid", metavar="FILE", help="Records to judge with; default: a fifth of the data is held out.")(
        function
    )


def settings_of(options: Mapping[str, Any]) -> dict[str, int | float]:
    """Return the hyperparameters that are given."""
    names = ("n_epochs", "batch_size", "learning_rate_multiplier", "prompt_loss_weight")
    return {name: options[name] for name in names if options.get(name) is not None}


def unescape(name: str, text: str) -> str:
    """Return a text with JSON's escapes undone, as in `ftlint check --separator`. name: of the option, for errors."""
    from ftlint.config import unescaped  # noqa: PLC0415 - imports pydantic

    return unescaped(name, text)


def as_float(text: str, option: str) -> float:
    """Return a number; raises UsageError for what is none."""
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise UsageError(f"{option}: {text!r} is not a number")
    return number
