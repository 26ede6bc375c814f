"""TOK002."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.records.traces import MARKUP
from ftlint.rule import Location, TextRule, Violations, bad, good, pairs
from ftlint.text import tokens
from ftlint.text.words import numbered

from .._most import faulty_majority

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Level


_MARKS = (
    "<|im_start|>",
    "<|im_end|>",
    "<|im_sep|>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
)
"""Turn markers of known chat templates (ChatML, Llama 2 and 3, Mistral, Gemma), and tokens of code models."""


class SpecialToken(TextRule):
    """The text contains a special token of the encoding, or a mark of a chat template.

    ## Why it matters

    In a text, `<|endoftext|>` is not the token that ends a text: the service encodes it as the seven ordinary tokens that spell
    it, or refuses it. If a trainer does parse it, it splits the record in two. The same applies to the marks that separate
    turns in chat templates. If most records contain them, a template has already been applied to the data, and the trainer must
    not apply it again.

    ## How to fix

    Remove it; the service adds its special tokens itself. As a stop, use ` END` or a line end.
    """

    code = "TOK002"
    level = "warning"
    traces = frozenset({MARKUP})
    message = "{token!r} is {what}"
    headline = "records contain a special token"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(pairs(("vino ->", " edible"), ("burger<|endoftext|> ->", " edible")), at=[2]),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where there is a sign that special tokens start with."""
        return pl.col("text").str.contains_any(["<", "[INST", "[/INST"])

    def violates(self, context: Context) -> pl.Expr:
        """Return where one of the special tokens is, or a text begins with `<s>`."""
        text = pl.col("text").str
        return text.contains_any([*tokens.tokenizer(context.encoding).special, *_MARKS]) | text.starts_with("<s>")

    def find(self, text: str, context: Context) -> Location | None:
        """Point at the first one of those that are there."""
        own = dict.fromkeys(tokens.tokenizer(context.encoding).special, f"a special token of {context.encoding}")
        known = {**dict.fromkeys(_MARKS, "a mark of a chat template"), **own}
        for token, what in known.items():
            start = text.find(token)
            if start >= 0:
                return Location(None, start, start + len(token), {"token": token, "what": what})
        return Location(None, 0, 3, {"token": "<s>", "what": "a mark of a chat template"}) if text.startswith("<s>") else None

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report each text; once, and as known, where a template has rendered most records."""
        for violations in results.values():
            records = faulty_majority(violations, gathered)
            if records:
                count, whole = f"{records:,}", numbered(gathered.conforming, "record")
                yield Violations(
                    "info",
                    None,
                    message=f"a template is baked in: {count} of {whole} hold its special tokens",
                    affects=records,
                )
            else:
                yield violations
