"""TOK002."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.records.traces import MARKUP
from ftlint.rule import Place, TextRule, bad, good, pairs
from ftlint.text import tokens

if TYPE_CHECKING:
    from ftlint.dialects.context import Context


class SpecialToken(TextRule):
    """The text contains a special token of the encoding.

    ## Why it matters

    Written in the text, `<|endoftext|>` is not the token that ends a text: the service takes it for the seven ordinary
    tokens that spell it, or refuses it. Where a trainer does parse it, it cuts the record in two.

    ## How to fix

    Remove it; the service adds its special tokens itself. As a stop, use ` END` or a line end.
    """

    code = "TOK002"
    level = "warning"
    traces = frozenset({MARKUP})
    message = "{token!r} is a special token of {encoding}"
    headline = "records contain a special token"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(pairs(("vino ->", " edible"), ("burger<|endoftext|> ->", " edible")), at=[2]),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where there is the sign that special tokens start with."""
        return pl.col("text").str.contains("<", literal=True)

    def violates(self, context: Context) -> pl.Expr:
        """Return where one of the special tokens stands."""
        return pl.col("text").str.contains_any(list(tokens.definition(context.encoding).special))

    def find(self, text: str, context: Context) -> Place | None:
        """Point at the first one of those that stand there."""
        for token in tokens.definition(context.encoding).special:
            start = text.find(token)
            if start >= 0:
                return Place(None, start, start + len(token), {"token": token, "encoding": context.encoding})
        return None
