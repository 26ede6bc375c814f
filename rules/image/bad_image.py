"""IMG001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.turns import number_of
from ftlint.rule import Location, bad, good

from ._parts import Image, ImageRule, fault_of, images_of, turns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_TALK = (
    '{{"messages": [{{"role": "user", "content": [{{"type": "text", "text": "What is it?"}}, {{"type": "image_url", '
    '"image_url": {{"url": "{}"}}}}]}}, {{"role": "assistant", "content": "A dot."}}]}}'
)


class BadImage(ImageRule):
    """An image is not a URL, and not base64 of a type that the target accepts.

    ## Why it matters

    The service refuses the file, or skips the record.

    ## How to fix

    Write `https://…` or `data:image/png;base64,…`. Local paths and bare base64 are not accepted.
    """

    code = "IMG001"
    level = "error"
    message = "an image of message {number} {problem}"
    headline = "conversations have an image that cannot be read"
    examples = (good([_TALK.format("https://example.org/a.png")]), bad([_TALK.format("/home/me/a.png")], at=[1]))

    def violates(self, context: Context) -> Mapping[Level, pl.Expr]:
        """Return the messages with parts that are not text."""
        return {"error": pl.col("media"), "warning": pl.col("media")}

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether an image is wrong."""
        result = _wrong(row, context)
        return result is not None and result[2] == (level == "error")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the image."""
        result = _wrong(row, context)
        if result is None:
            return Location(row["pointer"])
        image, problem, _ = result
        number = number_of(row)
        return Location(image.at, args={"number": number, "problem": problem})


def _wrong(row: Mapping[str, Any], context: Context) -> tuple[Image, str, bool] | None:
    """Return an image of a message that is wrong, why, and whether it is an error; errors first."""
    turn = turns_of(row)[row["position"]]
    results = [(image, *fault_of(image, context.target.image_types)) for image in images_of(turn)]
    wrong = [(image, problem, is_error) for image, problem, is_error in results if problem]
    return min(wrong, key=lambda one: not one[2], default=None)
