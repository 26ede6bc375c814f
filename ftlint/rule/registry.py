"""Rules: where they come from (entry points), which are selected, and with what options."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ftlint.errors import ConfigError, did_you_mean, raise_if_interrupted, reason
from ftlint.plugins import of_group
from ftlint.rule.options import options_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ftlint.rule import Rule

GROUP = "ftlint.rules"


@cache
def _packs() -> tuple[tuple[type[Rule], ...], tuple[str, ...]]:
    """Return all rule classes of all installed packs, in the packs' order, and what is wrong with packs that cannot be loaded."""
    results: dict[str, type[Rule]] = {}
    broken = []
    for entry in of_group(GROUP):
        try:
            rules = _classes(entry.load()())
        except BaseException as error:  # noqa: BLE001 - somebody else's code, of which anything may come
            raise_if_interrupted(error)
            broken.append(f"the rules of {entry.value} cannot be loaded: {reason(error)}")
            continue
        for rule in rules:
            for key in (rule.code, rule.name()):
                other = results.setdefault(key, rule)
                if other is not rule:
                    raise ConfigError(f"two rules are named {key}: one of {other.__module__}, one of {rule.__module__}")
    return tuple(dict.fromkeys(results.values())), tuple(broken)


def _classes(results: Iterable[Any]) -> list[type[Rule]]:
    """Return what a pack gives, if it is rule classes; raises TypeError for anything else."""
    from ftlint.rule import Rule  # noqa: PLC0415 - only who asks for rules needs polars

    rules = list(results)
    for rule in rules:
        if not (isinstance(rule, type) and issubclass(rule, Rule) and isinstance(getattr(rule, "code", None), str)):
            raise TypeError(f"{rule!r} is not a rule with a code")
    return rules


def known_rules() -> tuple[type[Rule], ...]:
    """Return all rule classes of all installed packs that can be loaded, in the packs' order.

    Raises:
        ConfigError: For packs that claim the same code or name.
    """
    return _packs()[0]


def broken_packs() -> tuple[str, ...]:
    """Return a sentence for each installed pack that cannot be loaded."""
    return _packs()[1]


def rule_named(word: str) -> type[Rule]:
    """Return the rule of a name or code; raises ConfigError for an unknown one."""
    for rule in known_rules():
        if word in {rule.name(), rule.code, *rule.formerly} or word.upper() == rule.code:
            return rule
    names = [name for rule in known_rules() for name in (rule.name(), rule.code)]
    family = [rule for rule in known_rules() if means(word, rule)]
    if family and word.upper() != "ALL":
        raise ConfigError(f"{word} matches several rules; use one of {', '.join(rule.code for rule in family)}")
    raise ConfigError(f"unknown rule {word!r}{did_you_mean(word, names)}")


class Selection(Struct, frozen=True):
    """Which rules are meant: names, codes, prefixes of codes, families or `ALL`, each with the setting it is in.

    Attributes:
        given: Settings that are, and turn on the rules that are asked by them.
    """

    select: tuple[str, ...] | None = None
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()

    def rules(self) -> list[type[Rule]]:
        """Return the selected rules; without `select` those that are on by default."""
        default = {rule for rule in known_rules() if rule.enabled}
        chosen = default if self.select is None else matching(self.select, "select")
        chosen |= matching(self.extend, "extend-select") | {rule for rule in known_rules() if rule.asked_by in self.given}
        ignored = matching(self.ignore, "ignore")
        return [rule for rule in known_rules() if rule in chosen - ignored]


def matching(words: Iterable[str], setting: str) -> set[type[Rule]]:
    """Return the rules that any of these words means; raises ConfigError, naming the setting, for one that means none."""
    results: set[type[Rule]] = set()
    for word in words:
        rules = {rule for rule in known_rules() if means(word, rule)}
        if not rules:
            raise ConfigError(f"{setting}: no rule or family {word!r}{did_you_mean(word, _words())}")
        results |= rules
    return results


def means(word: str, rule: type[Rule]) -> bool:
    """Whether a word means a rule: its name, its code or a prefix of that in any case, its family, or `ALL`."""
    upper = word.upper()
    named = word in {rule.name(), rule.family(), *rule.formerly} or upper in rule.formerly
    return upper == "ALL" or named or (len(word) >= 3 and rule.code.startswith(upper))


def configured(classes: Iterable[type[Rule]], options: Mapping[str, Mapping[str, Any]]) -> list[Rule]:
    """Return the rules with their options, given by rule name or code; raises ConfigError for what does not fit."""
    given = {rule_named(word): options_of(rule_named(word), values) for word, values in options.items()}
    return [rule(given.get(rule)) for rule in classes]


def _words() -> list[str]:
    rules = known_rules()
    return [word for rule in rules for word in (rule.name(), rule.code)] + sorted({rule.family() for rule in rules})
