"""TXT005."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.metrics import Block, Occurrences, numbers
from ftlint.metrics.parts import total
from ftlint.records.traces import MARKUP
from ftlint.rule import DatasetRule, Location, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix, each_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import FixContext


HTML = (
    r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});|<(?:br|p|/p|div|/div|span|/span|b|/b|i|/i|li|/li)\s?/?>"
)
"""HTML entities, and the usual tags of scraped text; other tags may be the subject of the text."""


class HtmlEntities(Occurrences):
    """Number of records with HTML entities or tags, by entity; `any` is the number of records."""

    records: int = total()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        if MARKUP not in block.decoded.traces:
            return
        marked = pl.any_horizontal(pl.col("input", "answer").str.contains(HTML))
        rows = block.frame.select("line", "input", "answer").filter(marked)
        self.records = len(rows)
        if self.records:
            result = pl.concat_list(pl.col("input").str.extract_all(HTML), pl.col("answer").str.extract_all(HTML)).list.unique()
            exploded = rows.select("line", result.alias("text")).explode("text")
            known = [text for text in exploded.get_column("text").unique() if _is_html(text)]
            exploded = exploded.filter(pl.col("text").is_in(known))
            self.records = exploded.get_column("line").n_unique()
            for text, count, first in exploded.group_by("text").agg(pl.len(), pl.col("line").min()).iter_rows():
                self.counts[text], self.first[text] = count, first


class HtmlEntity(DatasetRule):
    """Texts contain HTML entities or tags.

    ## Why it matters

    Text from web pages that was not parsed contains `&amp;` and `<br>`. They cost tokens, and later input may not have them.

    ## How to fix

    Unescape the text when you extract it. `--fix --unsafe-fixes --fixable html-entity` does this for entities.
    """

    code = "TXT005"
    level = "info"
    metrics = (HtmlEntities,)
    message = "HTML is left in {count:,} {noun}: {commonest}"
    examples = (
        good(pairs(("salt & pepper ->", " edible"))),
        bad(
            pairs(("salt &amp; pepper ->", " edible"), ("tea ->", " edible")),
            at=[1],
            fixed=['{"prompt": "salt & pepper ->", "completion": " edible"}', '{"prompt": "tea ->", "completion": " edible"}'],
            fix="request",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the number of records and the commonest entities once."""
        result = gathered.get(HtmlEntities)
        if result.records:
            top = sorted(result.counts.items(), key=lambda item: (-item[1], item[0]))[:3]
            noun = "record" if result.records == 1 else "records"
            shown = ", ".join(f"{text} ({count:,})" for text, count in top)
            first = min(result.first.values())
            yield Violations(
                self.level, numbers([first]), {"count": result.records, "noun": noun, "commonest": shown, "top": top[0][0]}
            )

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point nowhere in particular."""
        return None

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Unescape entities, once: what is there afterwards may be what was meant."""
        return Fix.rewrite(each_text(_unescaped), scope="role", once=True)


def _is_html(text: str) -> bool:
    """Whether a text is a tag, or an entity that exists."""
    from html.entities import html5  # noqa: PLC0415 - takes 3 ms, and few files have what may be one

    return text.startswith(("<", "&#")) or text[1:] in html5


def _unescaped(text: str) -> str:
    from html import unescape  # noqa: PLC0415 - likewise

    return re.sub(HTML, lambda result: unescape(result.group()) if _is_html(result.group()) else result.group(), text)
