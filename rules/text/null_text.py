"""TXT004."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, INPUT, RECORDS
from ftlint.dialects.turn_tables import MESSAGES
from ftlint.metrics import Metric
from ftlint.metrics.parts import lines_by_key
from ftlint.rule import DatasetRule, Location, Violations, bad, good, option, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.labels import NULLS, variant_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Block, Gathered
    from ftlint.rule.fixes import FixContext

_LONGEST = 16
"""Maximum length, in bytes, of such a word with white space around it."""


class NullTexts(Metric):
    """Lines with a text that is only a word for a missing value, by the word and whether it is the answer.

    Only one per line is stored: the answer before the question, and both before other messages.
    """

    found: dict[tuple[str, bool], pl.Series] = lines_by_key()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        judged = "judgement" in block.dialect.capabilities  # a bad answer may be anything
        anywhere = pl.lit(value=True)
        columns = [(block.frame, ANSWER, anywhere)] * (not judged) + [(block.frame, INPUT, anywhere)]
        # What a tool returns, and what is rejected, may be nothing; named texts are looked at as question and answer.
        spoken = ~pl.col("bare") & (pl.col("thread") == 0) & ~pl.col("role").is_in(["tool", "function"])
        for name, pointers in block.dialect.tables.items():
            if name != RECORDS:
                columns += [(block.tables[name], column, spoken if name == MESSAGES else anywhere) for column in pointers]
        seen = pl.Series(dtype=pl.UInt32)
        for frame, column, where in columns:
            short = frame.lazy().filter(pl.col(column).str.len_bytes() <= _LONGEST)
            texts = short.filter(where).select("line", word=pl.col(column).str.strip_chars())
            words = texts.filter(pl.col("word").is_in(NULLS)).collect()
            if not len(words):
                continue
            rows = words.filter(~pl.col("line").is_in(seen.implode())).unique("line", keep="first")
            seen = seen.append(rows.get_column("line"))
            for (word,), part in rows.partition_by("word", as_dict=True).items():
                lines = part.get_column("line").cast(pl.UInt64).sort()
                key = str(word), column == ANSWER
                self.found[key] = self.found[key].append(lines).sort() if key in self.found else lines


class NullText(DatasetRule):
    """A text is only `nan`, `None`, `null` or similar: a missing value that became text.

    ## Why it matters

    The export wrote a missing value as a word, and the model learns to answer with it.

    ## How to fix

    Drop such records, or fill in the missing value; `--fix --unsafe-fixes` drops them. The rule allows an answer of many
    records (100 or more, the option `minimum`).
    """

    code = "TXT004"
    level = "warning"
    metrics = (NullTexts,)
    message = "the {which} is nothing but {text!r}"
    headline = "records have a missing value that became text"
    examples = (
        good(pairs(("None of them ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("nan ->", " edible")),
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}'],
            fix="unsafe",
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
            fix="unsafe",
        ),
    )

    class Options:
        """minimum: an answer of at least as many records is intended."""

        minimum: int = option(100, least=0)

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the records with such a word, unless it is an answer that many have."""
        results = gathered.get(NullTexts).found
        totals = Counter[str]()
        for (word, is_answer), lines in results.items():
            totals[variant_key(word)] += len(lines) * is_answer
        for (word, is_answer), lines in results.items():
            if not is_answer or totals[variant_key(word)] < self.options.minimum:
                yield Violations(self.level, lines, {"text": word, "is_answer": is_answer})

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the text."""
        dialect = named(context.dialect)
        column = ANSWER if args["is_answer"] else INPUT if row[INPUT] == args["text"] else None
        texts: Mapping[str, str] = row["texts"]
        pointer = dialect.pointer(column, row) if column else None
        pointer = pointer or next((at for at, text in texts.items() if text.strip() == args["text"]), None)
        return Location(pointer, args={"which": dialect.title(pointer)}) if pointer else None

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Drop the records."""
        return Fix.drop()
