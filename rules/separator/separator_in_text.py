"""SEP002."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec.structs import replace

from ftlint.rule import Location, RecordRule, Violations, bad, good, pairs
from ftlint.text.marks import SPACE
from ftlint.text.words import numbered, quote

from ._everywhere import new_separator
from ._family import SeparatorRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Applicability, Level
    from ftlint.rule.fixes import Fix, FixContext
    from ftlint.text.marks import Mark


class SeparatorInText(SeparatorRule, RecordRule):
    """The separator also occurs inside the text.

    ## Why it matters

    The model cannot tell the end of the input from a separator in the middle of it, and may answer too early.

    ## How to fix

    Choose a separator that occurs nowhere in the data. `--fix --unsafe-fixes --fixable separator-in-text` replaces it in the
    whole dataset, in both files of a pair. Exceptions: the configuration sets the separator, a file has several tasks, or the
    separator is a speaker's name (`Agent:`, `<|assistant|>`) in generation.

    The mark without its surrounding white space (`###` of a heading) is not the separator; the rule reports it once, and so for
    a speaker's name in generation. A word is a mark only at the start of a line.
    """

    code = "SEP002"
    level = "error"
    message = "{problem}"
    headline = "records have the separator inside their text"
    examples = (
        bad(
            pairs(*[(f"item {i} ->", " yes") for i in range(4)], ("a -> b ->", " no")),
            at=[5],
            fixed=[
                '{"prompt": "item 0\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 1\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 2\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 3\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "a -> b\\n\\n###\\n\\n", "completion": " no"}',
            ],
            fix="request",
        ),
        good(pairs(("burger ->", " edible"), ("vino ->", " edible")), options={"separator": " ->"}),
        bad(pairs(("burger ->", " edible"), ("a -> b ->", " edible")), at=[2], options={"separator": " ->"}),
    )

    def suspects(self, context: Context) -> pl.Expr | None:
        """Return where a mark is in the body or completion, however: a search for a literal text."""
        if context.known.separator is None:
            return None
        marks = [mark.text for mark in context.known.separator.marks]
        # A task's word stays in the body, at its end: it counts from the second time on.
        return pl.any_horizontal(pl.col("input", "answer").str.contains(mark, literal=True) for mark in marks)

    def violates(self, context: Context) -> Mapping[Level, pl.Expr] | None:
        """Return where the whole separator is (error), and where only its mark does, or a speaker takes a turn (info)."""
        separator = context.known.separator
        if separator is None or context.differs("separator"):
            return None
        prompt, answer = pl.col("prompt"), _answer(context)
        whole = pl.any_horizontal(
            *(prompt.str.strip_suffix(text).str.contains(text, literal=True) for text in separator.texts),
            *(answer.str.contains(text, literal=True) for text in separator.texts),
        )
        seen = pl.lit(value=True)
        if separator.marks[0].is_word:
            seen = pl.any_horizontal(_starts_a_line(mark, answer) for mark in separator.marks)
        if _speaks(context):
            return {"info": seen & whole if separator.marks[0].kind == "bracketed" else seen}
        return {"error": seen & whole, "info": seen & ~whole}

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report each whole separator; of marks and turns the first, with their number."""
        for level, violations in results.items():
            if level == "info":
                yield Violations(level, violations.line_numbers[:1], {"count": len(violations)}, applicability=None)
            else:
                yield replace(violations, changes=gathered.conforming)

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the first whole separator before the end."""
        key, start, end = _place(row, context, whole=True)
        problem = f"the separator {quote(row[key][start:end])} also occurs inside the {key}"
        return Location(f"/{key}", start, end, {"problem": problem})

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location:
        """Point at the first mark."""
        key, start, end = _place(row, context, whole=False)
        mark, texts = quote(row[key][start:end]), numbered(args["count"], "text")
        problem = f"only the separator's mark {mark} is inside {texts}, not the separator itself"
        if _speaks(context):
            problem = f"the separator's {mark} also occurs inside {texts}, as in the turns of a conversation"
        return Location(f"/{key}", start, end, {"problem": problem})

    def applicability(self, context: Context) -> Applicability | None:
        """Leave a separator alone that the configuration names, those of a file of several tasks, and speakers' turns."""
        several = context.known.separator is not None and len(context.known.separator.marks) > 1
        return None if several or "separator" in context.given or _speaks(context) else self.fixable

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Give the whole dataset a separator that occurs nowhere."""
        return new_separator(fix_context)


def _speaks(context: Context) -> bool:
    """Whether the separator may be a speaker's name, which is before each turn of a conversation."""
    mark = context.known.separator.marks[0] if context.known.separator else None
    return mark is not None and (mark.is_word or mark.kind == "bracketed") and not context.classification


def _answer(context: Context) -> pl.Expr:
    """Return the completion without the stop, which may look like the separator."""
    completion = pl.col("completion")
    return completion.str.strip_suffix(context.known.stop.text) if context.known.stop else completion


def _starts_a_line(mark: Mark, answer: pl.Expr) -> pl.Expr:
    """Return where a mark of words starts a line, besides the one that ends the prompt."""
    pattern = rf"(?m)^\s*{pl.escape_regex(mark.text)}(?:\s|$)"
    before = pl.col("prompt").str.strip_chars_end().str.strip_suffix(mark.text)
    return before.str.contains(pattern) | answer.str.contains(pattern)


def _place(row: Mapping[str, Any], context: Context, *, whole: bool) -> tuple[str, int, int]:
    """Return key, start and end of the first separator inside a record's texts. whole: with the white space around its mark."""
    assert context.known.separator
    for mark, text in zip(context.known.separator.marks, context.known.separator.texts, strict=True):
        pattern = re.escape(text if whole else mark.text)
        if mark.is_word and not whole:
            pattern = rf"(?m:^)\s*({pattern})(?=\s|\Z)"
        ends = {"prompt": text if whole else mark.text, "completion": context.known.stop.text if context.known.stop else ""}
        for key, end in ends.items():
            value = row[key] if whole or key == "completion" else row[key].rstrip(SPACE)
            result = re.search(pattern, value.removesuffix(end))
            if result:
                return (key, *result.span(result.re.groups))
    return "prompt", 0, 0
