"""What the rules about conversations share."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import orjson
import polars as pl

from ftlint.rule import Place, RecordRule
from ftlint.rule.fixes import without_items

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ftlint.dialects.context import Context


class ChatRule(RecordRule):
    """A rule about conversations."""

    dialects: ClassVar[tuple[str, ...] | None] = ("chat",)


def roles_of(row: Mapping[str, Any]) -> list[str]:
    """Return the roles of a conversation's messages."""
    return list(row["roles"])


def any_role(condition: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """Return an expression that is true where the role of some message fulfils a condition."""
    return pl.col("roles").list.eval(condition(pl.element())).list.any()


def message(place: int, part: str = "", *, fixable: bool = True, **args: object) -> Place:
    """Return the place of a message, or of a part of it.

    fixable: whether this one can be repaired, where the rule's faults can. args: further arguments of the rule's sentence.
    """
    pointer = f"/messages/{place}" + (f"/{part}" if part else "")
    return Place(pointer, args={"number": place + 1, **args}, fix="rule" if fixable else None)


def without_messages(line: bytes, places: Callable[[list[dict[str, Any]]], set[int]]) -> list[bytes] | None:
    """Return a line without some messages. places: which ones, given all."""
    gone = places(orjson.loads(line)["messages"])
    return [without_items(line.decode(), "/messages", gone).encode()] if gone else None


def wants_assistant(context: Context) -> bool:
    """Whether conversations for the target end with the assistant."""
    return context.target.last_role == "assistant"
