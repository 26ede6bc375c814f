"""TOK002."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint import tokens
from ftlint.rule import Place, RecordRule, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.context import Context


class SpecialToken(RecordRule):
    """The text contains a special token of the encoding.

    ## Why it matters

    Written in the text, `<|endoftext|>` is not the token that ends a text: the service takes it for the seven ordinary
    tokens that spell it, or refuses it. Where a trainer does parse it, it cuts the record in two.

    ## How to fix

    Remove it; the service adds its special tokens itself. As a stop, use ` END` or a line end.
    """

    code = "TOK002"
    level = "warning"
    dialects = ("prompt-completion",)
    message = "{token!r} is a special token of {encoding}"
    headline = "records contain a special token"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(pairs(("vino ->", " edible"), ("burger<|endoftext|> ->", " edible")), at=[2]),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where there is a sign that special tokens start with."""
        return pl.col("markup")

    def violates(self, context: Context) -> pl.Expr:
        """Return where one of the special tokens stands."""
        special = list(tokens.definition(context.encoding).special)
        return pl.any_horizontal(pl.col("prompt", "completion").str.contains_any(special))

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Point at the first one."""
        special = tokens.definition(context.encoding).special
        found = [(key, row[key].find(token), token) for key in ("prompt", "completion") for token in special if token in row[key]]
        key, start, token = found[0]
        return Place(f"/{key}", start, start + len(token), {"token": token, "encoding": context.encoding})
