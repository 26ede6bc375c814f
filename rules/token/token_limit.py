"""TOK001."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from ftlint.dialects import named
from ftlint.rule import Place, RecordRule, bad, good, pairs
from ftlint.rule.fixes import Drop, Rewrite
from ftlint.text import tokens
from ftlint.text.marks import SPACE, without
from ftlint.texts import TEXTS, pointer_to, text_bytes, texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Hits
    from ftlint.rule.fixes import Fix, Situation


class TokenLimit(RecordRule):
    """Prompt and completion together are not below the target's token limit.

    ## Why it matters

    What is over the limit is refused, or cut off at the end: with the separator and the answer.

    ## How to fix

    Shorten the text. `--fix --unsafe-fixes` cuts the front of the body; the option `cut` says `"end"` or `"drop"` instead.
    A completion that is too long by itself is left to a person. Texts that start differently may be equal when they are cut.
    """

    code = "TOK001"
    level = "error"
    fixable = "unsafe"
    depends = True
    reveals = True
    message = "{count:,} tokens; {target} takes fewer than {limit:,}"
    headline = "records have too many tokens"
    detail = "{count:,} tokens; {target} takes fewer than {limit:,}"

    @dataclass(frozen=True)
    class Options:
        """cut: what the fix takes away: the `front` or the `end` of the body, or it may `drop` the record."""

        cut: Literal["front", "end", "drop"] = "front"

    examples = (
        good(pairs((" a" * 2000 + " ->", " edible")), options={"target": "davinci"}),
        bad(pairs(("vino ->", " edible"), (" a" * 2100 + " ->", " edible")), at=[2], options={"target": "davinci"}),
    )

    def suspects(self, context: Context) -> pl.Expr | None:
        """Return where there are as many bytes as the limit has tokens: fewer bytes are fewer tokens, for nothing."""
        if not context.target.limit:
            return None
        return text_bytes(context) >= context.target.limit

    def violates(self, context: Context) -> pl.Expr | None:
        """Return where the exact count is not below the limit."""
        limit = context.target.limit
        if not limit:
            return None
        dialect = named(context.dialect)
        texts = pl.concat_list(dialect.texts) if dialect.texts else pl.col(TEXTS)
        return texts.map_elements(lambda row: tokens.reaches(limit, row, context.encoding), return_dtype=pl.Boolean)

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Give the count."""
        count = sum(tokens.count(text, context.encoding) for text in texts_of(row, context).values())
        args = {"count": count, "target": context.target.name, "limit": context.target.limit}
        fitting = self.options.cut == "drop" or (bool(named(context.dialect).texts) and _can_be_cut(row, context))
        return Place(pointer_to("prompt", row, context), args=args, fix="rule" if fitting else None)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Cut the body's front or end, or drop the record, as the option says."""
        context = situation.context
        if self.options.cut == "drop":
            return Drop()
        if not named(context.dialect).texts:
            return None  # which message of a conversation may be cut is for a person to say
        return Rewrite(lambda texts: _cut(texts, context, front=self.options.cut == "front"))


def _count(texts: Mapping[str, str], context: Context, enough: int | None = None) -> int:
    """Return the tokens of a record, of which each text is encoded on its own; `enough` is as in `tokens.count`."""
    return sum(tokens.count(texts[key], context.encoding, enough) for key in ("prompt", "completion"))


def _can_be_cut(texts: Mapping[str, str], context: Context) -> bool:
    """Whether the record would fit without the body of its prompt."""
    body = without(texts["prompt"], context.separator)
    rest = texts["prompt"].replace(body, "", 1) if body else texts["prompt"]
    return _count({"prompt": rest, "completion": texts["completion"]}, context, context.target.limit) < context.target.limit


def _cut(texts: Mapping[str, str], context: Context, *, front: bool) -> Mapping[str, str] | None:
    """Return a prompt of fewer tokens: the separator stays, and whole characters go."""
    body = without(texts["prompt"], context.separator)
    start = texts["prompt"].index(body)
    rest = texts["prompt"][start + len(body) :]
    pieces = tokens.offsets(body, context.encoding)
    # A cut may change how the tokens next to it join, so that one may become two: cut until it fits.
    surplus = _count(texts, context) - context.target.limit + 1
    while 0 < surplus < len(pieces):
        cut = body[pieces[surplus] :].lstrip(SPACE) if front else body[: pieces[len(pieces) - surplus]].rstrip(SPACE)
        changed = {"prompt": cut + rest, "completion": texts["completion"]}
        if _count(changed, context, context.target.limit) < context.target.limit:
            return {"prompt": changed["prompt"]}
        surplus += 1
    return None
