"""The dialect of conversations: messages of roles, of which the assistant's are what the model is to learn."""

from __future__ import annotations

import re
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import polars as pl

from ftlint.dialects.base import (
    ANSWER,
    BETWEEN,
    FURTHER,
    INPUT,
    MISSING_MEMBER,
    RECORDS,
    WRONG_TYPE,
    Dialect,
    Fault,
    Surveyed,
    Tables,
    opaque,
)
from ftlint.text.labels import repeat
from ftlint.text.marks import SPACE
from ftlint.wishes import CLASSIFICATION, GENERATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.targets import Target
    from ftlint.wishes import Wishes

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
"""Roles of OpenAI's chat format (openai-python 3.54.0, types/chat)."""

MESSAGES, PARTS = "messages", "parts"
"""Tables of a conversation besides `records`."""

TOOLS = "tools"
"""Column of what tools a conversation has, and the kind of their text."""

_SAID = f"[^{re.escape(SPACE)}]"
"""A sign that is no white space."""


_MEDIA = {
    "text": "text",
    "image_url": "images",
    "image": "images",
    "input_audio": "audio",
    "audio": "audio",
    "video": "videos",
    "file": "files",
    "refusal": "text",
}
"""What parts of contents are, by their type."""


class _Plain(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A message as nearly all are: a role and a text. To choose one of a few roles is faster than to make a string."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str


class _PlainConversation(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    messages: list[_Plain]


class Message(msgspec.Struct):
    """A message with all that services know; what else there may be is not looked at."""

    role: str
    content: str | list[dict[str, Any]] | None = None
    name: Any = None
    refusal: Any = None
    weight: Any = None
    tool_calls: Any = None
    tool_call_id: Any = None
    function_call: Any = None
    audio: Any = None


_KEYS = frozenset(Message.__struct_fields__)


class Conversation(msgspec.Struct):
    """A training example of chat models."""

    messages: list[Message]
    tools: Any = None
    functions: Any = None
    parallel_tool_calls: Any = None


class Chat(Dialect[None]):
    """Conversations.

    Table `records`: messages (how many), last_role, answered (whether the assistant says something), said (how often), system
    (the system message that stands first, if one does), tools (as JSON), input (what is asked, up to the assistant's last
    message), answer (that message), answer_at (its place).
    Table `messages`: role, content (where that is a string), calls (of tools, as JSON), empty (whether it has no text, calls no
    tool and refuses nothing), misweighed (whether it has a weight that cannot be), unlearned (the last answer, where all
    weights are 0).
    Table `parts`, of contents that are lists: message, part, text.
    """

    name = "chat"
    shapes = (frozenset({"messages"}),)
    optional = frozenset({"tools", "functions", "parallel_tool_calls"})
    types = (_PlainConversation, Conversation)
    answers = "assistant"
    nothing = None
    asked = "question"
    answered = "answer"
    whole = "conversation"

    def __init__(self) -> None:
        content = pl.format("/messages/{}/content", "place")
        self.tables = {
            RECORDS: {},
            MESSAGES: {"content": content},
            PARTS: {"text": pl.format("/messages/{}/content/{}/text", "message", "part")},
        }

    def columns(self, records: Sequence[Any]) -> Tables:
        """Return the three tables; messages still lack what follows from how many a conversation has."""
        talks = list(map(attrgetter("messages"), records))
        messages = list(chain.from_iterable(talks))
        roles = list(map(attrgetter("role"), messages))
        contents = list(map(attrgetter("content"), messages))
        if not records or type(records[0]) is _PlainConversation:
            columns = {"role": roles, "content": contents}
            return {RECORDS: _records(talks, roles, contents), MESSAGES: _frame(columns, _MESSAGES), PARTS: _parts(())}
        texts = list(map(text_of, contents))
        columns = {
            "role": roles,
            "content": [content if type(content) is str else None for content in contents],
            "calls": [_json(one.tool_calls or one.function_call) for one in messages],
            "empty": [
                _says_nothing(one.content) and not (one.refusal or one.audio or one.tool_calls or one.function_call)
                for one in messages
            ],
            "misweighed": list(map(_is_misweighed, messages)),
            "unlearned": list(chain.from_iterable(map(_unlearned, talks))),
        }
        tools = pl.Series("tools", [_json(record.tools or record.functions) for record in records], pl.String)
        return {
            RECORDS: _records(talks, roles, texts, tools),
            MESSAGES: _frame(columns, _MESSAGES),
            PARTS: _parts(enumerate(talks)),
        }

    def derive(self, tables: Tables, known: None) -> Tables:  # noqa: ARG002 - the hook's signature
        """Return the tables with `line` and `place` of messages, and what plain ones are."""
        counts = tables[RECORDS].select("line", "messages").filter(pl.col("messages") > 0)
        places = counts.select(
            pl.col("line").repeat_by("messages"), place=pl.int_ranges(0, pl.col("messages"), dtype=pl.UInt32)
        ).explode("line", "place")
        plain = {"empty": ~pl.col("content").str.contains(_SAID), "misweighed": False, "unlearned": False}
        filled = [pl.col(name).fill_null(value) for name, value in plain.items()]
        return {**tables, MESSAGES: places.hstack(tables[MESSAGES]).with_columns(filled)}

    def spoken(self, tables: Tables) -> pl.DataFrame:
        """Return `line`, `kind` and `text` of every text; its kind is the role of its message. Tools and calls are JSON texts."""
        said = tables[MESSAGES].select("line", kind="role", text="content").drop_nulls("text")
        calls = tables[MESSAGES].select("line", kind="role", text="calls").drop_nulls("text")
        tools = tables[RECORDS].select("line", kind=pl.lit(TOOLS), text=TOOLS).drop_nulls("text")
        roles = tables[MESSAGES].select("line", "role", message="place")
        parts = tables[PARTS].join(roles, on=["line", "message"], how="left", maintain_order="left")
        return pl.concat([said, calls, parts.select("line", kind="role", text="text"), tools])

    def preamble(self, tables: Tables) -> Mapping[str, pl.Series]:
        """Return system messages and tools, one a conversation."""
        return {name: tables[RECORDS].get_column(name) for name in ("system", TOOLS)}

    def most_bytes(self) -> pl.Expr:
        """Return the bytes of texts, and of what there is besides."""
        return super().most_bytes() + pl.col(FURTHER).str.len_bytes()

    def members(self) -> frozenset[str]:
        """Return the names of all members of conversations, messages and parts."""
        return super().members() | frozenset((*Message.__struct_fields__, "type", "text"))

    def further_inside(self, value: Mapping[str, Any]) -> Iterable[str]:
        """Return keys that messages do not have."""
        messages = value["messages"] if type(value["messages"]) is list else ()
        keys = {key: None for message in messages if type(message) is dict for key in message if key not in _KEYS}
        return [f"messages[].{key}" for key in keys]

    def rest(self, value: Mapping[str, Any], naming: frozenset[str]) -> str:
        """Return what a conversation and its messages hold besides roles and texts: tools, calls, names, weights, images."""
        further: list[Any] = [
            [place, inside]
            for place, message in enumerate(value["messages"])
            if (inside := {key: one for key, one in message.items() if _matters(key, one) and key not in naming})
        ]
        own = {key: one for key, one in value.items() if key != "messages" and key not in naming and one is not None}
        return opaque([own, *further]) if own or further else ""

    def accepts(self, record: Any) -> bool:
        """Whether all parts of contents have a type."""
        return all(type(one.content) is not list or _are_parts(one.content) for one in record.messages)

    def strings(self, records: Sequence[Any]) -> int:
        """Return how many keys and strings conversations have."""
        if records and type(records[0]) is _PlainConversation:
            return len(records) + 4 * sum(map(len, map(attrgetter("messages"), records)))
        return -1  # they have too many kinds of members: each is looked at by itself

    def faults(self, value: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield what is wrong with an object that has messages."""
        messages = value["messages"]
        if type(messages) is not list:
            yield Fault(WRONG_TYPE, "/messages", "an array")
            return
        faults = [_fault_of_message(message, f"/messages/{place}") for place, message in enumerate(messages)]
        yield from list(filter(None, faults)) or [Fault(WRONG_TYPE, "/messages", "messages")]

    def seems(self, value: Mapping[str, Any]) -> str:
        """Return the other format of conversations that an object is of, by its first message."""
        messages = value["messages"]
        first = messages[0] if type(messages) is list and messages else None
        if type(first) is not dict:
            return ""
        if {"from", "value"} <= first.keys():
            return 'ShareGPT, whose turns have "from" and "value"'
        content = first.get("content")
        if type(content) is list and content and type(content[0]) is dict and "type" not in content[0]:
            return "Bedrock's Converse, whose parts of contents have no type"
        return ""

    def unread(self, records: Sequence[Any]) -> set[str]:
        """Return tools, calls, and parts of contents that are no text."""
        found = {"tools"} if any(record.tools or record.functions for record in records) else set()
        for message in chain.from_iterable(record.messages for record in records):
            if message.tool_calls or message.function_call:
                found.add("calls of tools")
            if message.audio:
                found.add("audio")
            if type(message.content) is list:
                found |= {_MEDIA.get(part["type"], "parts that are no text") for part in message.content} - {"text"}
        return found

    def suits(self, tables: Tables) -> str:
        """Return the target of reinforcement learning where most end with the user, and have something for a grader besides."""
        records = tables[RECORDS]
        asking = records.filter((pl.col("last_role") == "user") & (pl.col(FURTHER) != "")).height
        return "reinforcement" if asking >= 3 and 2 * asking > len(records) else ""

    def describe(self, context: Context[None]) -> list[str]:
        """Return what conversations without an answer are taken for."""
        if context.target.name == "reinforcement" and "target" not in context.given:
            return ["most end with the user and have further keys: taken as prompts for reinforcement learning"]
        return []

    def infer(self, tables: Tables, wishes: Wishes, target: Target, encoding: str) -> Surveyed[None]:  # noqa: ARG002 - the hook's
        """Return the task: classification where nearly all conversations are one question, and few short answers repeat."""
        if wishes.task:
            return Surveyed(wishes.task, None)
        answers = tables[RECORDS].filter(pl.col("said") == 1).get_column(ANSWER).to_list()
        labels = [answer for answer in answers if answer]
        few = len(labels) >= 0.8 * tables[RECORDS].height and 5 * len(set(labels)) <= len(labels)
        return Surveyed(CLASSIFICATION if few and repeat(labels, encoding) else GENERATION, None)

    def pointer(self, column: str, row: Mapping[str, Any]) -> str | None:
        """Return where the first message, or the answer, has its text."""
        at = 0 if column == INPUT and row["messages"] else row["answer_at"] if column == ANSWER else None
        return None if at is None else f"/messages/{at}/content"

    def title(self, pointer: str) -> str:
        """Return what a text is called: `text of message 3`."""
        parts = pointer.split("/")[1:]
        message = f"message {int(parts[1]) + 1}" if len(parts) > 1 else "messages"
        key = "text" if parts[-1] == "content" else parts[-1]
        return f"{key} of {message}" if len(parts) > 2 else message


_MESSAGES = {
    "role": pl.String,
    "content": pl.String,
    "calls": pl.String,
    "empty": pl.Boolean,
    "misweighed": pl.Boolean,
    "unlearned": pl.Boolean,
}
_TEXTS = {"system": pl.String, TOOLS: pl.String, INPUT: pl.String, ANSWER: pl.String}
_ORDER = {"messages": pl.UInt32, "last_role": pl.String, "answered": pl.Boolean, "said": pl.UInt32, "answer_at": pl.UInt32}


def _frame(columns: Mapping[str, Sequence[Any] | pl.Series], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return a table of these columns, and nulls for those of the schema that are not among them."""
    length = max(map(len, columns.values()))
    nothing = {
        name: pl.Series(name, [None], kind).new_from_index(0, length) for name, kind in schema.items() if name not in columns
    }
    return pl.DataFrame(
        [nothing[name] if name in nothing else pl.Series(name, columns[name], kind) for name, kind in schema.items()]
    )


class _Order:
    """What follows from the order of roles alone; conversations have few of them.

    begins: whether a system message stands first. at: place of the assistant's last message, if there is one. template: what is
    asked, to be filled with what `pick` takes of all texts: last comes what most conversations begin with, so that they differ
    in their first characters, by which equal ones are sought.
    """

    def __init__(self, roles: tuple[str, ...], number: int) -> None:
        self.number = number
        self.begins = roles[:1] == ("system",)
        self.at = last_answer(roles)
        self.row = (len(roles), roles[-1] if roles else None, self.at is not None, roles.count("assistant"), self.at)
        asked = [place for place in range(self.begins, len(roles)) if place != self.at] + [0] * self.begins
        template = BETWEEN.join(f"{roles[place].replace('%', '%%')}{BETWEEN}%s" for place in asked)
        # Two orders of the same messages are two conversations.
        unusual = f"{BETWEEN}{self.at}" if self.at is not None and self.at < len(roles) - 1 else ""
        self.template = f"{template}{unusual}{BETWEEN * self.begins}"
        self.pick: Callable[[Sequence[str]], Any] = itemgetter(*asked) if asked else lambda _: ()


class _Orders(dict[tuple[str, ...], _Order]):
    """The orders of roles that were seen."""

    def __missing__(self, roles: tuple[str, ...]) -> _Order:
        order = self[roles] = _Order(roles, len(self))
        return order


def _json(value: Any) -> str | None:
    """Return what is in a record besides texts as JSON; None for nothing."""
    return msgspec.json.encode(value).decode() if value else None


def _records(
    talks: Sequence[Sequence[Any]], roles: Sequence[str], texts: Sequence[str], tools: pl.Series | None = None
) -> pl.DataFrame:
    """Return the table of conversations. roles, texts: of all messages; tools: of each conversation."""
    orders = _Orders()
    systems, inputs, answers, numbers = list[str | None](), list[str](), list[str](), list[int]()
    end = 0
    for talk in talks:
        start, end = end, end + len(talk)
        own = texts[start:end]
        order = orders[tuple(roles[start:end])]
        numbers.append(order.number)
        inputs.append(order.template % order.pick(own))
        answers.append("" if order.at is None else own[order.at])
        systems.append(own[0] if order.begins else None)
    rows = pl.DataFrame([order.row for order in orders.values()], _ORDER, orient="row")
    none = pl.Series(TOOLS, [None], pl.String)
    columns: dict[str, Any] = {"system": systems, TOOLS: none.new_from_index(0, len(talks)) if tools is None else tools}
    made = _frame({**columns, INPUT: inputs, ANSWER: answers}, _TEXTS)
    return made.hstack(rows[pl.Series(numbers, dtype=pl.UInt32)])


def _parts(talks: Iterable[tuple[int, Sequence[Message]]]) -> pl.DataFrame:
    """Return the table of texts in parts of contents."""
    rows = []
    for record, talk in talks:
        place = 0
        for number, message in enumerate(talk):
            for part, value in enumerate(message.content if type(message.content) is list else ()):
                if type(value.get("text")) is str:
                    rows.append((record, place, number, part, value["text"]))
                    place += 1
    return pl.DataFrame(rows, _PARTS, orient="row")


_PARTS = dict.fromkeys(("record", "place", "message", "part"), pl.UInt32) | {"text": pl.String}


def last_answer(roles: Sequence[str]) -> int | None:
    """Return the place of the assistant's last message."""
    return len(roles) - 1 - roles[::-1].index("assistant") if "assistant" in roles else None


def _fault_of_message(message: Any, at: str) -> Fault | None:
    """Return what is wrong with the message at a pointer."""
    if type(message) is not dict:
        return Fault(WRONG_TYPE, at, "an object")
    if type(message.get("role")) is not str:
        return Fault(WRONG_TYPE if "role" in message else MISSING_MEMBER, f"{at}/role", "a string")
    content = message.get("content")
    if content is None or type(content) is str or _are_parts(content):
        return None
    parts = content if type(content) is list else []
    wrong = next((place for place, part in enumerate(parts) if not _is_part(part)), 0)
    if parts and type(parts[wrong]) is dict and parts[wrong].get("type") == "text":
        return Fault(WRONG_TYPE if "text" in parts[wrong] else MISSING_MEMBER, f"{at}/content/{wrong}/text", "a string")
    return Fault(WRONG_TYPE, f"{at}/content", "a string, or parts with a type each", is_text=True)


def _are_parts(content: Any) -> bool:
    """Whether a content is a list of parts, each with a type, and with a text where that is its type."""
    return type(content) is list and all(_is_part(part) for part in content)


def _is_part(part: Any) -> bool:
    has_type = type(part) is dict and type(part.get("type")) is str
    return has_type and (part["type"] != "text" or type(part.get("text")) is str)


def text_of(content: Any) -> str:
    """Return the text of a content; parts that are none have none."""
    if type(content) is list:
        return "".join(part["text"] for part in content if type(part.get("text")) is str)
    return content or ""


def _says_nothing(content: Any) -> bool:
    """Whether a content has no text, and no part that is something else."""
    return not text_of(content).strip(SPACE) and not (type(content) is list and any(part["type"] != "text" for part in content))


def is_empty(message: Mapping[str, Any]) -> bool:
    """Whether a message, as JSON has it, has no text, no sound, calls no tool, and refuses nothing."""
    says = (message.get(key) for key in ("tool_calls", "function_call", "refusal", "audio"))
    return _says_nothing(message.get("content")) and not any(says)


def _matters(key: str, value: Any) -> bool:
    """Whether a member of a message is more than its role and text; a message has the weight 1 where it has none."""
    if key == "content":
        return type(value) is list and any(part.keys() != {"type", "text"} or part["type"] != "text" for part in value)
    return key != "role" and value is not None and not (key == "weight" and value == 1)


def _is_misweighed(message: Message) -> bool:
    """Whether a message has a weight that it cannot have."""
    weight = message.weight
    # A column of a table in which one value is missing has 1.0 for 1.
    return weight is not None and (message.role != "assistant" or type(weight) not in {int, float} or weight not in {0, 1})


def _unlearned(talk: Sequence[Message]) -> list[bool]:
    """Return for each message whether it is the last answer of a conversation from which nothing is learned."""
    answers = [place for place, one in enumerate(talk) if one.role == "assistant"]
    nothing = bool(answers) and all(talk[place].weight == 0 for place in answers)
    return [nothing and place == answers[-1] for place in range(len(talk))]


CHAT = Chat()
