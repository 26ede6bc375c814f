"""Answers of a model, as people keep them: lines of text, JSON, responses of the API, results of a batch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

import orjson

from ftlint.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TEXTS = ("text", "completion", "prediction", "predicted", "answer", "output", "response", "label", "content")
"""Keys under which an answer is; the first that holds a text counts."""

_NUMBER = re.compile(r"(\d+)\D*\Z")


@dataclass(frozen=True)
class Prediction:
    """An answer. first: the probability of each token that it may begin with, as far as they are known."""

    text: str
    first: Mapping[str, float] | None = None


def read(content: bytes, name: str) -> list[Prediction]:
    """Return the answers of a file: JSON Lines, a JSON array, or text with one answer a line.

    Raises:
        InputError: For what holds no answer.
    """
    body = content.removeprefix(b"\xef\xbb\xbf")
    if body.lstrip()[:1] == b"[":
        values = _loads(body, name, 1)
        return of_values(values, name)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8: {error.reason} at byte {error.start:,}") from error
    lines = text.splitlines() if body.lstrip()[:1] not in {b"{", b'"'} else None
    if lines is not None:
        return [Prediction(line) for line in lines]
    rows = [(number, line) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    return of_values([_loads(line, name, number) for number, line in rows], name)


def of_values(values: Iterable[Any], name: str = "the predictions") -> list[Prediction]:
    """Return the answers of parsed JSON values; results of a batch are put in the order of their requests."""
    every = list(values)
    if every and all(isinstance(value, dict) and "custom_id" in value for value in every):
        every = _in_order(every, name)
    return [_prediction(value, f"{name}, answer {number}") for number, value in enumerate(every, 1)]


def _loads(line: bytes, name: str, number: int) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{name}, line {number}: not JSON: {error}") from error


def _in_order(values: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Return results in the order of the numbers that their requests have; a batch ends in any order."""
    numbers = [_NUMBER.search(str(value["custom_id"])) for value in values]
    results = [int(number.group(1)) for number in numbers if number]
    if len(set(results)) < len(values):
        raise InputError(f"{name} has results of a batch whose custom_id does not end in the record's number; sort them yourself")
    return [value for _, value in sorted(zip(results, values, strict=True), key=lambda pair: pair[0])]


def _prediction(value: Any, where: str) -> Prediction:
    if isinstance(value, str):
        return Prediction(value)
    if not isinstance(value, dict):
        raise InputError(f"{where}: a text or an object is wanted")
    if isinstance(value.get("response"), dict):  # of a batch
        value = value["response"].get("body") or {}
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else value
    message = choice.get("message")
    text = message.get("content") if isinstance(message, dict) else _text(choice)
    if not isinstance(text, str):
        raise InputError(f"{where} has no text ({', '.join(map(str, list(choice)[:8])) or 'nothing'}); it is under {TEXTS[0]!r}")
    try:
        return Prediction(text, _first(choice.get("logprobs")))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"{where}: its logprobs are not those of the API") from error


def _text(value: Mapping[str, Any]) -> Any:
    return next((value[key] for key in TEXTS if isinstance(value.get(key), str)), None)


def _first(logprobs: Any) -> dict[str, float] | None:
    """Return the probabilities of what an answer may begin with, by either form of the API."""
    if not isinstance(logprobs, dict):
        return None
    content = logprobs.get("content")
    if isinstance(content, list) and content and isinstance(content[0], dict):
        entries = [content[0], *(content[0].get("top_logprobs") or ())]
        return {str(entry["token"]): exp(entry["logprob"]) for entry in entries if isinstance(entry.get("logprob"), (int, float))}
    top = logprobs.get("top_logprobs")
    if isinstance(top, list) and top and isinstance(top[0], dict):
        return {str(token): exp(value) for token, value in top[0].items() if isinstance(value, (int, float))}
    return None


def label_of(text: str, labels: Iterable[str]) -> str | None:
    """Return the longest label that an answer begins with, as the guide has it; None for none."""
    bare = text.strip()
    return max((label for label in labels if bare.startswith(label) and (label or not bare)), key=len, default=None)


def shares(first: Mapping[str, float], labels: Sequence[str]) -> list[float] | None:
    """Return the probability of each label, by what the answer may begin with; together they are 1.

    What is left over is shared out among labels that no token was given for. None where a token may begin several labels.
    """
    results = dict.fromkeys(labels, 0.0)
    for token, share in first.items():
        begins = [label for label in labels if token.strip() and label.startswith(token.strip())]
        exact = [label for label in begins if label == token.strip()]
        if len(exact or begins) > 1:
            return None
        for label in exact or begins:
            results[label] += share
    missing = [label for label, share in results.items() if not share]
    rest = max(1e-9, 1 - sum(first.values()))
    for label in missing:
        results[label] = rest / len(missing)
    total = sum(results.values())
    return [share / total for share in results.values()]
