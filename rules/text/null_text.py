"""TXT004."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, INPUT
from ftlint.metrics import Block, Fingerprints, Labels, Metric, extend
from ftlint.metrics.duplicates import lines_labelled
from ftlint.rule import DatasetRule, Hits, Place, RecordRule, bad, good, option, pairs
from ftlint.rule.fixes import Drop
from ftlint.text.labels import NULLS, variant_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import Fix, Situation


@dataclass
class NullLabels(Metric):
    """Lines whose label is nothing but a word for a missing value, by the word."""

    lines: int = 0
    found: dict[str, pl.Series] = field(default_factory=dict)

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.lines = block.decoded.lines
        rows = block.frame.filter(pl.col("answer").is_in(NULLS)).select("answer", "line")
        for (label,), part in rows.partition_by("answer", as_dict=True).items():
            self.found[str(label)] = part.get_column("line").cast(pl.UInt64)

    def merge(self, other: NullLabels) -> None:
        """Take in what comes after."""
        extend(self.found, other.found, self.lines)
        self.lines += other.lines


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

        minimum: int = option(100, least=0)

    def violates(self, context: Context) -> pl.Expr:
        """Return where a body is such a word."""
        return pl.col("input").is_in(NULLS)

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Ask for labels where they are counted anyway, and else for these alone."""
        return (Labels, Fingerprints) if context.classification else (NullLabels,)

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report the records whose completion is such a word, unless there are many of them."""
        found = _lines(gathered)
        totals = Counter[str]()
        for label, lines in found.items():
            totals[variant_key(label)] += len(lines)
        for label, lines in found.items():
            if totals[variant_key(label)] < self.options.minimum:
                yield Hits(self.level, lines, {"which": "completion", "text": label})

    def explain(self, row: Mapping[str, Any], context: Context) -> Place:
        """Say which text it is."""
        which, column = ("prompt", INPUT) if row[INPUT] in NULLS else ("completion", ANSWER)
        text = row[column]
        return Place(named(context.dialect).pointer(column, row), args={"which": which, "text": text})

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point at the completion."""
        return Place(named(context.dialect).pointer(ANSWER, row))

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Drop the records."""
        return Drop()


def _lines(gathered: Gathered) -> Mapping[str, pl.Series]:
    """Return the lines of the labels that are such words."""
    if not gathered.context.classification:
        return gathered.get(NullLabels).found
    return {label: lines_labelled(gathered, [label]) for label in gathered.get(Labels).counts if label in NULLS}
