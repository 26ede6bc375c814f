"""The dialect of conversations: messages of roles, of which the assistant's are what the model is to learn."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects import MISSING_MEMBER, WRONG_TYPE, Dialect
from ftlint.dialects.context import GENERATION
from ftlint.text.normal import signatures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context, Wishes

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
"""Roles of OpenAI's chat format (openai-python 3.54.0, types/chat)."""

_BARE = " \x01 "
"""Stands between roles and texts where a conversation is one text: a character that texts hardly ever hold. The spaces around it
let sentences end where they end."""

COLUMNS: Mapping[str, Any] = {
    "roles": pl.List(pl.String),
    "texts": pl.List(pl.String),
    "system": pl.String,
    "empty": pl.Boolean,
    "weighed": pl.Boolean,
    "learned": pl.Boolean,
    "body": pl.String,
    "label": pl.String,
}
"""Columns of a conversation.

roles: by message; texts: every text. system: the system message that stands first, if one does. empty: whether a message has no
text and calls no tool. weighed: whether every weight is 0 or 1, of a message of the assistant; learned: whether the weights leave
a message to learn. body: what is asked, up to the assistant's last message; label: that message.
"""


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
    roles: list[str] = []
    contents: list[str] = []
    plain = True
    for message in messages:
        # Nearly all messages are a role and a text.
        if type(message) is dict and len(message) == 2 and type(message.get("role")) is type(message.get("content")) is str:
            contents.append(message["content"])
        else:
            fault = fault_of(message)
            if fault:
                return fault
            contents.append(_text(message))
            plain = False
        roles.append(message["role"])
    last = last_answer(roles)
    end = len(roles) if last is None else last
    said = [f"{role}{_BARE}{content}" for role, content in zip(roles, contents, strict=True)]
    # Last comes what most conversations begin with: so they differ in their first characters, by which equal ones are sought.
    first = roles[:1] == ["system"]
    body = _BARE.join([*said[first:end], *said[end + 1 :], *said[:first], *_tools(value)])
    system = contents[0] if first else None
    label = "" if last is None else contents[last]
    if plain:
        empty = "" in contents or any(map(str.isspace, contents))
        return tuple(roles), contents, system, empty, True, last is not None, body, label
    texts = [text for _, text in texts_at(value)]
    empty = any(is_empty(message) for message in messages)
    weighed = not any(is_misweighed(message) for message in messages)
    learned = any(message["role"] == "assistant" and message.get("weight") != 0 for message in messages)
    label += "" if last is None else _called(messages[last])
    return tuple(roles), texts, system, empty, weighed, learned, body, label


def table(rows: Sequence[tuple[Any, ...]]) -> list[pl.Series]:
    """Return the columns of many conversations.

    Lists of texts are made of one long column, and those of roles once for each order in which roles occur: polars takes a
    list of Python's lists item by item, which is twenty times slower.
    """
    values = dict(zip(COLUMNS, zip(*rows, strict=True) if rows else [()] * len(COLUMNS), strict=True))
    made = {name: pl.Series(name, list(values[name]), kind) for name, kind in COLUMNS.items() if name not in {"roles", "texts"}}
    orders = {roles: number for number, roles in enumerate(dict.fromkeys(values["roles"]))}
    kinds = pl.Series("roles", [list(roles) for roles in orders], COLUMNS["roles"])
    roles = kinds.gather(pl.Series([orders[roles] for roles in values["roles"]], dtype=pl.UInt32))
    return [roles, _lists("texts", values["texts"]), *made.values()]


def _lists(name: str, lists: Sequence[Sequence[str]]) -> pl.Series:
    """Return lists of texts as a column."""
    owner = [number for number, texts in enumerate(lists) for _ in texts]
    flat = pl.DataFrame({"owner": owner, name: list(chain.from_iterable(lists))}, {"owner": pl.UInt32, name: pl.String})
    grouped = flat.group_by("owner", maintain_order=True).agg(name)
    every = pl.DataFrame({"owner": pl.Series(range(len(lists)), dtype=pl.UInt32)})
    return every.join(grouped, on="owner", how="left", maintain_order="left").get_column(name).fill_null([])


def last_answer(roles: Sequence[str]) -> int | None:
    """Return the place of the assistant's last message."""
    return len(roles) - 1 - roles[::-1].index("assistant") if "assistant" in roles else None


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
        # What is no text (an image, a part of another tool's format) differs where it differs as JSON.
        return "".join(part["text"] if type(part.get("text")) is str else json.dumps(part, sort_keys=True) for part in content)
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
    columns=COLUMNS,
    row=row,
    table=table,
    pointers=pointers,
    first_fault=first_fault,
    infer=infer,
)
