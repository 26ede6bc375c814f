"""The built-in rules: one folder per family, one file per rule. Every file here is loaded; there is no list to maintain."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftlint.rule import Rule


FAMILIES = (
    "file",
    "json",
    "shape",
    "loading",
    "separator",
    "completion",
    "label",
    "token",
    "text",
    "chat",
    "tool",
    "preference",
    "image",
    "learning",
    "secret",
    "duplicate",
    "split",
    "size",
)
"""In the order in which they check, report and repair: from bytes to the whole dataset."""


def rules() -> list[type[Rule]]:
    """Return all rule classes of this pack, by family and code."""
    from ftlint.rule import Rule  # noqa: PLC0415 - only who asks for rules needs polars

    results = []
    for file in Path(__path__[0]).glob("*/[!_]*.py"):
        module = import_module(f"{__name__}.{file.parent.name}.{file.stem}")
        classes = [cls for cls in vars(module).values() if isinstance(cls, type)]
        own = [cls for cls in classes if issubclass(cls, Rule) and cls.__module__ == module.__name__]
        results += [rule for rule in own if "code" in vars(rule)]  # what has none is what several rules share
    return sorted(results, key=lambda rule: (FAMILIES.index(rule.family()), rule.code))
