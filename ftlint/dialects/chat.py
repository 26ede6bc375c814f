"""The dialect of conversations: messages of roles, of which the assistant's are what the model is to learn."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.context import GENERATION
from ftlint.dialects import MISSING_MEMBER, WRONG_TYPE, Dialect
from ftlint.normal import signatures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.context import Context, Wishes

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
"""Roles of OpenAI's chat format (openai-python 3.54.0, types/chat)."""

_BARE = "\u0000"
"""Stands for a role in a text where no text can hold it, so that different conversations never make one text."""

COLUMNS: Mapping[str, Any] = {
    "roles": pl.List(pl.String),
    "contents": pl.List(pl.String),
    "empty": pl.List(pl.Boolean),
    "weighed": pl.Boolean,
    "learned": pl.Boolean,
    "texts": pl.List(pl.String),
    "body": pl.String,
    "label": pl.String,
}
"""Columns of a conversation.

roles, contents, empty: by message; a content is its text, `""` where it has none; a message is empty that has no text and calls
no tool. weighed: whether every weight is 0 or 1, of a message of the assistant; learned: whether the weights leave a message
to learn. texts: every text. body: what is asked, up to the assistant's last message; label: that message.
"""


@dataclass(frozen=True)
class Chat:
    """A training example, as far as its keys go; what is inside of messages is looked at one by one."""

    messages: list[dict[str, Any]]


def texts_at(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield JSON Pointer and text of every text of a conversation."""
    for place, message in enumerate(value["messages"]):
        content = message.get("content")
        if type(content) is str:
            yield f"/messages/{place}/content", content
        elif type(content) is list:
            for number, part in enumerate(content):
                if type(part.get("text")) is str:
                    yield f"/messages/{place}/content/{number}/text", part["text"]


def row(value: Mapping[str, Any]) -> tuple[Any, ...] | str:
    """Return the columns of an object with messages, or the fault for which it is no conversation."""
    messages = value["messages"]
    if type(messages) is not list:
        return WRONG_TYPE
    for message in messages:
        fault = fault_of(message)
        if fault:
            return fault
    contents = [_text(message) for message in messages]
    roles = [message["role"] for message in messages]
    empty = [is_empty(message) for message in messages]
    last = last_answer(roles)
    end = len(roles) if last is None else last
    asked = [f"{role}{_BARE}{content}" for role, content in zip(roles[:end], contents[:end], strict=True)]
    tail = [f"{role}{_BARE}{content}" for role, content in zip(roles[end + 1 :], contents[end + 1 :], strict=True)]
    label = "" if last is None else contents[last] + _called(messages[last])
    weighed = not any(is_misweighed(message) for message in messages)
    learned = any(message["role"] == "assistant" and message.get("weight") != 0 for message in messages)
    texts = [text for _, text in texts_at(value)]
    return roles, contents, empty, weighed, learned, texts, _BARE.join([*asked, *tail, *_tools(value)]), label


def last_answer(roles: Sequence[str]) -> int | None:
    """Return the place of the assistant's last message."""
    return max((place for place, role in enumerate(roles) if role == "assistant"), default=None)


def fault_of(message: Any) -> str | None:
    """Return why something is no message: a member is missing, or of another type."""
    if type(message) is not dict:
        return WRONG_TYPE
    if "role" not in message:
        return MISSING_MEMBER
    content = message.get("content")
    if type(message["role"]) is not str or not (content is None or type(content) is str or _are_parts(content)):
        return WRONG_TYPE
    return None


def _are_parts(content: Any) -> bool:
    """Whether a content is a list of parts, each with a type."""
    if type(content) is not list:
        return False
    return all(type(part) is dict and type(part.get("type")) is str for part in content)


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if type(content) is list:
        return "".join(part["text"] if type(part.get("text")) is str else f"[{part['type']}]" for part in content)
    return content or ""


def is_empty(message: Mapping[str, Any]) -> bool:
    """Whether a message has no text, calls no tool, and refuses nothing."""
    return not (_text(message).strip() or _called(message) or message.get("refusal"))


def _called(message: Mapping[str, Any]) -> str:
    calls = message.get("tool_calls") or message.get("function_call")
    return json.dumps(calls, sort_keys=True) if calls else ""


def _tools(value: Mapping[str, Any]) -> list[str]:
    """Return the tools as text: the same question with other tools is another question."""
    return [json.dumps(value[key], sort_keys=True) for key in ("tools", "functions") if value.get(key)]


def is_misweighed(message: Mapping[str, Any]) -> bool:
    """Whether a message has a weight that it cannot have."""
    weight = message.get("weight")
    return weight is not None and (message["role"] != "assistant" or type(weight) is not int or weight not in {0, 1})


def first_fault(value: Mapping[str, Any]) -> tuple[str, str]:
    """Return the JSON Pointer of what is missing or of another type in an object with messages, and what is wanted there."""
    if type(value["messages"]) is not list:
        return "/messages", "an array"
    place, message = next((place, one) for place, one in enumerate(value["messages"]) if fault_of(one))
    at = f"/messages/{place}"
    if type(message) is not dict:
        return at, "an object"
    if type(message.get("role")) is not str:
        return f"{at}/role", "a string"
    return f"{at}/content", "a string, or parts with a type each"


def pointers(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of a conversation that is shown: the object, where its texts are, and where its answer is."""
    roles = [message["role"] for message in value["messages"]]
    last = last_answer(roles)
    return {
        "value": value,
        "pointers": [pointer for pointer, _ in texts_at(value)],
        "prompt": "/messages/0/content" if roles else None,
        "completion": None if last is None else f"/messages/{last}/content",
    }


def infer(context: Context, records: Sequence[Mapping[str, Any]], wishes: Wishes) -> Context:
    """Fill in what rules want to know before they look at every record."""
    bodies = pl.Series("body", [found[-2] for value in records if not isinstance(found := row(value), str)], pl.String)
    distinct = bodies.unique()
    heads_differ = signatures(distinct, head=True).n_unique() >= 0.98 * len(distinct)
    return replace(context, task=wishes.task or GENERATION, heads_differ=heads_differ)


CHAT = Dialect(
    name="chat",
    keys=frozenset({"messages"}),
    optional=frozenset({"tools", "functions", "parallel_tool_calls"}),
    record=Chat,
    columns=COLUMNS,
    row=row,
    pointers=pointers,
    first_fault=first_fault,
    infer=infer,
)
