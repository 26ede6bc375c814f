"""SEP002."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from ftlint.rule import Place, RecordRule, bad, good, pairs

from ._everywhere import new_separator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.marks import Mark
    from ftlint.rule import Applicability, Hits, Level


class SeparatorInText(RecordRule):
    """The separator also occurs inside the text.

    ## Why it matters

    The model cannot tell the end of the input from a place in the middle of it, and may answer too early.

    ## How to fix

    Choose a separator that occurs nowhere in the data. `--fix --unsafe-fixes` gives the whole dataset one; not where the
    configuration names the separator, where a file holds several tasks, or where it is a speaker's name (`Agent:`,
    `<|assistant|>`) in generation.

    The mark without the white space around it is a warning; a line that consists of a separator of words is one in
    classification, and information in generation, and so is one in brackets there.
    """

    code = "SEP002"
    level = "error"
    dialects = ("prompt-completion",)
    tasks = ("classification", "generation")
    convention = "separator"
    fixable = "unsafe"
    message = "the separator's {found!r} also stands inside the {key}"
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
        ),
        good(pairs(("burger ->", " edible"), ("vino ->", " edible")), options={"separator": " ->"}),
        bad(pairs(("burger ->", " edible"), ("a -> b ->", " edible")), at=[2], options={"separator": " ->"}),
    )

    def suspects(self, context: Context) -> pl.Expr | None:
        """Return where a mark stands in the body or completion, however: a search for a literal text."""
        if context.separator is None:
            return None
        marks = [mark.text for mark in context.separator.marks]
        within = [pl.col(column).str.contains(mark, literal=True) for mark in marks for column in ("body", "label")]
        # A task's word stays in the body, at its end: it counts from the second time on.
        return pl.any_horizontal(within)

    def violates(self, context: Context) -> Mapping[Level, pl.Expr] | None:
        """Return where the whole separator stands (error), and where its mark does (warning, or info for words)."""
        if context.separator is None or context.differs("separator"):
            return None
        whole = pl.any_horizontal(
            *(pl.col("prompt").str.strip_suffix(text).str.contains(text, literal=True) for text in context.separator.texts),
            *(_answer(context).str.contains(text, literal=True) for text in context.separator.texts),
        )
        if context.separator.marks[0].is_word:
            word = pl.any_horizontal(_word_within(mark) for mark in context.separator.marks)
            return {"warning" if context.classification else "info": word}
        if context.separator.marks[0].kind == "bracketed" and not context.classification:
            return {"info": whole}
        return {"error": whole, "warning": ~whole}

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Point at the first place before the end."""
        assert context.separator
        key, start, found = next(_places(row, context), ("prompt", 0, context.separator.text))
        return Place(f"/{key}", start, start + len(found), {"found": found, "key": key})

    def applicability(self, context: Context) -> Applicability | None:
        """Leave a separator alone that the configuration names, those of a file of several tasks, and speakers' turns."""
        separator = context.separator
        if separator is None or len(separator.marks) > 1 or "separator" in context.given:
            return None
        speaks = separator.marks[0].is_word or separator.marks[0].kind == "bracketed"
        return None if speaks and not context.classification else self.fixable

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Give the whole dataset a separator that occurs nowhere."""
        return new_separator(situation)


def _answer(context: Context) -> pl.Expr:
    """Return the completion without the stop, which may look like the separator."""
    completion = pl.col("completion")
    return completion.str.strip_suffix(context.stop.text) if context.stop else completion


def _word_within(mark: Mark) -> pl.Expr:
    """Return where a mark of words stands at a line's start, besides the prompt's end."""
    pattern = rf"(?m)^\s*{pl.escape_regex(mark.text)}(?:\s|$)"
    before = pl.col("prompt").str.strip_chars_end().str.strip_suffix(mark.text)
    return before.str.contains(pattern) | pl.col("completion").str.contains(pattern)


def _places(row: Mapping[str, str], context: Context) -> Iterator[tuple[str, int, str]]:
    """Yield key, start and text of the separators in a record, the whole ones first."""
    assert context.separator
    for texts in (context.separator.texts, tuple(mark.text for mark in context.separator.marks)):
        for text in texts:
            for key in ("prompt", "completion"):
                end = (context.stop.text if context.stop else "") if key == "completion" else text.rstrip()
                value = (row[key] if key == "completion" else row[key].rstrip()).removesuffix(end)
                found = re.search(re.escape(text), value)
                if found:
                    yield key, found.start(), text
