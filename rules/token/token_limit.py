"""TOK001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import polars as pl

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, INPUT
from ftlint.dialects.turn_tables import MESSAGES
from ftlint.rule import Location, RecordRule, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text import tokens
from ftlint.text.marks import SPACE, strip_ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level, Violations
    from ftlint.rule.fixes import FixContext, Row

_WIDEST = 128
"""Maximum number of characters of a token: the longest run of spaces that is one token."""


class TokenLimit(RecordRule):
    """Prompt and completion together exceed the target's token limit.

    ## Why it matters

    The target refuses the record, or cuts off its end, with the separator and the answer.

    ## How to fix

    Shorten the text. `--fix --unsafe-fixes` cuts the front of the body; the option `cut` selects `"end"` or `"drop"` instead. A
    completion that is too long by itself is not repaired. Texts that differ only at their start may become equal when they are
    cut.
    """

    code = "TOK001"
    level = "error"
    reveals = True
    message = "{count:,} tokens; {target} accepts {most}{lost}"
    headline = "records have too many tokens"
    detail = "{count:,} tokens; {target} accepts {most}{lost}"

    class Options:
        """cut: what the repair removes: the `front` or the `end` of the body, or the whole record (`drop`)."""

        cut: Literal["front", "end", "drop"] = "front"

    symptoms: ClassVar[Mapping[str, str]] = {
        "All labels in your dataset are -100": "unsloth",
        "Token indices sequence length is longer than the specified maximum sequence length for this model": "transformers",
    }
    examples = (
        good(pairs((" a" * 2000 + " ->", " edible")), options={"target": "davinci"}),
        bad(pairs(("vino ->", " edible"), (" a" * 2100 + " ->", " edible")), at=[2], options={"target": "davinci"}, fix="unsafe"),
    )

    def violates(self, context: Context) -> pl.Expr | None:
        """Return where there are as many bytes as the limit has tokens: fewer bytes are fewer tokens, for nothing."""
        limit = context.target.ceiling
        return named(context.dialect).most_bytes() + _marks(context) >= limit if limit else None

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether the exact count is not below the limit."""
        return tokens.reaches(context.target.ceiling - _marks_of(row, context), _spoken(row), context.encoding)

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Give the count."""
        encoding, dialect = context.encoding, named(context.dialect)
        count = sum(tokens.count(text, encoding) for text in _spoken(row)) + _marks_of(row, context)
        at = dialect.pointer(ANSWER, row)
        before = count - tokens.count(row["texts"].get(at, ""), encoding)
        # A trainer that cuts a long record takes its end away, and with it the answer.
        alone = bool(at) and before >= context.target.ceiling
        lost = f"; {before:,} of them before the answer, which is lost where a record is cut" if alone else ""
        args = {"count": count, "target": context.target.name, "most": context.target.most, "lost": lost}
        fitting = self.options.cut == "drop" or (_can_be_cut(row, context) if "prompt" in row else False)
        return Location(named(context.dialect).pointer(INPUT, row), args=args, fix="rule" if fitting else None)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Cut the body's front or end, or drop the record, as the option says."""
        context = fix_context.dataset
        if self.options.cut == "drop":
            return Fix.drop()
        # Which message of a conversation may be cut is for a person to say.
        return Fix.rewrite(lambda row: _cut(row, context, front=self.options.cut == "front") if "prompt" in row else None)


def _spoken(row: Row) -> Iterator[str]:
    """Yield all that a record gives to be read: its texts, tools and calls; these as the JSON that is in the file."""
    yield from row["texts"].values()
    if row.get("tools"):
        yield row["tools"]
    if row.get("called"):
        yield row["called"]


def _marks(context: Context) -> pl.Expr | int:
    """Return how many tokens the marks around messages take, of each record."""
    target = context.target
    if not target.per_message or not named(context.dialect).has(MESSAGES):
        return 0
    return pl.col("turns") * target.per_message + target.per_record


def _marks_of(row: Row, context: Context) -> int:
    """Return the same of one record."""
    target = context.target
    return row["turns"] * target.per_message + target.per_record if target.per_message and "turns" in row else 0


def _count(texts: Mapping[str, Any], context: Context, enough: int | None = None) -> int:
    """Return the tokens of a record, of which each text is encoded on its own; `enough` is as in `tokens.count`."""
    return sum(tokens.count(texts[key], context.encoding, enough) for key in ("prompt", "completion"))


def _can_be_cut(texts: Mapping[str, Any], context: Context) -> bool:
    """Whether the record would fit without the body of its prompt."""
    body = strip_ending(texts["prompt"], context.known.separator)
    rest = texts["prompt"].replace(body, "", 1) if body else texts["prompt"]
    return _count({"prompt": rest, "completion": texts["completion"]}, context, context.target.ceiling) < context.target.ceiling


def _cut(texts: Mapping[str, Any], context: Context, *, front: bool) -> Mapping[str, str] | None:
    """Return a prompt of fewer tokens: the separator stays, and whole characters go."""
    limit = context.target.ceiling
    body = strip_ending(texts["prompt"], context.known.separator)
    start = texts["prompt"].index(body)
    rest = texts["prompt"][start + len(body) :]
    # No more than this can be left; of a long text the rest need not be looked at.
    kept = body[-limit * _WIDEST :] if front else body[: limit * _WIDEST]
    pieces = tokens.offsets(kept, context.encoding)
    room = limit - 1 - _count({"prompt": rest, "completion": texts["completion"]}, context)
    # A cut may change how the tokens next to it join, so that one may become two: cut until it fits.
    surplus = max(len(pieces) - room, int(len(kept) == len(body)))
    while 0 <= surplus < len(pieces):
        cut = kept[pieces[surplus] :].lstrip(SPACE) if front else kept[: [*pieces, len(kept)][-surplus - 1]].rstrip(SPACE)
        changed = {"prompt": cut + rest, "completion": texts["completion"]}
        if _count(changed, context, limit) < limit:
            return {"/prompt": changed["prompt"]}
        surplus += 1
    return None
