"""TXT006."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.rule import Location, TextRule, bad, good, pairs

if TYPE_CHECKING:
    from ftlint.dialects.context import Context

_OWN = {"target": "mine", "targets": {"mine": {"reserved": ["[EOS]"]}}}


class ReservedText(TextRule):
    """A text contains a string that the target reserves.

    ## Why it matters

    The job fails: the service writes it around turns, and refuses data that contains it.

    ## How to fix

    Rewrite the text without it.
    """

    code = "TXT006"
    level = "error"
    message = "{text!r} inside the {key}, which {target} reserves"
    headline = "records contain a text that the target reserves"
    examples = (
        good(pairs(("vino", "edible")), options=_OWN),
        bad(pairs(("vino", "edible"), ("burger [EOS]", "edible")), at=[2], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target reserves nothing."""
        return super().applies(context) and bool(context.target.reserved)

    def violates(self, context: Context) -> pl.Expr:
        """Return where such a text is."""
        return pl.col("text").str.contains_any(list(context.target.reserved))

    def find(self, text: str, context: Context) -> Location | None:
        """Point at the first one."""
        result = min(((text.find(one), one) for one in context.target.reserved if one in text), default=None)
        if result is None:
            return None
        start, reserved = result
        return Location(None, start, start + len(reserved), {"text": reserved, "target": context.target.name})
