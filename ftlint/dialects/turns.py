"""Turns: what a record says, wherever it is in it; and the forms of records, which say where that is."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ftlint.dialects.kinds import BOOLEAN, LIST, NUMBER, OBJECT, PAIRS, TEXT, TEXTS
from ftlint.text.marks import SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ftlint.dialects.call import Call

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
"""Roles of OpenAI's chat format (openai-python 3.54.0, types/chat), by which rules know the roles of every dialect."""

REJECTED = "rejected"
"""The kind of texts that are not to be learned, of two answers to one question."""

NOTHING: dict[str, Any] = {}


class Field(NamedTuple):
    """Where in a record something is said.

    Attributes:
        path: The keys that lead there, with `/` between them.
        kinds: Of values that may be there, see `ftlint.dialects.kinds`.
        role: Of what is there and has none of its own.
        thread: 0, or 1 for the answer that is not to be learned.
        needed: Whether a record must have it.
    """

    path: str
    kinds: tuple[str, ...]
    role: str = ""
    thread: int = 0
    needed: bool = True

    @property
    def json_kinds(self) -> frozenset[str]:
        """The kinds without what lists are of."""
        return _json_kinds(self.kinds)

    @property
    def of_messages(self) -> bool:
        """Whether a list there is of messages."""
        return LIST in self.json_kinds and PAIRS not in self.kinds and TEXTS not in self.kinds


@cache
def _json_kinds(kinds: tuple[str, ...]) -> frozenset[str]:
    return frozenset(kind.partition(":")[0] for kind in kinds)


class Form:
    """A shape of a record.

    Attributes:
        fields: What is said where, in order.
        needed: The keys that a record has, with the kinds of their values, `also` among them.
        keys: All that it may have, `optional` among them.
    """

    def __init__(
        self, fields: Sequence[Field], also: Mapping[str, tuple[str, ...]] | None = None, optional: Sequence[str] = ()
    ) -> None:
        self.fields, self.also = tuple(fields), dict(also or {})
        said = {field.path.partition("/")[0]: field for field in fields}
        needed = {key: (OBJECT,) if "/" in field.path else field.kinds for key, field in said.items() if field.needed}
        self.needed: dict[str, tuple[str, ...]] = {**needed, **self.also}
        self.keys = frozenset((*said, *self.also, *optional))


class Turn(NamedTuple):
    """What is said once.

    Attributes:
        role: As rules know it.
        named: As it is written.
        content: A text, parts, or None.
        message: The object that it is in; an empty one where a text stands for itself.
        at: Its JSON Pointer.
        field: Where it was found.
        calls: Of tools.
        answers: Ids of the calls that it answers, each with its JSON Pointer.
        plain: Whether it is a text with a role, and nothing else.
    """

    role: str
    named: str
    content: Any
    message: Mapping[str, Any]
    at: str
    field: Field
    calls: Sequence[Call] = ()
    answers: Sequence[tuple[str | None, str]] = ()
    plain: bool = False

    @property
    def bare(self) -> bool:
        """Whether it is a text that stands for itself, and no message."""
        return self.message is NOTHING


class Talk:
    """What a record says.

    Attributes:
        value: The record.
        parts: What is at each field, a text or a list of messages, where every turn is plain; None where one is not.
    """

    def __init__(
        self,
        value: Mapping[str, Any],
        parts: Sequence[tuple[Field, Any]] | None,
        turns: Callable[[Mapping[str, Any]], list[Turn]],
    ) -> None:
        self.value, self.parts, self._make = value, parts, turns

    @cached_property
    def turns(self) -> list[Turn]:
        """Turn by turn, that of a rejected answer last."""
        return self._make(self.value)


def last_answer(roles: Sequence[str]) -> int | None:
    """Return the place of the assistant's last message."""
    return len(roles) - 1 - roles[::-1].index("assistant") if "assistant" in roles else None


def text_of(content: Any) -> str:
    """Return the text of a content; parts that are none have none."""
    if type(content) is list:
        return "".join(part["text"] for part in content if type(part.get("text")) is str)
    return content if type(content) is str else ""


def says_nothing(content: Any) -> bool:
    """Whether a content has no text, and no part that is something else."""
    if type(content) is not list:
        return type(content) is not str or not content.strip(SPACE)
    if text_of(content).strip(SPACE):
        return False
    return all(part.get("type", "text" if "text" in part else "") == "text" for part in content)


def acts(message: Mapping[str, Any]) -> bool:
    """Whether a message calls a tool, refuses, thinks or sounds."""
    says = ("tool_calls", "function_call", "refusal", "audio")
    return any(message.get(key) for key in says)


def is_empty(turn: Turn) -> bool:
    """Whether a turn has no text, no sound, calls no tool, and refuses nothing."""
    return not turn.calls and says_nothing(turn.content) and not acts(turn.message)


def is_misweighed(weight: Any) -> bool:
    """Whether a message has a weight that is neither 0 nor 1."""
    # A column of a table in which one value is missing has 1.0 for 1.
    return weight is not None and (type(weight) not in {int, float} or weight not in {0, 1})


def unlearned(talk: Sequence[Turn]) -> list[int]:
    """Return the place of the last answer of a conversation from which nothing is learned, as a list; none for others."""
    answers = [index for index, turn in enumerate(talk) if turn.role == "assistant"]
    return answers[-1:] if all(talk[index].message.get("weight") == 0 for index in answers) else []


_WANTED = {TEXT: "a string", LIST: "an array", OBJECT: "an object", NUMBER: "a number", BOOLEAN: "a boolean"}


def wanted(field: Field) -> str:
    """Return what may be somewhere, in words."""
    kinds = (kind.partition(":")[0] for kind in field.kinds)
    return " or ".join(dict.fromkeys(_WANTED[kind] for kind in kinds if kind in _WANTED))


_WEIGHING = ("weight", "loss", "loss_scale", "train", "training", "masked")
WEIGHING = frozenset(_WEIGHING)
"""Keys of a message that say whether it is learned: OpenAI's, ms-swift's, axolotl's and torchtune's."""


def weighing_key(message: Mapping[str, Any]) -> str | None:
    """Return the key by which less than all of a message is learned; None where it has none."""
    return next((key for key in _WEIGHING if message.get(key) is not None and (message[key] != 1) != (key == "masked")), None)


def name_of(turn: Turn) -> str | None:
    """Return the speaker's name."""
    name = turn.message.get("name")
    return name if type(name) is str else None


def has_media(content: Any) -> bool:
    """Whether a content has a part that is not text."""
    return type(content) is list and any("text" not in part for part in content if type(part) is dict)


def number_of(row: Mapping[str, Any]) -> int:
    """Return the number of the message that a row of the table `messages` is of, from 1, in the list that it is in."""
    steps = reversed(row["pointer"].split("/"))
    return next((int(step) + 1 for step in steps if step.isdecimal()), int(row["position"]) + 1)
