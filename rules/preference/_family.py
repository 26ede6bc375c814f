"""Shared code of the rules about pairs of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.dialects import named
from ftlint.dialects.turns import REJECTED
from ftlint.rule import Location, RecordRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context


class PairRule(RecordRule):
    """A rule about a preferred and a rejected answer."""

    requires: ClassVar[tuple[str, ...]] = ("pair",)

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the rejected answer."""
        return Location(named(context.dialect).pointer(REJECTED, row))
