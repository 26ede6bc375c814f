"""What the service refuses, in its own words; ftlint's rules decide, and what they leave open the model of conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

import ftlint
from ftlint.dialects import named
from ftlint.mock.data import chat
from ftlint.targets import target
from ftlint.text.tokens import encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftlint.mock.data.records import Record
    from ftlint.mock.model.bases import Base

_NO_DICTIONARY = ("FIL001", "FIL002", "JSN001", "JSN002")
_KEYS = ("prompt", "completion")
_CHAT = "gpt-4o-mini"
"""The target of ftlint that conversations are judged for."""


@dataclass(frozen=True)
class Refusal:
    """Why a job fails. code, param: as in the error of a job."""

    message: str
    code: str = "invalid_training_file"
    param: str = "training_file"


def refusal_of_upload(content: bytes) -> str | None:
    """Return why a file is not taken; None for one that is."""
    report = ftlint.check(content, select=[*_NO_DICTIONARY, "FIL005", "SHP001", "SHP002", "SHP004"], target="ada")
    chats = report.survey is not None and named(report.survey.dialect).called == "chat"
    # Of conversations no more is looked at before a job reads them.
    results = [one for one in report.findings if not (chats and one.code.startswith("SHP"))]
    if not results:
        return None
    first = min(results, key=lambda finding: finding.line or 1)
    number, lines = first.line or 1, content.split(b"\n")
    if first.code == "FIL005":
        return "Expected file to have JSONL format, but it is empty."
    line = lines[number - 1].decode("utf-8", "replace")
    if first.code in {"SHP001", "SHP004"}:
        record = orjson.loads(line)
        missing = next((key for key in _KEYS if record.get(key) is None), _KEYS[0])
        return f"Expected file to have JSONL format with prompt/completion keys. Missing `{missing}` key on line {number}."
    if first.code == "SHP002":
        return f"Expected file to have JSONL format with prompt/completion keys. Invalid value on line {number}: {first.message}."
    return (
        "Expected file to have JSONL format, where every line is a JSON dictionary. "
        f'Line {number} is not a dictionary (HINT: line starts with: "{line[:1]}...").'
    )


def refusal_of_data(content: bytes, records: Sequence[Record], base: Base, param: str) -> Refusal | None:
    """Return why a job with this file fails; None where it can start. param: `training_file` or `validation_file`."""
    broken = "The job failed due to an invalid " + param.replace("_", " ") + ". Invalid file format. "
    chats = sum("messages" in record for record in records)
    if chats != (len(records) if base.chat else 0):
        wanted = "chat format, with messages" if base.chat else "prompt/completion format"
        return Refusal(f"{broken}{base.name} is trained with files in {wanted}", "invalid_file_format", param)
    refused = _refusal_of_conversations(content, records) if base.chat else None
    if refused:
        return Refusal(broken + refused, "invalid_file_format", param)
    if not base.legacy and param == "training_file" and _too_few(content, base):
        count = len(records)
        least = target(_target_of(base)).minimum_records
        text = f"Training file has {count} example(s), but must have at least {least} examples"
        return Refusal(text, "invalid_n_examples", param)
    if not base.chat and not records:
        return Refusal(f"{broken}No example with a prompt and a completion", "invalid_file_format", param)
    return None


def _refusal_of_conversations(content: bytes, records: Sequence[Record]) -> str | None:
    """Return why a conversation is not taken; None where all are. What no rule is about, the model of a conversation decides."""
    report = ftlint.check(content, select=["CHT"], target=_CHAT)
    errors = {result.line: result.message for result in reversed(report.findings) if result.level == "error"}
    lines = (number for number, line in enumerate(content.split(b"\n"), 1) if line.strip())
    for number, (record, line) in enumerate(zip(records, lines, strict=False), 1):
        words = chat.refusal(record, number)
        if words or line in errors:
            return words or f"Example {number}, {errors[line]}"
    return None


def _target_of(base: Base) -> str:
    """Return the target of ftlint that a base model is judged as; all chat models take as few records."""
    return _CHAT if base.chat else base.name


def _too_few(content: bytes, base: Base) -> bool:
    """Whether a file has fewer records than the service takes."""
    report = ftlint.check(content, select=["SIZ001"], target=_target_of(base))
    return any(result.level == "error" for result in report.findings)


def refusal_of_lengths(content: bytes, records: Sequence[Record], base: Base) -> str | None:
    """Return why the examples of a first-generation file are too long; None where most of them are not."""
    report = ftlint.check(content, select=["TOK001"], target=base.name)
    if 2 * report.counts["TOK001"] <= len(records):
        return None
    limit = target(base.name).ceiling
    return f"The majority of examples in the training file contain more than the {limit} tokens allowed for this model."


def refusal_of_classes(files: Mapping[str, tuple[bytes, Sequence[Record]]], classes: int | None, base: Base) -> str | None:
    """Return why classification metrics cannot be computed; None where they can.

    Args:
        files: Contents and records by id, of the training and the validation file.
        classes: The number that was asked for.
    """
    for identity, (content, records) in files.items():
        labels = {record["completion"] for record in records}
        if classes is not None and len(labels) != classes:
            return f"The number of classes in {identity} does not match the number of classes specified in the hyperparameters."
        shared = ftlint.check(content, select=["LBL002"], target=base.name, task="classification").counts
        if shared or len({encode(label, base.encoding)[0] for label in labels}) != len(labels):
            return "If `compute_classification_metrics` is `True`, each of the classes must start with a different token"
    return None


def refusal_of_positive(positive: str, records: Sequence[Record], job: str, file: str) -> str | None:
    """Return why there is no positive class; None where there is. file: what the file of these records is called."""
    labels = sorted({record["completion"] for record in records})
    if positive in labels:
        return None
    return (
        f"The positive class specified `{positive}` is not found among the classes in the {file} {labels}. "
        f"Fine-tune failed. For help, please contact OpenAI and include your fine-tune ID: {job}"
    )
