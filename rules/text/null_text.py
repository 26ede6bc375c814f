"""TXT004."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.duplicates import lines_labelled
from ftlint.fixes import Drop
from ftlint.labels import merged
from ftlint.metrics import Fingerprints, Labels
from ftlint.rule import DatasetRule, Hits, Place, RecordRule, bad, good, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered, Metric

NULLS = ("nan", "NaN", "NAN", "None", "none", "NONE", "null", "Null", "NULL", "undefined", "N/A", "n/a", "<NA>", "NaT", "#N/A")


class NullText(RecordRule, DatasetRule):
    """A text is nothing but `nan`, `None`, `null` or the like: a missing value that became text.

    ## Why it matters

    The export wrote a missing value as a word, and the model learns to answer with it.

    ## How to fix

    Drop such records, or fill in what is missing; `--fix --unsafe-fixes` drops them. A label of many records (100 or more,
    the option `minimum`) is meant so, and fine.
    """

    code = "TXT004"
    level = "warning"
    dialects = ("prompt-completion",)
    fixable = "unsafe"
    message = "the {which} is nothing but {text!r}"
    headline = "records have a missing value that became text"
    examples = (
        good(pairs(("None of them ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("nan ->", " edible")), at=[2], fixed=['{"prompt": "vino ->", "completion": " edible"}']
        ),
        bad(
            pairs(*[(f"item {i} ->", f" answer {i}") for i in range(4)], ("item 5 ->", " None")),
            at=[5],
            fixed=[
                '{"prompt": "item 0 ->", "completion": " answer 0"}',
                '{"prompt": "item 1 ->", "completion": " answer 1"}',
                '{"prompt": "item 2 ->", "completion": " answer 2"}',
                '{"prompt": "item 3 ->", "completion": " answer 3"}',
            ],
        ),
    )

    @dataclass(frozen=True)
    class Options:
        """minimum: a label of as many records is meant so."""

        minimum: int = 100

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Ask for labels where a label may be meant so."""
        return (Labels, Fingerprints) if context.classification else ()

    def violates(self, context: Context) -> pl.Expr:
        """Return where a body is such a word, or an answer in a task without labels."""
        columns = ("body",) if context.classification else ("body", "label")
        return pl.any_horizontal(pl.col(*columns).is_in(NULLS))

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report the records whose label is such a word, unless there are many of them."""
        if gathered.context.classification:
            counts = merged(gathered.get(Labels).counts)
            for label in NULLS:
                if 0 < counts.get(label, 0) < self.options.minimum:
                    yield Hits(self.level, lines_labelled(gathered, [label]), {"which": "completion", "text": label})

    def explain(self, row: Mapping[str, str], context: Context) -> Place:
        """Say which text it is."""
        which, text = ("prompt", row["body"]) if row["body"] in NULLS else ("completion", row["label"])
        return Place(f"/{which}", args={"which": which, "text": text})

    def locate(self, row: Mapping[str, str], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point at the completion."""
        return Place("/completion")

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Drop the records."""
        return Drop()
