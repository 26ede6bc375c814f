"""IMG002."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import FURTHER, RECORDS
from ftlint.rule import Location, bad, good

from ._parts import ImageRule, images_of, turns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_OWN = {"target": "mine", "targets": {"mine": {"dialects": ["chat"], "images": 1}}}
_IMAGE = '{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}'
_TALK = '{{"messages": [{{"role": "user", "content": [{}]}}, {{"role": "assistant", "content": "A dot."}}]}}'


class TooManyImages(ImageRule):
    """A record has more images than the target accepts.

    ## Why it matters

    The service skips the record, or refuses the file.

    ## How to fix

    Split the record into several.
    """

    code = "IMG002"
    level = "error"
    table = RECORDS
    message = "{count:,} images; {target} accepts at most {most:,} a record"
    headline = "conversations have too many images"
    examples = (good([_TALK.format(_IMAGE)], options=_OWN), bad([_TALK.format(f"{_IMAGE}, {_IMAGE}")], at=[1], options=_OWN))

    def applies(self, context: Context) -> bool:
        """Be silent where no bound is known."""
        return super().applies(context) and bool(context.target.images)

    def violates(self, context: Context) -> pl.Expr:
        """Return the records with an image."""
        return pl.col(FURTHER).str.contains('"image_url"', literal=True)

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether there are too many."""
        return _count(row) > context.target.images

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Say how many there are."""
        args = {"count": _count(row), "target": context.target.name, "most": context.target.images}
        return Location(None, args=args)


def _count(row: Mapping[str, Any]) -> int:
    return sum(len(images_of(turn)) for turn in turns_of(row))
