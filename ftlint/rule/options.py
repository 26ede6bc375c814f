"""Options of rules: attributes of a class, each with its default; checked by pydantic where the configuration sets some."""

from __future__ import annotations

from inspect import get_annotations
from math import inf
from typing import TYPE_CHECKING, Any

from ftlint.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.rule.base import Rule


class Option:
    """A number with bounds, the default of an option.

    Attributes:
        default: Its value where the configuration sets none.
        least, most: Its bounds, inclusive.
    """

    def __init__(self, default: float, least: float, most: float) -> None:
        self.default, self.least, self.most = default, least, most

    def __get__(self, instance: object, owner: type) -> float:
        """Return the default; a value that was set is on the instance."""
        return self.default


def option(default: Any, *, least: float, most: float = inf) -> Any:
    """Return the default of a rule's option that is a number. least, most: its bounds, inclusive."""
    return Option(default, least, most)


def defaults(rule: type[Rule]) -> dict[str, Any]:
    """Return the default of each option of a rule."""
    return {name: getattr(rule.Options, name) for name in get_annotations(rule.Options)}


def options_of(rule: type[Rule], values: Mapping[str, Any]) -> Any:
    """Return a rule's options; raises ConfigError naming the rule, the option and what is known."""
    options = rule.Options()
    if values:
        vars(options).update(_checked(rule, values))
    return options


def _checked(rule: type[Rule], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of options as their types have them."""
    from pydantic import ValidationError, create_model  # noqa: PLC0415 - takes 50 ms; few runs set options

    known = defaults(rule)
    for key in values:
        if key not in known:
            options = f"it has {', '.join(known)}" if known else "it has none"
            raise ConfigError(f"rule {rule.name()} has no option {key!r}{did_you_mean(key, known) or f'; {options}'}")
    types = get_annotations(rule.Options, eval_str=True)
    fields: dict[str, Any] = {name: (types[name], known[name]) for name in values}
    try:
        checked: dict[str, Any] = dict(create_model("Options", **fields).model_validate(dict(values)))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"rule {rule.name()}, option {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    for name, value in checked.items():
        bounds = vars(rule.Options).get(name)
        if isinstance(bounds, Option) and not bounds.least <= value <= bounds.most:
            wanted = f"{bounds.least} or more" if bounds.most == inf else f"from {bounds.least} to {bounds.most}"
            raise ConfigError(f"rule {rule.name()}, option {name}: should be {wanted}, not {value}")
    return checked
