"""What the rules about separators share."""

from __future__ import annotations

from typing import ClassVar

from ftlint.options import CLASSIFICATION, GENERATION
from ftlint.rule import Rule


class SeparatorRule(Rule):
    """A rule about what ends a prompt, for targets that need it to end in something."""

    requires: ClassVar[tuple[str, ...]] = ("endings",)
    tasks: ClassVar[tuple[str, ...] | None] = (CLASSIFICATION, GENERATION)
    convention: ClassVar[str | None] = "separator"
