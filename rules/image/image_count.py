"""IMG004."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import FURTHER
from ftlint.rule import Location, RecordRule, bad, good

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_MARKS = {"images": "<image>", "videos": "<video>", "audios": "<audio>"}
"""The placeholder in a text for each item of a list."""

_TALK = (
    '{{"conversations": [{{"from": "human", "value": "{}What is it?"}}, {{"from": "gpt", "value": "A dot."}}], '
    '"images": ["a.png"]}}'
)


class ImageCount(RecordRule):
    """The texts have more or fewer placeholders than the record has images, videos or sounds.

    ## Why it matters

    Trainers insert each image at its placeholder. If the numbers differ, they stop in the middle of a run.

    ## How to fix

    Write as many placeholders (`<image>`, `<video>`, `<audio>`) as there are files.
    """

    code = "IMG004"
    level = "error"
    message = "{marks:,} {mark} in the texts, and {count:,} {key}"
    headline = "records have different numbers of placeholders and images"
    detail = "{marks:,} {mark}, {count:,} {key}"
    examples = (good([_TALK.format("<image>")]), bad([_TALK.format("")], at=[1]))

    def violates(self, context: Context) -> pl.Expr:
        """Return the records with one of the lists."""
        return pl.col(FURTHER).str.contains('"(?:images|videos|audios)":')

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether the numbers differ."""
        return _wrong(row, context) is not None

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Say both numbers."""
        result = _wrong(row, context)
        return Location(f"/{result['key']}", args=result) if result else Location()


def _wrong(row: Mapping[str, Any], context: Context) -> dict[str, Any] | None:
    """Return what differs in number; None where all marks have their file."""
    for key, mark in _MARKS.items():
        given = row["value"].get(key)
        files = given if type(given) is list else [given] if type(given) is str else None
        if files is None:
            continue
        marks = sum(text.count(mark) for text in row["texts"].values()) + _parts(row, key.removesuffix("s"))
        if marks != len(files) and (marks or not context.target.places_images):
            return {"marks": marks, "mark": mark, "count": len(files), "key": key}
    return None


def _parts(row: Mapping[str, Any], kind: str) -> int:
    """Return how many parts of messages stand for a file of a kind, as TRL has them."""
    contents = (turn.content for turn in row["talk"] if type(turn.content) is list)
    return sum(part.get("type") == kind for content in contents for part in content if type(part) is dict)
