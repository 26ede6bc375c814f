"""The built-in rules: one folder a family, one file a rule. A file that is put here is found; there is no list to keep."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftlint.rule import Rule


def rules() -> list[type[Rule]]:
    """Return all rule classes of this pack."""
    from ftlint.rule import Rule  # noqa: PLC0415 - only who asks for rules needs polars

    found = []
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        if not module.ispkg:
            contents = vars(import_module(module.name)).values()
            found += [
                cls for cls in contents if isinstance(cls, type) and issubclass(cls, Rule) and cls.__module__ == module.name
            ]
    return found
