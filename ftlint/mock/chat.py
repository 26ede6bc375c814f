"""Conversations: which the service takes, and how they become text.

A message is its role, a line end, its text, and the token that ends a text; the assistant's text and that token are the answer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from ftlint.mock.corpus import Example
from ftlint.text.tokens import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ftlint.mock.bases import Base


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Part(BaseModel):
    """A part of a message's content; of parts that are no text the type is all that is learned."""

    model_config = ConfigDict(extra="allow", strict=True)
    type: str
    text: str | None = None


Content = str | list[_Part]


class _Said(_Strict):
    """A message of somebody who is not the model."""

    role: Literal["system", "developer", "user"]
    content: Content
    name: str | None = None


class _Function(_Strict):
    name: str
    arguments: str


class _Call(_Strict):
    id: str
    type: Literal["function"]
    function: _Function


class _Answered(_Strict):
    """A message of the model."""

    role: Literal["assistant"]
    content: Content | None = None
    refusal: str | None = None
    name: str | None = None
    weight: Literal[0, 1] | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None


class _Result(_Strict):
    """What a tool answered."""

    role: Literal["tool", "function"]
    content: Content | None
    tool_call_id: str | None = None
    name: str | None = None


def _kind(message: Any) -> str | None:
    """Return the kind of message that a role has; None where there is no role."""
    role = message.get("role") if isinstance(message, dict) else None
    kinds = {"assistant": "answered", "tool": "result", "function": "result"}
    return None if role is None else kinds.get(role, "said") if isinstance(role, str) else "said"


Message = Annotated[
    Annotated[_Said, Tag("said")] | Annotated[_Answered, Tag("answered")] | Annotated[_Result, Tag("result")],
    Discriminator(_kind, custom_error_type="no_role", custom_error_message="Discriminator 'role' is missing in value"),
]


class Conversation(_Strict):
    """A record of a chat file (openai-python 3.54.0, types/chat; the service's guide to supervised fine-tuning)."""

    messages: list[Message] = Field(min_length=1)
    tools: list[dict[str, Any]] | None = None
    functions: list[dict[str, Any]] | None = None
    parallel_tool_calls: bool | None = None


def refusal(record: Any, number: int) -> str | None:
    """Return why the service refuses an example, in its words; None for one that it takes. number: from 1."""
    try:
        conversation = Conversation.model_validate(record)
    except ValidationError as error:
        [first, *_] = error.errors()
        place = [part for part in first["loc"] if part not in {"said", "answered", "result"}]
        if first["type"] == "extra_forbidden":
            return f'Example {number} contains an extra "{place[-1]}".'
        if len(place) > 1 and place[0] == "messages" and isinstance(place[1], int):
            key = "".join(f" {part}:" for part in place[2:3])
            return f"Example {number}, message {place[1] + 1}{key} {first['msg']}"
        return f"Example {number}, {'.'.join(map(str, place)) or 'record'}: {first['msg']}"
    answers = [message for message in conversation.messages if message.role == "assistant"]
    if not answers:
        return f"Example {number} has no message of the assistant, so that there is nothing to learn"
    if all(isinstance(message, _Answered) and message.weight == 0 for message in answers):
        return f"Example {number} has the weight 0 for all messages of the assistant, so that there is nothing to learn"
    return None


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message: its content, and calls of tools as JSON."""
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(part.get("text") or f"[{part.get('type')}]" for part in content)
    calls = message.get("tool_calls") or message.get("function_call")
    return (content or "") + (json.dumps(calls, ensure_ascii=False) if calls else "")


def example_of(messages: Iterable[Mapping[str, Any]], base: Base) -> Example:
    """Return a conversation as tokens; messages of weight 0 are read, but not learned."""
    tokens, answer = [base.end], [False]
    for message in messages:
        head = encode(f"{message['role']}\n", base.encoding)
        text = [*encode(text_of(message), base.encoding), base.end]
        learned = message["role"] == "assistant" and message.get("weight") != 0
        tokens += head + text
        answer += [False] * len(head) + [learned] * len(text)
    return Example(tokens, answer)


def request_tokens(messages: Iterable[Mapping[str, Any]], base: Base) -> list[int]:
    """Return a request as tokens, up to where the assistant answers; without the token that starts every text."""
    return [*example_of(messages, base).tokens[1:], *encode("assistant\n", base.encoding)]
