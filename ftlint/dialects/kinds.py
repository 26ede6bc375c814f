"""What values of a record are, as far as it tells dialects apart: types, and for lists what their first item is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT, NUMBER, BOOLEAN, NULL, OBJECT, LIST = "text", "number", "boolean", "null", "object", "list"
"""Kinds of values."""

MESSAGES, SPOKEN, UNTYPED, PARTS, TEXTS, PAIRS = (
    "list:role",
    "list:from",
    "list:untyped",
    "list:parts",
    "list:text",
    "list:pairs",
)
"""Kinds of lists: of messages with a role, of turns with `from`, of messages whose parts have no type, of turns with `parts`, of
texts, of pairs of texts. A list that is empty is of any kind."""

JUDGEMENT = "judgement"
"""A judgement that was written as a number or a text."""

JSON_KINDS = {str: TEXT, int: NUMBER, float: NUMBER, bool: BOOLEAN, type(None): NULL, dict: OBJECT, list: LIST}
"""Kinds by type, where it does not matter what lists are of."""

_JUDGEMENTS = ("label", "kto_tag")
_BOOLEANS = (0, 1, "true", "false", "True", "False")

Signature = tuple[tuple[str, str], ...]
"""The keys of an object, and the kinds of their values."""


def signature_of(value: Mapping[str, Any]) -> Signature:
    """Return the keys of an object with the kinds of their values."""
    return tuple((key, kind_of(key, inner)) for key, inner in value.items())


def kind_of(key: str, value: Any) -> str:
    """Return the kind of a value."""
    if key in _JUDGEMENTS and type(value) in {int, str} and value in _BOOLEANS:
        return JUDGEMENT
    if type(value) is list and value:
        return _kind_of_list(value[0])
    return JSON_KINDS.get(type(value), OBJECT)


def _kind_of_list(first: Any) -> str:
    if type(first) is str:
        return TEXTS
    if type(first) is not dict:
        return LIST
    if "from" in first:
        return SPOKEN
    if "parts" in first:
        return PARTS
    content = first.get("content")
    if type(content) is list and content and type(content[0]) is dict and "type" not in content[0]:
        return UNTYPED
    return MESSAGES if "role" in first else LIST


def fits(kind: str, allowed: tuple[str, ...]) -> bool:
    """Whether a value of a kind is one of those that are allowed; `list` allows every list."""
    return kind in allowed or (kind.startswith(LIST) and LIST in allowed) or (kind == LIST and any(map(_is_list, allowed)))


def _is_list(kind: str) -> bool:
    return kind.startswith(LIST)
