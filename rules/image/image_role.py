"""IMG003."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.turns import number_of
from ftlint.rule import Location, bad, good

from ._parts import ImageRule, images_of, turns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_IMAGE = '[{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]'
_TALK = '{{"messages": [{{"role": "user", "content": {}}}, {{"role": "assistant", "content": {}}}]}}'


class ImageRole(ImageRule):
    """An image is in a message of a role for which the target accepts no images.

    ## Why it matters

    The service refuses the file: OpenAI's models read images in user messages only, and write none.

    ## How to fix

    Move the image to a user message.
    """

    code = "IMG003"
    level = "error"
    message = "message {number}, the {role}'s, has an image; {target} accepts them from the {roles} only"
    headline = "conversations have an image in a message of another role"
    examples = (good([_TALK.format(_IMAGE, '"A dot."')]), bad([_TALK.format('"Draw."', _IMAGE)], at=[1]))

    def applies(self, context: Context) -> bool:
        """Be silent where it is not known whose images are taken."""
        return super().applies(context) and bool(context.target.image_roles)

    def violates(self, context: Context) -> pl.Expr:
        """Return the messages of other roles with parts that are not text."""
        return pl.col("media") & ~pl.col("role").is_in(context.target.image_roles)

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether one of the parts is an image."""
        return bool(images_of(turns_of(row)[row["position"]]))

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the image."""
        image = images_of(turns_of(row)[row["position"]])[0]
        number = number_of(row)
        target = context.target
        args = {"number": number, "role": row["role"], "target": target.name, "roles": " and the ".join(target.image_roles)}
        return Location(image.at, args=args)
