"""Words for people: quoted texts, and numbers with what they count."""

from __future__ import annotations

import json

as_json = json.JSONEncoder(ensure_ascii=False).encode


def quote(text: str) -> str:
    """Return a text in double quotes, with white space and control characters as JSON escapes, at most 60 characters of it."""
    return as_json(text if len(text) <= 60 else f"{text[:30]}…{text[-29:]}")


def numbered(count: int, noun: str) -> str:
    """Return a number and what it counts: `1 record`, `2,000 records`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"
