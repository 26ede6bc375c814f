"""TXT005."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from ftlint.fixes import Retext
from ftlint.metrics import HtmlEntities
from ftlint.rule import DatasetRule, Hits, Place, bad, good, numbers, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered


class HtmlEntity(DatasetRule):
    """HTML entities or tags are left in the text.

    ## Why it matters

    Text from web pages keeps `&amp;` and `<br>` when it was not parsed. They cost tokens, and later input may not have them.

    ## How to fix

    Unescape the text when it is extracted. `--fix --unsafe-fixes --fixable html-entity` does for entities.
    """

    code = "TXT005"
    level = "info"
    metrics = (HtmlEntities,)
    fixable = "request"
    message = "HTML is left in {count:,} {noun}: {commonest}"
    examples = (
        good(pairs(("salt & pepper ->", " edible"))),
        bad(
            pairs(("salt &amp; pepper ->", " edible"), ("tea ->", " edible")),
            at=[1],
            fixed=['{"prompt": "salt & pepper ->", "completion": " edible"}', '{"prompt": "tea ->", "completion": " edible"}'],
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report the number of records and the commonest entities once."""
        found = gathered.get(HtmlEntities)
        if found.records:
            top = sorted(found.counts.items(), key=lambda item: (-item[1], item[0]))[:3]
            noun = "record" if found.records == 1 else "records"
            shown = ", ".join(f"{text} ({count:,})" for text, count in top)
            first = min(found.first.values())
            yield Hits(self.level, numbers([first]), {"count": found.records, "noun": noun, "commonest": shown, "top": top[0][0]})

    def locate(self, row: Mapping[str, str], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point nowhere in particular."""
        return None

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Unescape entities."""
        return Retext(html.unescape, scope="role")
