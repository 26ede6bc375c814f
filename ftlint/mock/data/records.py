"""Records of datasets, as examples for training."""

from __future__ import annotations

from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

import ftlint
from ftlint import InputError
from ftlint.mock.data import chat
from ftlint.mock.model.corpus import TrainingExample
from ftlint.text.tokens import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ftlint.mock.model.bases import Base

Record: TypeAlias = dict[str, Any]
"""`{"prompt", "completion"}` or `{"messages"}`."""
Data: TypeAlias = "str | PathLike[str] | bytes | Iterable[Record]"


def records_of(data: Data) -> list[Record]:
    """Return the records of a path, of bytes in JSON Lines, or of an iterable.

    Lines that hold no record are left out, as they are by trainers that skip them: `ftlint check` is what finds them.

    Raises:
        InputError: For a file that cannot be read, or without any record.
    """
    every = ftlint.Session().records(data)
    results = [record for record in every if is_record(record)]
    if not results:
        name = fspath(data) if isinstance(data, (str, PathLike)) else "the data"
        raise InputError(f"{name} has no record with prompt and completion, or messages")
    return results


def parsed(content: bytes) -> list[Record]:
    """Return the objects of JSON Lines; what is none is left out."""
    results = []
    for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict):
            results.append(value)
    return results


def is_record(value: Any) -> bool:
    """Whether a value is a record that can be learned."""
    if not isinstance(value, dict):
        return False
    if "messages" in value:
        return chat.refusal(value, 1) is None
    return isinstance(value.get("prompt"), str) and isinstance(value.get("completion"), str) and value["completion"] != ""


def is_chat(records: Sequence[Record]) -> bool:
    """Whether records are conversations."""
    return "messages" in records[0]


def example_of(record: Record, base: Base) -> TrainingExample:
    """Return a record as tokens. Prompt and completion are encoded apart, and nothing ends the completion."""
    if "messages" in record:
        return chat.example_of(record["messages"], base)
    prompt, completion = encode(record["prompt"], base.encoding), encode(record["completion"], base.encoding)
    return TrainingExample([base.end, *prompt, *completion], [False] * (1 + len(prompt)) + [True] * len(completion))


def input_tokens(record: Record, base: Base) -> list[int]:
    """Return what a model is asked with a record: without the answer, and without the token that starts every text."""
    if "messages" in record:
        return chat.request_tokens(record["messages"][: _last_answer(record)], base)
    return encode(record["prompt"], base.encoding)


def answer_of(record: Record) -> str:
    """Return the answer that a record teaches; of a conversation the last one."""
    if "messages" in record:
        return chat.text_of(record["messages"][_last_answer(record)])
    completion: str = record["completion"]
    return completion


def _last_answer(record: Record) -> int:
    return max(index for index, message in enumerate(record["messages"]) if message["role"] == "assistant")
