"""What the rules about conversations share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from ftlint.dialects.chat import MESSAGES
from ftlint.records.edits import without_items
from ftlint.rule import Place, RecordRule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit


class ChatRule(RecordRule):
    """A rule about conversations."""

    dialects: ClassVar[tuple[str, ...] | None] = ("chat",)


class MessageRule(ChatRule):
    """A rule about each message of a conversation."""

    table: ClassVar[str] = MESSAGES


def message(row: Mapping[str, Any], part: str = "", *, fixable: bool = True, **args: Any) -> Place:
    """Return the place of a message, or of a part of it.

    fixable: whether this one can be repaired, where the rule's faults can. args: further arguments of the rule's sentence.
    """
    pointer = f"/messages/{row['place']}" + (f"/{part}" if part else "")
    return Place(pointer, args={"number": row["place"] + 1, **args}, fix="rule" if fixable else None)


def last_message(row: Mapping[str, Any], **args: Any) -> Place:
    """Return the place of the last message of a conversation."""
    return message({"place": row["messages"] - 1}, role=row["last_role"], **args)


def without_messages(line: str, places: Callable[[list[dict[str, Any]]], set[int]]) -> list[Edit]:
    """Return the edits that take messages away. places: which ones, given all."""
    return without_items(line, "/messages", places(orjson.loads(line)["messages"]))


def wants_assistant(context: Context) -> bool:
    """Whether conversations for the target end with the assistant."""
    return context.target.last_role == "assistant"
