"""What a trainer hands to the chat template: the messages of a record, whatever its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ftlint.dialects.base import ANSWER, INPUT, value_at
from ftlint.dialects.call import parsed
from ftlint.dialects.conversation import ConversationDialect
from ftlint.dialects.turns import NOTHING, Field, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.dialects.base import Dialect
    from ftlint.targets import Target

_ASKED = Field("", (), "user")
_ANSWERED = Field("", (), "assistant")


class Talk(NamedTuple):
    """What is said in a record, as a trainer takes it.

    Attributes:
        turns: Of each message the turn of the record that it is made of.
        messages: As the template gets them.
        tools: A list of them, or None.
        tools_at: Where in the record they are.
        texts: Whether these are texts that are joined, and no messages.
        answer: The first message of the completion; their number where there is none.

    """

    turns: Sequence[Turn]
    messages: Sequence[Mapping[str, Any]]
    tools: Any
    tools_at: str
    texts: bool
    answer: int

    def with_message(self, index: int, message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the messages with another one in a place."""
        return [*self.messages[:index], message, *self.messages[index + 1 :]]


def talk_of(row: Mapping[str, Any], dialect: Dialect, target: Target) -> Talk:
    """Return what a record says. Of a pair of answers it is the chosen one.

    Args:
        row: Of the table `records`, with `value`.
        dialect: Its own.
        target: Its trainer.

    """
    if isinstance(dialect, ConversationDialect):
        turns = [turn for turn in dialect.turns(row["value"]) if not turn.field.thread]
        given = dialect.tools_of(row["value"])
        tools = parsed(given) if type(given) is str else given
        tools_at = dialect.tools_at(row["value"])
    else:
        turns, tools, tools_at = _of_texts(row, dialect), None, ""
    texts = all(turn.bare for turn in turns) and (bool(turns) or not isinstance(dialect, ConversationDialect))
    messages = [_message(turn, dialect, target) for turn in turns]
    joined = texts and (not target.pairs_as_messages or all(turn.role == "text" for turn in turns))
    return Talk(turns, messages, tools if type(tools) is list else None, tools_at, joined, _answer(turns))


def _of_texts(row: Mapping[str, Any], dialect: Dialect) -> list[Turn]:
    """Return prompt and completion as turns."""
    places = ((INPUT, "user", _ASKED), (ANSWER, "assistant", _ANSWERED))
    pointers = [(dialect.pointer(column, row), role, field) for column, role, field in places]
    return [
        Turn(role, "", value_at(row["value"], pointer), NOTHING, pointer, field) for pointer, role, field in pointers if pointer
    ]


def _message(turn: Turn, dialect: Dialect, target: Target) -> Mapping[str, Any]:
    """Return a turn as a message with a role and a content."""
    if turn.bare or not isinstance(dialect, ConversationDialect):
        return {"role": turn.role, "content": turn.content}
    role = turn.named if target.roles_as_written and turn.named else turn.role
    more = {key: one for key, one in turn.message.items() if key not in {dialect.role, dialect.content}}
    content = {"content": turn.content} if dialect.content in turn.message else {}
    return _with_objects({"role": role, **content, **more}) if target.parses_arguments else {"role": role, **content, **more}


def _with_objects(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message whose calls have their arguments as objects."""
    calls = message.get("tool_calls")
    if type(calls) is not list:
        return message
    made = []
    for call in calls:
        inner = call.get("function") if type(call) is dict else None
        given = inner.get("arguments") if type(inner) is dict else None
        value = parsed(given) if type(given) is str else None
        made.append({**call, "function": {**inner, "arguments": value}} if type(value) is dict and type(inner) is dict else call)
    return {**message, "tool_calls": made}


def _answer(turns: Sequence[Turn]) -> int:
    """Return where the completion begins: with the last field of several, else with the last answer."""
    fields = list(dict.fromkeys(turn.field.path for turn in turns if turn.role != "system"))
    if len(fields) > 1 and turns[-1].field.path == fields[-1]:
        return next(index for index, turn in enumerate(turns) if turn.field.path == fields[-1])
    return next((index for index in range(len(turns) - 1, -1, -1) if turns[index].role == "assistant"), len(turns))
