"""The built-in rules: one folder a family, one file a rule. A file that is put here is found; there is no list to keep."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftlint.rule import Rule


FAMILIES = ("file", "json", "shape", "separator", "completion", "label", "token", "text", "duplicate", "split", "size")
"""In the order in which they look at a file, report and repair: from bytes to the whole dataset."""


def rules() -> list[type[Rule]]:
    """Return all rule classes of this pack, by family and code."""
    from ftlint.rule import Rule  # noqa: PLC0415 - only who asks for rules needs polars

    found = []
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        if not module.ispkg:
            contents = vars(import_module(module.name)).values()
            found += [
                cls for cls in contents if isinstance(cls, type) and issubclass(cls, Rule) and cls.__module__ == module.name
            ]
    return sorted(found, key=lambda rule: (FAMILIES.index(rule.family()), rule.code))
