"""What the rules about conversations share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.dialects.chat import MESSAGES
from ftlint.rule import Hits, Place, RecordRule
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Level


MOST = 3
"""Conversations with the same fault from which on these can be most of a file, and another kind of data."""


class ChatRule(RecordRule):
    """A rule about conversations. most: what is said, once and without repair, where most conversations break it."""

    dialects: ClassVar[tuple[str, ...] | None] = ("chat",)
    most: ClassVar[str] = ""

    def report(self, found: Mapping[Level, Hits], gathered: Gathered) -> Iterator[Hits]:
        """Report each fault; one that most conversations have, once: the data is of another kind."""
        for hits in found.values():
            lines = hits.rows.unique().sort()
            if self.most and len(lines) >= MOST and 2 * len(lines) > gathered.conforming:
                args = {"count": len(lines), "whole": numbered(gathered.conforming, "conversation")}
                yield Hits(hits.level, lines[:1], args, affects=len(lines), applicability=None, message=self.most)
            else:
                yield hits

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point at the messages, where it is said once of most."""
        return Place("/messages")


class MessageRule(ChatRule):
    """A rule about each message of a conversation."""

    table: ClassVar[str] = MESSAGES


def message(row: Mapping[str, Any], part: str = "", *, fixable: bool = True, **args: Any) -> Place:
    """Return the place of a message, or of a part of it.

    fixable: whether this one can be repaired, where the rule's faults can. args: further arguments of the rule's sentence.
    """
    pointer = f"/messages/{row['place']}" + (f"/{part}" if part else "")
    return Place(pointer, args={"number": row["place"] + 1, **args}, fix="rule" if fixable else None)


def last_message(row: Mapping[str, Any], *, fixable: bool = True, **args: Any) -> Place:
    """Return the place of the last message of a conversation."""
    return message({"place": row["messages"] - 1}, fixable=fixable, role=row["last_role"], **args)


def wants_assistant(context: Context) -> bool:
    """Whether conversations for the target end with the assistant."""
    return context.target.last_role == "assistant"
