"""Shared code of the rules about separators."""

from __future__ import annotations

from typing import ClassVar

from ftlint.options import CLASSIFICATION, GENERATION
from ftlint.rule import Rule


class SeparatorRule(Rule):
    """A rule about the end of a prompt, for targets that require a separator."""

    requires: ClassVar[tuple[str, ...]] = ("endings",)
    tasks: ClassVar[tuple[str, ...] | None] = (CLASSIFICATION, GENERATION)
    convention: ClassVar[str | None] = "separator"
