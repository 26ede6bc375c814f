"""SHP005."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, BETWEEN, FURTHER, INPUT
from ftlint.dialects.turn_tables import MESSAGES
from ftlint.dialects.turns import REJECTED
from ftlint.options import OPEN_ENDED
from ftlint.rule import Location, RecordRule, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.marks import SPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level, Violations
    from ftlint.rule.fixes import FixContext


class EmptyText(RecordRule):
    """A completion is empty or white space, or a prompt has no text.

    ## Why it matters

    The model learns nothing from an empty completion, and services refuse it. A prompt without text teaches the model to answer
    before it is asked, unless all prompts are empty (open-ended generation).

    ## How to fix

    Fill in the text or drop the record; `--fix --unsafe-fixes` drops it. An empty prompt is a warning. The repair keeps the
    record if further keys may contain the question (images).
    """

    code = "SHP005"
    level = "error"
    requires = ("texts",)
    message = "the {which} is empty"
    headline = "records have an empty prompt or completion"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("tea ->", " edible"), ("burger ->", "")),
            at=[3],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "tea ->", "completion": " edible"}'],
            fix="unsafe",
        ),
        bad(
            pairs(("vino ->", " edible"), ("tea ->", " edible"), (" ->", " edible")),
            at=[3],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "tea ->", "completion": " edible"}'],
            fix="unsafe",
        ),
        bad([*pairs(("tea ->", " a"), ("vino ->", " a")), '{"prompt": "", "completion": " a", "image": "a.png"}'], at=[3]),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where there is no answer, or a prompt may start with white space: to compare is cheaper than to strip."""
        return _unanswered(context) | (pl.col(INPUT) < "!") | (pl.col(INPUT) > "\x7f")

    def violates(self, context: Context) -> Mapping[Level, pl.Expr]:
        """Return where there is no text; an empty prompt is a warning, and fine where all are."""
        dialect = named(context.dialect)
        # Messages without content are another rule's.
        flat = pl.col("flat") if dialect.has(MESSAGES) else pl.lit(value=True)
        empty = _unanswered(context)
        asked = pl.col(INPUT).str.strip_chars(BETWEEN + SPACE) == ""
        # What holds question and answer in one text asks nothing apart.
        several = pl.col("messages") > 1 if dialect.has(MESSAGES) else pl.lit(value=True)
        if context.task == OPEN_ENDED:
            return {"error": flat & empty}
        return {"error": flat & empty, "warning": flat & asked & ~empty & several}

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Say which of the two it is."""
        dialect = named(context.dialect)
        answered = row["answer"].strip(SPACE) or not row.get("answered", True)
        column = ANSWER if not answered else INPUT if row.get(REJECTED) is None or row[REJECTED].strip(SPACE) else REJECTED
        pointer = dialect.pointer(column, row)
        which = dialect.title(pointer) if pointer else "text"
        which = f'text of "{which}"' if dialect.has(MESSAGES) else which
        return Location(pointer, args={"which": which}, fix=None if _asks_otherwise(row) else "rule")

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Drop the records, unless further keys may hold what is asked."""
        return Fix.drop(unless=_asks_otherwise)


def _unanswered(context: Context) -> pl.Expr:
    """Return where an answer is empty; a completion of nothing but the stop says nothing either."""
    dialect = named(context.dialect)
    bare = pl.col(ANSWER)
    # Two texts of a record are derived without outer white space.
    empty = pl.col("answered") & (bare.str.strip_chars(SPACE) == "") if dialect.has(MESSAGES) else bare == ""
    if "pair" in dialect.capabilities:
        empty |= pl.col(REJECTED).str.strip_chars(SPACE) == ""
    return empty


def _asks_otherwise(row: Mapping[str, Any]) -> bool:
    """Whether a prompt is empty in a record that has something in further keys: images, say."""
    return bool(row["answer"] and row[FURTHER])
