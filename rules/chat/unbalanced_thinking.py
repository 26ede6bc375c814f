"""CHT011."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ftlint.records.traces import MARKUP
from ftlint.rule import Location, TextRule, Violations, bad, chats, good
from ftlint.text.words import numbered

from .._most import faulty_majority

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Level

_OPENS, _CLOSES = "<think>", "</think>"


class UnbalancedThinking(TextRule):
    """A thinking block has an opening tag without a closing tag, or the reverse.

    ## Why it matters

    Templates and servers use both tags to separate thinking from the answer. If one is missing, they mistake the answer for
    thinking, or the reverse.

    ## How to fix

    Write both tags, or neither.
    """

    code = "CHT011"
    level = "warning"
    traces = frozenset({MARKUP})
    message = "the {key} has {opened} {opens} and {closed} {closes}"
    headline = "records have an opening or closing thinking tag without the other"
    examples = (
        good(chats([("user", "2 + 2?"), ("assistant", "<think>Two and two.</think>4")])),
        bad(chats([("user", "2 + 2?"), ("assistant", "Two and two.</think>4")]), at=[1]),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where the marks differ in number."""
        text = pl.col("text").str
        return text.count_matches(_OPENS, literal=True) != text.count_matches(_CLOSES, literal=True)

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report each text; once, where most records are so: templates of some models write one of the marks themselves."""
        for violations in results.values():
            records = faulty_majority(violations, gathered)
            if records:
                text = f"{records:,} of {numbered(gathered.conforming, 'record')} have one of {_OPENS} and {_CLOSES} only"
                yield Violations("info", None, message=f"{text}: a template may write the other", affects=records)
            else:
                yield violations

    def find(self, text: str, context: Context) -> Location | None:
        """Point at the first mark."""
        opened, closed = text.count(_OPENS), text.count(_CLOSES)
        if opened == closed:
            return None
        start, mark = min((text.find(mark), mark) for mark in (_OPENS, _CLOSES) if mark in text)
        args = {"opened": opened, "closed": closed, "opens": _OPENS, "closes": _CLOSES}
        return Location(None, start, start + len(mark), args)
