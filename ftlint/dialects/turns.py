"""Turns: what a record says, wherever it stands in it; and the forms of records, which say where that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ftlint.dialects.kinds import LIST, OBJECT, TEXT
from ftlint.text.marks import SPACE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
"""Roles of OpenAI's chat format (openai-python 3.54.0, types/chat), by which rules know the roles of every dialect."""

REJECTED = "rejected"
"""The kind of texts that are not to be learned, of two answers to one question."""

NOTHING: dict[str, Any] = {}


class Field(NamedTuple):
    """Where in a record something is said.

    path: the keys that lead there, with `/` between them. kinds: of values that may stand there, see `ftlint.dialects.kinds`.
    role: of what stands there and has none of its own. thread: 0, or 1 for the answer that is not to be learned. needed: whether
    a record must have it.
    """

    path: str
    kinds: tuple[str, ...]
    role: str = ""
    thread: int = 0
    needed: bool = True


class Form(NamedTuple):
    """A shape of a record: what is said where, in order; further keys that it needs, with their kinds; and may have."""

    fields: tuple[Field, ...]
    also: Mapping[str, tuple[str, ...]] = {}
    optional: tuple[str, ...] = ()

    @property
    def needed(self) -> dict[str, tuple[str, ...]]:
        """The keys that a record of this form has, with the kinds of their values."""
        first = {
            key: field.kinds if not rest else (OBJECT,)
            for field in self.fields
            for key, _, rest in [field.path.partition("/")]
            if field.needed
        }
        return {**first, **self.also}

    @property
    def keys(self) -> frozenset[str]:
        """All keys that a record of this form may have."""
        return frozenset(field.path.partition("/")[0] for field in self.fields) | {*self.also, *self.optional}


class Turn(NamedTuple):
    """What is said once.

    role: as rules know it. named: as it is written. content: a text, parts, or None. message: the object that it stands in;
    an empty one where a text stands for itself. at: its JSON Pointer. field: where it was found. last: whether it is the last
    there.
    """

    role: str
    named: str
    content: Any
    message: Mapping[str, Any]
    at: str
    field: Field

    @property
    def bare(self) -> bool:
        """Whether it is a text that stands for itself, and no message."""
        return self.message is NOTHING


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
    if text_of(content).strip(SPACE):
        return False
    return not (type(content) is list and any(part.get("type", "text" if "text" in part else "") != "text" for part in content))


def acts(message: Mapping[str, Any]) -> bool:
    """Whether a message calls a tool, refuses, thinks or sounds."""
    says = ("tool_calls", "function_call", "refusal", "audio")
    return any(message.get(key) for key in says)


def is_empty(turn: Turn) -> bool:
    """Whether a turn has no text, no sound, calls no tool, and refuses nothing."""
    return says_nothing(turn.content) and not acts(turn.message)


def is_misweighed(role: str, weight: Any) -> bool:
    """Whether a message has a weight that it cannot have."""
    # A column of a table in which one value is missing has 1.0 for 1.
    return weight is not None and (role != "assistant" or type(weight) not in {int, float} or weight not in {0, 1})


def unlearned(talk: Sequence[Turn]) -> list[bool]:
    """Return for each turn whether it is the last answer of a conversation from which nothing is learned."""
    answers = [place for place, turn in enumerate(talk) if turn.role == "assistant"]
    nothing = bool(answers) and all(talk[place].message.get("weight") == 0 for place in answers)
    return [nothing and place == answers[-1] for place in range(len(talk))]


_WANTED = {TEXT: "a string", LIST: "an array", OBJECT: "an object"}


def wanted(field: Field) -> str:
    """Return what may stand somewhere, in words."""
    return " or ".join(dict.fromkeys(_WANTED[kind.partition(":")[0]] for kind in field.kinds))


_WEIGHING = ("weight", "loss", "loss_scale", "train", "training", "masked")
"""Keys of a message that say whether it is learned: OpenAI's, ms-swift's, axolotl's and torchtune's."""


def weighing_key(message: Mapping[str, Any]) -> str | None:
    """Return the key by which a message is weighed or masked; None where it has none."""
    return next((key for key in _WEIGHING if message.get(key) is not None), None)


def name_of(turn: Turn) -> str | None:
    """Return the speaker's name."""
    name = turn.message.get("name")
    return name if type(name) is str else None


def has_media(content: Any) -> bool:
    """Whether a content has a part that is no text."""
    return type(content) is list and any("text" not in part for part in content if type(part) is dict)
