"""Shared code of the rules about images: the images of a message."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ftlint.dialects.turn_tables import MESSAGES
from ftlint.rule import RecordRule

if TYPE_CHECKING:
    from ftlint.dialects.turns import Turn
    from ftlint.rule.fixes import Row

_HEADS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8", "bmp": b"BM", "tiff": b"II*\x00"}
"""The first bytes of images, by type."""

_DATA = re.compile(r"data:image/(?P<type>[\w.+-]+);base64,(?P<data>.*)", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_LOOKED_AT = 64
"""Number of base64 characters that are decoded; the first bytes show the type of an image."""


class Image(NamedTuple):
    """An image of a message. url: its URL or data. at: the JSON Pointer of the URL."""

    url: Any
    at: str


class ImageRule(RecordRule):
    """A rule about messages with parts that are not text."""

    requires: ClassVar[tuple[str, ...]] = ("messages",)
    table: ClassVar[str] = MESSAGES


def turns_of(row: Row) -> list[Turn]:
    """Return the turns of the record that a row is of."""
    turns: list[Turn] = row["talk"]
    return turns


def images_of(turn: Turn) -> list[Image]:
    """Return the images of a message that are given by an address, or by their bytes."""
    results = []
    for index, part in enumerate(turn.content if type(turn.content) is list else ()):
        if type(part) is dict and part.get("type") == "image_url":
            given = part.get("image_url")
            at = f"{turn.at}/content/{index}/image_url"
            results.append(Image(given.get("url"), f"{at}/url") if type(given) is dict else Image(given, at))
    return results


def fault_of(image: Image, types: tuple[str, ...]) -> tuple[str, bool]:
    """Return what is wrong with an image, and whether that is an error; an empty text where nothing is.

    Args:
        types: That the target accepts; none where that is not known. Images are not decoded: their first bytes tell their type.
    """
    if type(image.url) is not str:
        return "is not text", True
    if image.url.startswith(("http://", "https://")):
        return "", False
    match = _DATA.fullmatch(image.url)
    return (
        _fault_of_data(match["type"].lower(), match["data"], types)
        if match
        else ("is neither an address nor data:image/…;base64", True)
    )


def _fault_of_data(said: str, data: str, types: tuple[str, ...]) -> tuple[str, bool]:
    """Return the same of an image of a type that is given by its bytes."""
    head = _decoded(data)
    if head is None:
        return "is not base64", True
    real = _type_of(head)
    if real and types and real not in types:
        return f"has the type {real}; only {', '.join(types)} are accepted", True
    if not real and types and said not in {*types, "jpg"}:
        return f"has the type {said}; only {', '.join(types)} are accepted", True
    if said == "jpg":
        return "has the type image/jpg, which is written image/jpeg", False
    return (f"is declared as {said}, but is {real}", False) if real and real != said else ("", False)


def _decoded(data: str) -> bytes | None:
    """Return the first bytes of a base64 text; None for what is none."""
    if not _BASE64.fullmatch(data) or len(data) % 4:
        return None
    try:
        return base64.b64decode(data[:_LOOKED_AT], validate=True)
    except (ValueError, binascii.Error):
        return None


def _type_of(head: bytes) -> str:
    """Return the type of an image by its first bytes; an empty text where they are of none that is known."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((kind for kind, sign in _HEADS.items() if head.startswith(sign)), "")
