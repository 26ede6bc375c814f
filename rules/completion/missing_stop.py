"""CMP004."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from ftlint.fixes import Rewrite
from ftlint.marks import ended, instead, with_ending
from ftlint.rule import Place, RecordRule, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.rule import Hits


class MissingStop(RecordRule):
    """A completion does not end with the stop that most others end with.

    ## Why it matters

    Where the stop is missing the model learns to go on writing.

    ## How to fix

    Append the stop; `--fix` does. Where another mark or a variant of the stop (`end`) stands in its place, `--unsafe-fixes`
    replaces it.
    """

    code = "CMP004"
    level = "warning"
    dialects = ("prompt-completion",)
    convention = "stop"
    column = "completion"
    fixable = "safe"
    depends = True
    message = "completion ends with {ending!r}, not with the stop {stop!r}"
    headline = "completions do not end with the stop"
    examples = (
        good(pairs(("a ->", " not edible END"), ("b ->", " edible END"))),
        bad(
            pairs(("a ->", " not edible END"), ("b ->", " edible")),
            at=[2],
            options={"stop": " END"},
            fixed=['{"prompt": "a ->", "completion": " not edible END"}', '{"prompt": "b ->", "completion": " edible END"}'],
        ),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return where the completion is not one space, the label and the stop."""
        return ~pl.col("tidy")

    def violates(self, context: Context) -> pl.Expr | None:
        """Return where the stop does not end the completion; white space after it is another rule's."""
        if context.stop is None or context.differs("stop"):
            return None
        stop = context.stop
        completion = pl.col("completion")
        if stop.text.strip():
            completion, stop = completion.str.strip_chars_end(), replace(stop, trail="")
        return ~with_ending(completion, stop) & (pl.col("label") != "")

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Point at the end of the completion."""
        assert context.stop
        text = row["completion"]
        args = {"ending": text[-12:], "stop": context.stop.text}
        return Place("/completion", max(0, len(text) - 1), len(text), args, "unsafe" if _other_end(text, context) else "rule")

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Append the stop, or mend the white space around its mark."""
        stop = situation.context.stop
        if stop is None:
            return None

        def change(texts: Mapping[str, str]) -> Mapping[str, str] | None:
            text = texts["completion"].rstrip()
            other = _other_end(text, situation.context)
            return {"completion": ended(text.removesuffix(other), stop)} if situation.unsafe or not other else None

        return Rewrite(change)


def _other_end(text: str, context: Context) -> str:
    """Return what a completion ends with in the stop's place: a variant of it, or another mark; an empty text for neither."""
    assert context.stop
    mark = context.stop.marks[0]
    if not mark.text.strip() or mark.ends(text.rstrip()):
        return ""
    before = r"(?<!\w)" if mark.text[0].isalnum() else ""
    # In running text, `end` is a word.
    case = re.IGNORECASE if context.classification else re.NOFLAG
    variant = re.search(rf"{before}{re.escape(mark.text)}[.!,;]*\Z", text.rstrip(), case)
    return variant.group() if variant else instead(text, context.stop)
