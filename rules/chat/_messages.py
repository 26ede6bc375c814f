"""Shared code of the rules about conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.dialects import named
from ftlint.dialects.conversation import conversation_of
from ftlint.dialects.turn_tables import MESSAGES
from ftlint.dialects.turns import number_of
from ftlint.rule import Location, RecordRule, Violations
from ftlint.text.words import numbered

from .._most import faulty_majority

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Level


class ChatRule(RecordRule):
    """A rule about conversations. most: the message, reported once and without repair, if most conversations break it."""

    requires: ClassVar[tuple[str, ...]] = ("messages",)
    most: ClassVar[str] = ""

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report each fault; one that most conversations have, once: the data is of another kind."""
        for violations in results.values():
            count = faulty_majority(violations, gathered) if self.most else 0
            if count:
                lines = violations.line_numbers
                args = {"count": count, "whole": numbered(gathered.conforming, "conversation")}
                yield Violations(violations.level, lines[:1], args, affects=count, applicability=None, message=self.most)
            else:
                yield violations

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the messages, where it is said once of most."""
        return Location(conversation_of(context).home_of(row["value"]))


class MessageRule(ChatRule):
    """A rule about each message of a conversation."""

    table: ClassVar[str] = MESSAGES


def message(row: Mapping[str, Any], context: Context, part: str = "", *, fixable: bool = True, **args: Any) -> Location:
    """Return the place of a message, or of a part of it (`role`, `content` or another key).

    Args:
        fixable: Whether this one can be repaired, where the rule's faults can.
        args: Further arguments of the rule's sentence.
    """
    pointer = conversation_of(context).member(row["pointer"], part) if part and not row["bare"] else row["pointer"]
    number = number_of(row)
    return Location(pointer, args={"number": number, **args}, fix="rule" if fixable else None)


def last_message(row: Mapping[str, Any], context: Context, *, fixable: bool = True, **args: Any) -> Location:
    """Return the place of the last message of a conversation."""
    at = conversation_of(context).turn_at(row, row["messages"] - 1)
    return Location(at, args={"role": row["last_role"], **args}, fix="rule" if fixable else None)


def wants_assistant(context: Context) -> bool:
    """Whether conversations for the target end with the assistant; prompts for a grader do not, whatever the target."""
    return context.target.last_role == "assistant" and not named(context.dialect).graded
