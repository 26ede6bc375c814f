"""Records of one shape as records of another, where nothing of them is lost."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, INPUT, RECORDS
from ftlint.dialects.conversation import ConversationDialect
from ftlint.engine.survey import take_sample
from ftlint.errors import InputError
from ftlint.records.reader import reader_of
from ftlint.sources import BOM
from ftlint.sources.files import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ftlint.dialects.base import Dialect
    from ftlint.dialects.context import Context
    from ftlint.dialects.turns import Turn
    from ftlint.options import DatasetOptions
    from ftlint.sources import Source


class LossyError(Exception):
    """A record holds something that the other shape has no place for; the text says what."""


class Message(NamedTuple):
    """What is said once: role, content (a text or parts), and what the message holds besides."""

    role: str
    content: Any
    more: Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """What a record says, whatever its shape. more: further keys, which stay as they are."""

    messages: Sequence[Message]
    tools: Any = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reshaped:
    """What was written: how many records, of which dialect these were."""

    records: int
    dialect: str


def reshape(source: Source, options: DatasetOptions, to: str, out: str) -> Reshaped:
    """Write the records of a file in another shape, a line each.

    Args:
        to: One of `SHAPES`. Raises InputError, and writes nothing, where a line holds no record, or a record something that the
            other shape has no place for.
    """
    context, _ = take_sample([source], options)
    dialect = named(context.dialect)
    if not context.recognised or not (isinstance(dialect, ConversationDialect) or "endings" in dialect.capabilities):
        raise InputError(f"{source.path} has no records of a known shape; set it with --dialect")
    count = 0
    with writing(out) as file:
        for line in _reshaped(source, context, dialect, to):
            file.write(line + b"\n")
            count += 1
    return Reshaped(count, dialect.name)


def records_as(source: Source, options: DatasetOptions) -> Iterator[dict[str, Any]]:
    """Yield the records of a file that are questions and answers: of one prompt and completion as they are, others as chat.

    Lines that hold no record are left out, and records that conversations have no place for. Raises InputError for records of
    several shapes.
    """
    context, _ = take_sample([source], options)
    dialect = named(context.dialect)
    if not isinstance(dialect, ConversationDialect) and "endings" not in dialect.capabilities:
        return
    for span in source.spans():
        start, data = source.read(span)
        data = data.removeprefix(BOM) if start == 0 else data
        lines = data.split(b"\n")
        decoded = reader_of(context).read(data)
        if decoded.foreign:
            others = ", ".join([dialect.name, *decoded.foreign])
            raise InputError(f"{source.path} holds records of several shapes ({others}): train on one at a time")
        for number in decoded.tables[RECORDS].get_column("line"):
            value = json.loads(lines[number])
            # A prompt and its completion have their separator and stop, which are learned too.
            if not isinstance(dialect, ConversationDialect):
                yield value
                continue
            with suppress(LossyError):
                yield _chat(_said_of(value, dialect))


def _reshaped(source: Source, context: Context, dialect: Dialect, to: str) -> Iterator[bytes]:
    number = 0
    for span in source.spans():
        start, data = source.read(span)
        for line in (data.removeprefix(BOM) if start == 0 else data).removesuffix(b"\n").split(b"\n"):
            number += 1
            if not line.strip():
                continue
            try:
                # The standard library keeps all digits of a large integer.
                yield json.dumps(SHAPES[to](_said(line, context, dialect)), ensure_ascii=False, separators=(",", ":")).encode()
            except LossyError as error:
                raise InputError(f"{source.path}, line {number:,}: {error}; nothing was written") from error


def _said(line: bytes, context: Context, dialect: Dialect) -> Said:
    """Return what a line says; raises LossyError where it holds no record."""
    decoded = reader_of(context).read(line + b"\n")
    tables = decoded.tables
    if not len(tables[RECORDS]):
        raise LossyError(f"it is no {dialect.name} record (ftlint check says why)")
    if "duplicate-key" in decoded.faults:
        raise LossyError("a key is repeated, of which one value would be lost")
    value = json.loads(line)
    if not isinstance(dialect, ConversationDialect):
        row = dialect.derive(tables, context.known)[RECORDS].row(0, named=True)
        further = {key: value[key] for key in dialect.further(list(value))}
        return Said([Message("user", row[INPUT], {}), Message("assistant", row[ANSWER], {})], None, further)
    return _said_of(value, dialect)


def _said_of(value: Mapping[str, Any], dialect: ConversationDialect) -> Said:
    """Return what a conversation says; raises LossyError for what other shapes have no place for."""
    turns = dialect.turns(value)
    if any(turn.field.thread for turn in turns):
        raise LossyError("it has a rejected answer, which the target shape cannot hold")
    form = dialect.form_of(value)
    keys = {one.path.partition("/")[0] for one in form.fields} | {"tools", "functions"}
    more = {key: one for key, one in value.items() if key not in keys and one is not None}
    if judged := next((key for key in dialect.judgements if key in more), None):
        raise LossyError(f'its "{judged}" says how good the answer is, which the target shape cannot hold')
    return Said(_messages(turns, dialect), dialect.tools_of(value), more)


def _messages(turns: Sequence[Turn], dialect: ConversationDialect) -> list[Message]:
    """Return turns as messages; named texts that are asked one after the other are one, with a line end between them."""
    made: list[Message] = []
    for turn in turns:
        if turn.bare and not turn.content and turn.role != "assistant":
            continue  # a key without a text
        more = {key: one for key, one in turn.message.items() if key not in {dialect.role, dialect.content}}
        content = _typed(turn.content) if type(turn.content) is list else turn.content
        if turn.bare and turn.role == "user" and made and made[-1].role == "user" and isinstance(made[-1].content, str):
            made[-1] = Message("user", f"{made[-1].content}\n{content}", {})
        else:
            made.append(Message(turn.role, content, more))
    return made


def _typed(parts: Sequence[Any]) -> Any:
    """Return parts of a content with their type; parts that are one text are that text."""
    if len(parts) == 1 and set(parts[0]) <= {"type", "text"} and parts[0].get("type", "text") == "text":
        return parts[0]["text"]
    if any("type" not in part and set(part) != {"text"} for part in parts):
        raise LossyError("it has parts that are not text, which the target shape cannot hold")
    return [part if "type" in part else {"type": "text", **part} for part in parts]


def _tooled(said: Said, made: dict[str, Any]) -> dict[str, Any]:
    return {**made, **({"tools": said.tools} if said.tools else {}), **said.more}


def _as_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [{"role": one.role, "content": one.content, **one.more} for one in messages]


def _chat(said: Said) -> dict[str, Any]:
    return _tooled(said, {"messages": _as_messages(said.messages)})


def _conversations(said: Said) -> dict[str, Any]:
    return _tooled(said, {"conversations": _as_messages(said.messages)})


def _prompted(said: Said) -> dict[str, Any]:
    if not said.messages or said.messages[-1].role != "assistant":
        raise LossyError("it does not end with an answer")
    made = {"prompt": _as_messages(said.messages[:-1]), "completion": _as_messages(said.messages[-1:])}
    return _tooled(said, made)


def _sharegpt(said: Said) -> dict[str, Any]:
    names = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation"}
    if unknown := next((one.role for one in said.messages if one.role not in names), None):
        raise LossyError(f'ShareGPT has no role "{unknown}"')
    turns = [{"from": names[one.role], "value": _text(one)} for one in said.messages]
    return _tooled(said, {"conversations": turns})


def _alpaca(said: Said) -> dict[str, Any]:
    if said.tools:
        raise LossyError("it has tools, which the target shape cannot hold")
    messages = list(said.messages)
    system = {"system": _text(messages.pop(0))} if messages and messages[0].role == "system" else {}
    roles = [one.role for one in messages]
    if not roles or roles != ["user", "assistant"] * (len(roles) // 2):
        raise LossyError("its messages are not pairs of question and answer")
    pairs = [[_text(asked), _text(answered)] for asked, answered in zip(messages[::2], messages[1::2], strict=True)]
    *history, (question, answer) = pairs
    made = {"instruction": question, "input": "", "output": answer, **system}
    return {**made, **({"history": history} if history else {}), **said.more}


def _pair(asked: str, answered: str) -> Callable[[Said], dict[str, Any]]:
    """Return what writes a record of two texts."""

    def write(said: Said) -> dict[str, Any]:
        if said.tools or [one.role for one in said.messages] != ["user", "assistant"]:
            raise LossyError("it is more than one question and its answer")
        question, answer = map(_text, said.messages)
        return {asked: question, answered: answer, **said.more}

    return write


def _text(message: Message) -> str:
    """Return the text of a message that is nothing else."""
    if not isinstance(message.content, str) or any(one is not None for one in message.more.values()):
        raise LossyError("a message is more than a role and a text, which the target shape cannot hold")
    return message.content


SHAPES: Mapping[str, Callable[[Said], dict[str, Any]]] = {
    "chat": _chat,
    "conversations": _conversations,
    "sharegpt": _sharegpt,
    "alpaca": _alpaca,
    "instruction": _alpaca,
    "prompt-completion": _pair("prompt", "completion"),
    "prompt-completion-messages": _prompted,
    "question-answer": _pair("question", "answer"),
}
"""What writes a record of each shape."""
