"""Training without a service: records in, model out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ftlint import UsageError
from ftlint.errors import did_you_mean
from ftlint.mock.data.records import Data, Record, example_of, is_chat, records_of
from ftlint.mock.model.bases import Base, base_named, bases
from ftlint.mock.model.model import Model
from ftlint.mock.model.trainer import Trainer
from ftlint.targets import default_hyperparameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ftlint.mock.model.trainer import Step

_BOUNDS = {
    "n_epochs": (1, 1000),
    "batch_size": (1, 1 << 20),
    "learning_rate_multiplier": (1e-9, 1000),
    "prompt_loss_weight": (0, 1),
    "seed": (0, (1 << 63) - 1),
}
_SHARES = ("learning_rate_multiplier", "prompt_loss_weight")
PROMPTS, CHAT = "davinci", "gpt-4o-mini"
"""The base models that data of either kind is for where none is named."""


def train(
    data: Data,
    base: str | Model | None = None,
    *,
    n_epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate_multiplier: float | None = None,
    prompt_loss_weight: float | None = None,
    seed: int = 0,
    progress: Callable[[Step], None] | None = None,
) -> Model:
    """Train a model on records and return it.

    The same data, settings and seed give the same model, bit for bit.

    Args:
        data: A path, bytes in JSON Lines, or records, of prompt and completion or of messages; lines that hold none are left
            out.
        base: The name of a base model, or a model to go on from; None: davinci, or gpt-4o-mini for conversations. The settings
            are those of the service, with the defaults of `ftlint.targets.default_hyperparameters`; learning_rate_multiplier
            counts in the units of the first generation.
        progress: Called after each step.

    Raises:
        InputError: For data without records.
        UsageError: For a base model that is not known or takes other records.
    """
    asked = {
        "n_epochs": n_epochs,
        "batch_size": batch_size,
        "learning_rate_multiplier": learning_rate_multiplier,
        "prompt_loss_weight": prompt_loss_weight,
    }
    trainer = trainer_of(records_of(data), base, {name: value for name, value in asked.items() if value is not None}, seed=seed)
    for step in trainer.steps():
        if progress:
            progress(step)
    return trainer.model()


def trainer_of(
    records: Sequence[Record],
    base: str | Model | None,
    asked: dict[str, int | float],
    *,
    valid: Sequence[Record] = (),
    seed: int = 0,
) -> Trainer:
    """Return what trains on records. asked: settings that are not to be the defaults."""
    start = base if isinstance(base, Model) else base_for(records, base)
    name = start.base if isinstance(start, Model) else start
    if name.chat != is_chat(records):
        kinds = ("prompt/completion records", "conversations")
        raise UsageError(f"{name.name} is trained with {kinds[name.chat]}, and the data holds {kinds[not name.chat]}")
    if valid and is_chat(valid) != name.chat:
        raise UsageError(f"the validation records are of another kind than those that {name.name} is trained with")
    check_settings(asked, seed)
    parameters = replace(default_hyperparameters(len(records)), **asked)
    examples, judging = ([example_of(record, name) for record in some] for some in (records, valid))
    return Trainer(examples, start, parameters, seed=seed, valid=judging)


def check_settings(asked: Mapping[str, float], seed: int = 0) -> None:
    """Raise UsageError for settings that make no sense."""
    for name, value in {**asked, "seed": seed}.items():
        least, most = _BOUNDS[name]
        if not (least <= value <= most and (name in _SHARES or value == int(value))):
            kind = "" if name in _SHARES else "whole "
            raise UsageError(f"{name} is a {kind}number from {least:g} to {most:g}, not {value}")


def base_for(records: Sequence[Record], name: str | None) -> Base:
    """Return the base model of this name, or the one that records are for; raises UsageError for an unknown name."""
    wanted = name or (CHAT if is_chat(records) else PROMPTS)
    base = base_named(wanted)
    if base is None:
        raise UsageError(f"unknown base model {wanted!r}{did_you_mean(wanted, bases())} (known are {', '.join(bases())})")
    return base
