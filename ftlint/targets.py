"""The models that a dataset can be for: encoding, limit, dialects, conventions, prices."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from math import inf
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import fields as fields_of
from msgspec.structs import replace

from ftlint.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


class Target(Struct, frozen=True):
    """A model that a dataset is for; the fields are those of targets.toml, which explains them."""

    name: str
    source: str
    version: str = ""
    dialects: tuple[str, ...] = ("prompt-completion",)
    encoding: str = "o200k_base"
    limit: int = 0
    below: bool = False
    per_message: int = 0
    per_record: int = 0
    separator: bool = False
    leading_space: bool = False
    stop: bool = False
    extra_keys: bool = True
    minimum_records: int = 0
    maximum_records: int = 0
    maximum_bytes: int = 0
    byte_order_mark: bool = False
    roles: tuple[str, ...] = ()
    roles_as_written: bool = False
    last_role: str = "assistant"
    alternates: bool = False
    names: str = ""
    weights: str = ""
    arguments: str = ""
    call_ids: str = ""
    tools: int = 0
    drops: tuple[str, ...] = ()
    outputs: int = 0
    images: int = 0
    image_types: tuple[str, ...] = ()
    image_roles: tuple[str, ...] = ()
    places_images: bool = False
    reserved: tuple[str, ...] = ()
    loader: str = ""
    tokenizer: str = ""
    renderer: str = ""
    cuts_at: int = 0
    cut: str = ""
    learns: str = ""
    completion_only: bool = False
    spans: str = ""
    unlearned: str = ""
    unmasked: str = ""
    ends_texts: bool = False
    pairs_as_messages: bool = False
    parses_arguments: bool = False
    one_schema: bool = False
    in_all: tuple[str, ...] = ()
    prices: dict[str, Any] = field(default_factory=dict)

    @property
    def ceiling(self) -> int:
        """The smallest number of tokens that is too many for a record; 0 where no limit is known."""
        return self.limit if self.below or not self.limit else self.limit + 1

    def trained(self, limit: int | None, learns: str | None) -> Target:
        """Return the target as it is trained in a run: with its own limit, and its own idea of what is learned."""
        made = replace(self, learns=learns, completion_only=False) if learns else self
        return replace(made, cuts_at=limit, cut=self.cut or "right") if limit else made

    @property
    def titled(self) -> str:
        """The name, with the version that a bare name stands for."""
        return f"{self.name}@{self.version}" if self.version else self.name

    @property
    def longest(self) -> int:
        """The most tokens of a record that a trainer keeps, unless it is told otherwise; 0 where that is not known."""
        return self.cuts_at or max(0, self.ceiling - 1)

    def learned_of(self, *, texts: bool) -> str:
        """Return what is learned: `all`, `completion`, `assistant` or `last`. texts: of texts that are joined."""
        if texts and self.completion_only:
            return "completion"
        return self.learns or "assistant"

    @property
    def most(self) -> str:
        """How many tokens a record may have, in words."""
        return f"fewer than {self.limit:,}" if self.below else f"at most {self.limit:,}"


ANY = Target("any", source="", dialects=())
"""Stands for no target: the encoding o200k_base, and no limit."""


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """Return the tables of targets.toml by name."""
    return tomllib.loads((files("ftlint") / "targets.toml").read_text("utf-8"))


def target(name: str, own: Mapping[str, Mapping[str, Any]] | None = None) -> Target:
    """Return the target of this name, from the user's own tables or the shipped ones.

    Raises:
        ConfigError: For an unknown name, an unknown key, or targets that extend each other in a circle.
    """
    fields = {key.replace("-", "_"): value for key, value in _resolve(name, {**shipped(), **(own or {})}, ()).items()}
    fields.setdefault("source", "your configuration")
    newest = shipped().get(name, {}).get("extends", "")
    fields["version"] = newest.partition("@")[2] if newest.startswith(f"{name}@") and name not in (own or {}) else ""
    known = Target.__struct_fields__
    fields |= {key: tuple(value) for key, value in fields.items() if isinstance(value, list) and key in _of_default(tuple)}
    for key in fields:
        if key not in known:
            dashed = [name.replace("_", "-") for name in known]
            raise ConfigError(f"target {name!r} has an unknown key {key.replace('_', '-')!r}{did_you_mean(key, dashed)}")
    return _checked(name, fields) if own and name in own else Target(name, **fields)


def _of_default(kind: type) -> list[str]:
    """Return the names of a target's fields whose default is of a type."""
    return [one.name for one in fields_of(Target) if type(one.default) is kind]


_WANTED = {
    int: "an integer",
    str: "a string",
    bool: "true or false",
    tuple[str, ...]: "an array of strings",
    dict[str, Any]: "a table",
}
"""What the values of keys are called, by their type."""


def _checked(name: str, fields: Mapping[str, Any]) -> Target:
    """Return a user's target; raises ConfigError for a value of another type than its key has."""
    for one in fields_of(Target):
        if one.name in fields:
            try:
                msgspec.convert(fields[one.name], one.type)
            except msgspec.ValidationError as error:
                key, wanted = one.name.replace("_", "-"), _WANTED[one.type]
                raise ConfigError(f"targets.{name}.{key} should be {wanted}, not {fields[one.name]!r}") from error
    made = Target(name, **fields)
    _check_values(made)
    return made


def _check_values(target: Target) -> None:
    """Raise ConfigError for a value that nothing can have: a negative limit or price."""
    numbers: dict[str, float] = {name.replace("_", "-"): getattr(target, name) for name in _of_default(int)}
    numbers |= {f"prices.{key}": value for key, value in target.prices.items() if isinstance(value, (int, float))}
    for key, value in numbers.items():
        if not 0 <= value < inf:
            raise ConfigError(f"targets.{target.name}.{key} should be 0 or more, not {value}")


def _resolve(name: str, tables: Mapping[str, Mapping[str, Any]], seen: tuple[str, ...]) -> dict[str, Any]:
    """Return a table with what it extends filled in."""
    if name not in tables:
        raise ConfigError(f"unknown target {name!r}{did_you_mean(name, tables)} (`ftlint config --targets` lists all)")
    if name in seen:
        raise ConfigError(f"circular extends: {' → '.join((*seen, name))}")
    own = dict(tables[name])
    base = own.pop("extends", None)
    if base is not None and not isinstance(base, str):
        raise ConfigError(f"targets.{name}.extends should be the name of a target, not {base!r}")
    return {**_resolve(base, tables, (*seen, name)), **own} if base else own


class Hyperparameters(Struct, frozen=True):
    """How a model is trained: the settings that the first fine-tuning service had."""

    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    prompt_loss_weight: float


def default_hyperparameters(records: int) -> Hyperparameters:
    """Return what a training set of so many records is trained with where nobody says otherwise.

    n_epochs 4, prompt_loss_weight 0.1, and a batch of about 0.2 % of the records, at most 256: OpenAI, Best practices for
    fine-tuning GPT-3 to classify text (2022); of real runs the batch was the largest power of two. The guide has
    learning_rate_multiplier 0.05, 0.1 or 0.2 by batch size, without the sizes: 0.1 for 1 and 8 was seen; from 32 on it is 0.2
    here. More epochs below 500 records and fewer above 50,000 are ours too: the guide says that small sets may need more.
    """
    epochs = 10 if records < 500 else 2 if records > 50_000 else 4
    batch = min(256, 1 << max(0, int(records * 0.002).bit_length() - 1))
    return Hyperparameters(epochs, batch, 0.2 if batch >= 32 else 0.1, 0.1)
