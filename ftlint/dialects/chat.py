"""The dialect of conversations: messages of roles, of which the assistant's are what the model is to learn."""

from __future__ import annotations

import json
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from ftlint.dialects.base import ANSWER, INPUT, MISSING_MEMBER, RECORDS, WRONG_TYPE, Dialect, Fault, Surveyed, Tables
from ftlint.dialects.context import CLASSIFICATION, GENERATION
from ftlint.text.labels import repeat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.dialects.context import Wishes
    from ftlint.targets import Target

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
"""Roles of OpenAI's chat format (openai-python 3.54.0, types/chat)."""

MESSAGES, PARTS = "messages", "parts"
"""Tables of a conversation besides `records`."""

_BARE = " \x01 "
"""Stands between roles and texts where a conversation is one text: a character that texts hardly ever hold. The spaces around it
let sentences end where they end."""


class _Plain(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A message as nearly all are: a role and a text."""

    role: str
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


class Conversation(msgspec.Struct):
    """A training example of chat models."""

    messages: list[Message]
    tools: Any = None
    functions: Any = None
    parallel_tool_calls: Any = None


class Chat(Dialect[None]):
    """Conversations.

    Table `records`: messages (how many), last_role, answered (whether the assistant says something), said (how often), system
    (the system message that stands first, if one does), input (what is asked, up to the assistant's last message), answer
    (that message), answer_at (its place).
    Table `messages`: role, content (where that is a string), empty (whether it has no text, calls no tool and refuses
    nothing), misweighed (whether it has a weight that cannot be), unlearned (the last answer, where all weights are 0).
    Table `parts`, of contents that are lists: message, part, text.
    """

    name = "chat"
    shapes = (frozenset({"messages"}),)
    optional = frozenset({"tools", "functions", "parallel_tool_calls"})
    types = (_PlainConversation, Conversation)
    nothing = None

    def __init__(self) -> None:
        content = pl.format("/messages/{}/content", "place")
        self.tables = {
            RECORDS: {},
            MESSAGES: {"content": content},
            PARTS: {"text": pl.format("/messages/{}/content/{}/text", "message", "part")},
        }

    def columns(self, records: Sequence[Any]) -> Tables:
        """Return the three tables."""
        talks = list(map(attrgetter("messages"), records))
        counts = pl.Series("count", list(map(len, talks)), pl.UInt32)
        messages = list(chain.from_iterable(talks))
        roles = list(map(attrgetter("role"), messages))
        plain = type(records[0]) is _PlainConversation if records else True
        contents = list(map(attrgetter("content"), messages))
        texts = contents if plain else list(map(text_of, contents))
        rows = pl.DataFrame({"record": pl.int_range(len(talks), dtype=pl.UInt32, eager=True), "count": counts})
        rows = rows.filter(pl.col("count") > 0)
        frame = rows.select(
            pl.col("record").repeat_by("count"), place=pl.int_ranges(0, pl.col("count"), dtype=pl.UInt32)
        ).explode("record", "place")
        strings = contents if plain else [content if type(content) is str else None for content in contents]
        frame = frame.with_columns(pl.Series("role", roles, pl.String), pl.Series("content", strings, pl.String))
        if plain:
            no = pl.lit(value=False)
            frame = frame.with_columns(empty=~pl.col("content").str.contains(r"\S"), misweighed=no, unlearned=no)
        else:
            empty = [not (text.strip() or one.refusal or _called(one)) for text, one in zip(texts, messages, strict=True)]
            frame = frame.with_columns(
                pl.Series("empty", empty, pl.Boolean),
                pl.Series("misweighed", list(map(_is_misweighed, messages)), pl.Boolean),
                pl.Series("unlearned", list(chain.from_iterable(map(_unlearned, talks))), pl.Boolean),
            )
        return {
            RECORDS: _records(records, counts.to_list(), roles, texts, plain=plain),
            MESSAGES: frame,
            PARTS: _parts([] if plain else [(record, talk) for record, talk in enumerate(talks)]),
        }

    def accepts(self, record: Any) -> bool:
        """Whether all parts of contents have a type."""
        return all(type(one.content) is not list or _are_parts(one.content) for one in record.messages)

    def strings(self, records: Sequence[Any]) -> int:
        """Return how many keys and strings conversations have."""
        if records and type(records[0]) is _PlainConversation:
            return len(records) + 4 * sum(map(len, map(attrgetter("messages"), records)))
        return -1  # they have too many kinds of members: each is looked at by itself

    def fault(self, value: Mapping[str, Any]) -> Fault:
        """Return what is wrong with an object that has messages."""
        messages = value["messages"]
        if type(messages) is not list:
            return Fault(WRONG_TYPE, "/messages", "an array")
        for place, message in enumerate(messages):
            at = f"/messages/{place}"
            if type(message) is not dict:
                return Fault(WRONG_TYPE, at, "an object")
            if "role" not in message:
                return Fault(MISSING_MEMBER, f"{at}/role", "a string")
            if type(message["role"]) is not str:
                return Fault(WRONG_TYPE, f"{at}/role", "a string")
            content = message.get("content")
            if not (content is None or type(content) is str or _are_parts(content)):
                return Fault(WRONG_TYPE, f"{at}/content", "a string, or parts with a type each")
        return Fault(WRONG_TYPE, "/messages", "messages")

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
        """Return what a text is called: `content of message 3`."""
        parts = pointer.split("/")[1:]
        message = f"message {int(parts[1]) + 1}" if len(parts) > 1 else "messages"
        return f"{parts[-1]} of {message}" if len(parts) > 2 else message

    def with_answer(self, row: Mapping[str, Any], answer: str, known: None) -> dict[str, str]:  # noqa: ARG002 - the hook's
        """Put the answer where the old one stands; white space around it stays."""
        pointer = self.pointer(ANSWER, row)
        text = row["texts"].get(pointer)
        return {pointer: text.replace(row[ANSWER], answer, 1)} if pointer and text and row[ANSWER] else {}


def _records(
    records: Sequence[Any], counts: Sequence[int], roles: Sequence[str], texts: Sequence[str], *, plain: bool
) -> pl.DataFrame:
    """Return the table of conversations. counts: their messages; roles, texts: of all messages."""
    said = [f"{role}{_BARE}{text}" for role, text in zip(roles, texts, strict=True)]
    rows = []
    end = 0
    for record, count in zip(records, counts, strict=True):
        start, end = end, end + count
        own = roles[start:end]
        last = last_answer(own)
        answer = start + (count if last is None else last)
        # Last comes what most conversations begin with: so they differ in their first characters, by which equal ones are sought.
        first = start + (own[:1] == ["system"])
        tools = [] if plain else _tools(record)
        asked = _BARE.join([*said[first:answer], *said[answer + 1 : end], *said[start:first], *tools])
        label = "" if last is None else texts[answer]
        if not plain and last is not None:
            label += _called(record.messages[last])
        system = texts[start] if first > start else None
        rows.append((count, own[-1] if own else None, last is not None, system, asked, label, last, own.count("assistant")))
    columns = zip(*rows, strict=True) if rows else [()] * len(_RECORDS)
    return pl.DataFrame([pl.Series(name, list(made), _RECORDS[name]) for name, made in zip(_RECORDS, columns, strict=True)])


_RECORDS = {
    "messages": pl.UInt32,
    "last_role": pl.String,
    "answered": pl.Boolean,
    "system": pl.String,
    INPUT: pl.String,
    ANSWER: pl.String,
    "answer_at": pl.UInt32,
    "said": pl.UInt32,
}


def _parts(talks: Sequence[tuple[int, Sequence[Message]]]) -> pl.DataFrame:
    """Return the table of texts in parts of contents."""
    rows = []
    for record, talk in talks:
        place = 0
        for number, message in enumerate(talk):
            for part, value in enumerate(message.content if type(message.content) is list else ()):
                if type(value.get("text")) is str:
                    rows.append((record, place, number, part, value["text"]))
                    place += 1
    schema = dict.fromkeys(("record", "place", "message", "part"), pl.UInt32) | {"text": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


def last_answer(roles: Sequence[str]) -> int | None:
    """Return the place of the assistant's last message."""
    if roles[-1:] == ["assistant"]:
        return len(roles) - 1
    return len(roles) - 1 - roles[::-1].index("assistant") if "assistant" in roles else None


def _are_parts(content: Any) -> bool:
    """Whether a content is a list of parts, each with a type."""
    return type(content) is list and all(type(part) is dict and type(part.get("type")) is str for part in content)


def text_of(content: Any) -> str:
    """Return the text of a content; what is no text (an image, a part of another tool's format) is there as JSON."""
    if type(content) is list:
        return "".join(part["text"] if type(part.get("text")) is str else json.dumps(part, sort_keys=True) for part in content)
    return content or ""


def is_empty(message: Mapping[str, Any]) -> bool:
    """Whether a message, as JSON has it, has no text, calls no tool, and refuses nothing."""
    says = (message.get("tool_calls"), message.get("function_call"), message.get("refusal"))
    return not (text_of(message.get("content")).strip() or any(says))


def _called(message: Message) -> str:
    """Return the calls of tools of a message as text."""
    calls = message.tool_calls or message.function_call
    return json.dumps(calls, sort_keys=True) if calls else ""


def _tools(record: Conversation) -> list[str]:
    """Return the tools as text: the same question with other tools is another question."""
    return [json.dumps(tools, sort_keys=True) for tools in (record.tools, record.functions) if tools]


def _is_misweighed(message: Message) -> bool:
    """Whether a message has a weight that it cannot have."""
    weight = message.weight
    return weight is not None and (message.role != "assistant" or type(weight) is not int or weight not in {0, 1})


def _unlearned(talk: Sequence[Message]) -> list[bool]:
    """Return for each message whether it is the last answer of a conversation from which nothing is learned."""
    answers = [place for place, one in enumerate(talk) if one.role == "assistant"]
    nothing = bool(answers) and all(talk[place].weight == 0 for place in answers)
    return [nothing and place == answers[-1] for place in range(len(talk))]


CHAT = Chat()
