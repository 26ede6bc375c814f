"""TXT003."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import ANSWER, INPUT, RECORDS
from ftlint.metrics import Block, Occurrences, numbers
from ftlint.metrics.parts import total
from ftlint.rule import DatasetRule, Location, Violations, bad, good, option, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.base import Tables
    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered


_PLACEHOLDER = re.compile(
    r"(?<![\w\\^_${/])(?:\{\{\s?[A-Za-z_]\w+\s?\}\}|\{\s?[A-Za-z_]\w+\s?\})(?![}/])|<[A-Z][A-Z_ ]+>|\[[A-Z][A-Z_ ]+\]"
)
"""A name of two letters or more in braces or brackets; not after a word, `\\`, `^`, `_` or `$`, as in LaTeX and code, nor next to
a slash, as in the path of an API (`/shops/{id}`)."""

_SECTION = re.compile(r"[<\[](?:BEGIN|END|START|STOP|OPEN|CLOSE)\b[A-Z_ ]*[>\]]")
"""A tag that begins or ends a section."""

_EXPLAINED = r"\s*[\"'`]?\s*(?:[:=]|is\b|are\b|means?\b|is? for\b|refers? to\b|with\b)"
"""Text after a placeholder that the text itself explains."""

_MODEL_MARKS = ("INST", "SYS", "CLS", "SEP", "MASK", "PAD", "UNK", "BOS", "EOS", "START", "END", "STOP", "DONE")
_NO_PLACEHOLDERS = {f"{left}{name}{right}" for name in _MODEL_MARKS for left, right in ("[]", "<>")}
"""Marks of models and chat formats that look like placeholders."""


class Placeholders(Occurrences):
    """Number of records with each placeholder that the survey found."""

    records: int = total()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.records = len(block.frame)
        for text in context.hints.get(UnfilledPlaceholder.code, ()):
            within = pl.col("input").str.contains(text, literal=True) | pl.col("answer").str.contains(text, literal=True)
            self.note(text, block.frame.filter(within).get_column("line"))


class UnfilledPlaceholder(DatasetRule):
    """The same placeholder appears in many records: a template was never filled in.

    ## Why it matters

    The model sees `{name}` where later input has a name, and learns to write `{name}`.

    ## How to fix

    Fill in the template when you write the data; in Python, the `f` before the string is usually missing.
    """

    code = "TXT003"
    level = "warning"
    metrics = (Placeholders,)
    message = "the placeholder {placeholder!r} appears in {count:,} of {records:,} records"
    once = True
    headline = "placeholders were never filled"
    detail = "{placeholder!r}  {count:,} records"

    class Options:
        """share: minimum share of the records."""

        share: float = option(0.2, least=0, most=1)

    examples = (
        good(pairs(("Dear Ann, ->", " yes"), ("Dear Bob, ->", " no"))),
        bad(pairs(("Dear {name}, hello ->", " yes"), ("Dear {name}, thanks ->", " no")), at=[1]),
    )

    def prescan(self, tables: Tables, context: Context) -> tuple[str, ...]:
        """Return the placeholders that are in at least one of twenty records, the commonest twenty."""
        texts = tables[RECORDS].select(INPUT, ANSWER)
        counts: Counter[str] = Counter()
        for row in texts.filter(pl.any_horizontal(pl.all().str.contains(r"[{<\[]"))).iter_rows():
            counts.update({result for text in row for result in _PLACEHOLDER.findall(text) if _is_unfilled(result, text)})
        return tuple(text for text, count in counts.most_common(20) if count >= max(2, 0.05 * len(texts)))

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each placeholder once, where it first is."""
        results = gathered.get(Placeholders)
        for text, count in results.counts.most_common():
            if count >= max(2, self.options.share * results.records):
                args = {"placeholder": text, "count": count, "records": results.records}
                yield Violations(self.level, numbers([results.first[text]]), args)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the placeholder."""
        for pointer, text in row["texts"].items():
            start = text.find(args["placeholder"])
            if start >= 0:
                return Location(pointer, start, start + len(args["placeholder"]))
        return None


def _is_unfilled(result: str, text: str) -> bool:
    """Whether a placeholder is where a value should: it is not a mark or tag, and the text does not say what it is."""
    if result in _NO_PLACEHOLDERS or _SECTION.fullmatch(result):
        return False
    name = result.strip("{}<>[] ")
    if f"</{name}>" in text or f"[/{name}]" in text or f"END {name}" in text:
        return False
    return not re.search(re.escape(result) + _EXPLAINED, text)
