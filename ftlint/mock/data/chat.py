"""Conversations: which the service takes, and how they become text.

A message is its role, a line end, its text, and the token that ends a text; the assistant's text and that token are the answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from ftlint.mock.model.corpus import TrainingExample
from ftlint.text.tokens import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ftlint.mock.model.bases import Base


ROLES = ("system", "developer", "user", "assistant", "tool", "function")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Text(_Strict):
    type: Literal["text"]
    text: str


class _Refusal(_Strict):
    type: Literal["refusal"]
    refusal: str


class _Url(_Strict):
    url: str
    detail: Literal["auto", "low", "high"] | None = None


class _Image(_Strict):
    type: Literal["image_url"]
    image_url: _Url


class _Sound(_Strict):
    data: str
    format: Literal["wav", "mp3"]


class _Audio(_Strict):
    type: Literal["input_audio"]
    input_audio: _Sound


class _Document(_Strict):
    file_data: str | None = None
    file_id: str | None = None
    filename: str | None = None


class _File(_Strict):
    type: Literal["file"]
    file: _Document


_Asked = Annotated[_Text | _Image | _Audio | _File, Field(discriminator="type")]
_Answer = Annotated[_Text | _Refusal, Field(discriminator="type")]


class _Instructed(_Strict):
    """A message of who tells the model what to do."""

    role: Literal["system", "developer"]
    content: str | list[_Text]
    name: str | None = None


class _Said(_Strict):
    """A message of the user."""

    role: Literal["user"]
    content: str | Annotated[list[_Asked], Field(min_length=1)]
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
    content: str | Annotated[list[_Answer], Field(min_length=1)] | None = None
    refusal: str | None = None
    name: str | None = None
    weight: Literal[0, 1] | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None


class _Result(_Strict):
    """What a tool answered."""

    role: Literal["tool"]
    content: str | list[_Text]
    tool_call_id: str


class _Returned(_Strict):
    """What a function answered, of the generation before tools."""

    role: Literal["function"]
    content: str | None
    name: str


_KINDS = {"assistant": "answered", "tool": "result", "function": "returned", "system": "instructed", "developer": "instructed"}


def _kind(message: Any) -> str | None:
    """Return the kind of message that a role has; None where there is no role."""
    role = message.get("role") if isinstance(message, dict) else None
    return None if role is None else _KINDS.get(role, "said") if isinstance(role, str) else "said"


Message = Annotated[
    Annotated[_Said, Tag("said")]
    | Annotated[_Instructed, Tag("instructed")]
    | Annotated[_Answered, Tag("answered")]
    | Annotated[_Result, Tag("result")]
    | Annotated[_Returned, Tag("returned")],
    Discriminator(_kind, custom_error_type="no_role", custom_error_message="Discriminator 'role' is missing in value"),
]
_TAGS = {*_KINDS.values(), "said", "str"}


class Declared(_Strict):
    """A function: its name and what it takes."""

    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(_Strict):
    """A function that the model may call."""

    type: Literal["function"]
    function: Declared


class ChatRecord(_Strict):
    """A record of a chat file (openai-python 3.54.0, types/chat; the service's guide to supervised fine-tuning)."""

    messages: list[Message] = Field(min_length=1)
    tools: list[Tool] | None = None
    functions: list[Declared] | None = None
    parallel_tool_calls: bool | None = None


@dataclass(frozen=True)
class Fault:
    """What is wrong with a conversation. message: its number, from 0; None where it is none of them. key: of what is wrong."""

    text: str
    message: int | None = None
    key: str = ""
    extra: bool = False


def fault_of(record: Any) -> Fault | None:
    """Return what the service has against a conversation; None where it takes it."""
    try:
        conversation = ChatRecord.model_validate(record)
    except ValidationError as error:
        # Of a content that is neither a text nor good parts, the parts say what is wrong.
        first = max(error.errors()[:8], key=lambda one: len(one["loc"])) if error.error_count() > 1 else error.errors()[0]
        index = [part for part in first["loc"] if part not in _TAGS and not str(part).startswith(("list[", "function-"))]
        message = index[1] if len(index) > 1 and index[0] == "messages" and isinstance(index[1], int) else None
        rest = index[2:] if message is not None else index
        return Fault(_words(first), message, _dotted(rest), first["type"] == "extra_forbidden")
    return _fault_of_links(conversation.messages)


def _words(error: Any) -> str:
    """Return what is wrong in words without the names of a library's classes."""
    text: str = error["msg"]
    if error["loc"][-1:] == ("role",) and error["type"] == "literal_error":
        known = ", ".join(map(repr, ROLES))
        return f"Invalid value: {error['input']!r}. Supported values are: {known}."
    if error["type"] in {"model_type", "model_attributes_type"}:
        return "Input should be an object"
    if error["type"] == "union_tag_invalid":
        known = error["ctx"]["expected_tags"]
        return f"Invalid value: {error['ctx']['tag']!r}. Supported values are: {known}."
    return text


def _dotted(index: Sequence[Any]) -> str:
    """Return a place as users write it: `content[0].text`; the names of types in it are left out."""
    known = {"text", "image_url", "input_audio", "file", "refusal"}
    shown = ""
    for number, part in enumerate(index):
        if isinstance(part, int):
            shown += f"[{part}]"
        elif not (number and isinstance(index[number - 1], int) and part in known and number + 1 < len(index)):
            shown += f".{part}" if shown else str(part)
    return shown


def _fault_of_links(messages: Sequence[Any]) -> Fault | None:
    """Return what is wrong with calls of tools and results: a result follows the call that it names, and each call has one."""
    open_calls: set[str] = set()
    for number, message in enumerate(messages):
        if message.role == "tool":
            if message.tool_call_id not in open_calls:
                text = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                return Fault(text, number, "tool_call_id")
            open_calls.discard(message.tool_call_id)
            continue
        if open_calls:
            names = ", ".join(sorted(open_calls))
            text = f"an assistant message with 'tool_calls' must be followed by tool messages for: {names}"
            return Fault(text, number, "role")
        if message.role == "assistant":
            open_calls = {call.id for call in message.tool_calls or ()}
    return None


def refusal(record: Any, number: int) -> str | None:
    """Return why the service refuses an example, in its words; None for one that it takes. number: from 1."""
    fault = fault_of(record)
    if fault is not None:
        if fault.extra:
            return f'Example {number} contains an extra "{fault.key.rpartition(".")[2]}".'
        index = f", message {fault.message + 1}" if fault.message is not None else ""
        key = f" {fault.key}:" if fault.key and fault.message is not None else f", {fault.key or 'record'}:" if not index else ""
        return f"Example {number}{index}{key} {fault.text}"
    answers = [message for message in record["messages"] if message["role"] == "assistant"]
    if not answers:
        return f"Example {number} has no assistant message, so that there is nothing to learn"
    if all(message.get("weight") == 0 for message in answers):
        return f"Example {number} has the weight 0 for all messages of the assistant, so that there is nothing to learn"
    return None


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message: its content, and calls of tools as JSON."""
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(part.get("text") or f"[{part.get('type')}]" for part in content)
    calls = message.get("tool_calls") or message.get("function_call")
    return (content or "") + (json.dumps(calls, ensure_ascii=False) if calls else "")


def example_of(messages: Iterable[Mapping[str, Any]], base: Base) -> TrainingExample:
    """Return a conversation as tokens; messages of weight 0 are read, but not learned."""
    tokens, answer = [base.end], [False]
    for message in messages:
        head = encode(f"{message['role']}\n", base.encoding)
        text = [*encode(text_of(message), base.encoding), base.end]
        learned = message["role"] == "assistant" and message.get("weight") != 0
        tokens += head + text
        answer += [False] * len(head) + [learned] * len(text)
    return TrainingExample(tokens, answer)


def request_tokens(messages: Iterable[Mapping[str, Any]], base: Base) -> list[int]:
    """Return a request as tokens, up to where the assistant answers; without the token that starts every text."""
    return [*example_of(messages, base).tokens[1:], *encode("assistant\n", base.encoding)]
