"""Inputs as a model will be asked in use: prompts without answers, in any form in which people keep them."""

from __future__ import annotations

from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Any

import orjson

from ftlint.dialects.keys import SYNONYMS
from ftlint.errors import InputError
from ftlint.sources import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 5_000
"""Inputs that are looked at; of more, some drawn at random."""

_KEYS = ("prompt", *SYNONYMS["prompt"], "content")


def inputs_of(path: str) -> list[str]:
    """Return the inputs of a file: JSON Lines (texts, prompts, conversations) or text with one a line.

    Raises:
        InputError: For a file that cannot be read, or without any.
    """
    with closing(open_source(path)) as source:
        results = [text for part in _lines(source.parts()) if (text := _input(part)).strip()]
    if not results:
        raise InputError(f"{path} holds no inputs: a text a line is wanted, or JSON with a prompt")
    return drawn(results)


def drawn(texts: Sequence[str]) -> list[str]:
    """Return texts in their order, drawn at random (the same each time) where they are more than are looked at."""
    if len(texts) <= MOST:
        return list(texts)
    return [texts[index] for index in sorted(Random(0).sample(range(len(texts)), MOST))]  # noqa: S311 - the same each time


def _lines(parts: Any) -> list[bytes]:
    return [line for line in b"".join(parts).removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]


def _input(line: bytes) -> str:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line.decode("utf-8", "replace")
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("messages"), list):
        said = [one.get("content") for one in value["messages"] if isinstance(one, dict) and one.get("role") == "user"]
        return "\n".join(text for text in said if isinstance(text, str))
    return next((value[key] for key in _KEYS if isinstance(value.get(key), str)), "")
