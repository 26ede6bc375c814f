"""What the completions endpoints answer, as the objects that clients know."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from ftlint.mock.errors import bad_request
from ftlint.mock.model.generation import Generated, Piece, Sampling, echoed, generate
from ftlint.text.tokens.openai import encoding

CHUNK = "chat.completion.chunk"
"""What a part of a streamed chat completion is called."""

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.mock.model.bases import Base
    from ftlint.mock.model.model import Model


def check_context(base: Base, prompt: int, completion: int) -> None:
    """Raise ServiceError where prompt and completion (numbers of tokens) are more than the model takes."""
    if prompt + completion > base.context:
        raise bad_request(
            f"This model's maximum context length is {base.context} tokens, however you requested {prompt + completion} tokens "
            f"({prompt} in your prompt; {completion} for the completion). Please reduce your prompt; or completion length."
        )


def choices_for(
    model: Model, prompt: Sequence[int], sampling: Sampling, *, n: int, best_of: int, seed: str
) -> tuple[list[Generated], int]:
    """Return the best `n` of `best_of` texts, and the number of tokens of all that were made. seed: of the drawing."""
    sampling = replace(sampling, ranked=best_of > n)
    if sampling.temperature == 0:
        made = [generate(model, prompt, sampling)] * best_of
    else:
        made = [generate(model, prompt, sampling, Random(f"{seed} {number}")) for number in range(best_of)]  # noqa: S311 - texts
    best = sorted(range(best_of), key=lambda number: -made[number].mean_logprob)[:n] if best_of > n else range(n)
    return [made[number] for number in best], sum(text.used for text in made)


def seed_of(seed: int | None, request: Mapping[str, Any]) -> str:
    """Return what decides about the tokens that are drawn: the request's seed, or the request itself."""
    return str(seed) if seed is not None else hashlib.sha256(repr(sorted(request.items())).encode()).hexdigest()


def text_choice(
    model: Model, prompt: Sequence[int], text: Generated, index: int, *, echo: bool, logprobs: int | None
) -> dict[str, Any]:
    """Return a choice of a text completion."""
    whole = model.decode(prompt) if echo or logprobs is not None else ""
    pieces = list(text.pieces)
    if echo:
        pieces = [*echoed(model, prompt, logprobs), *pieces]
    result = None if logprobs is None else _logprobs(model, pieces, 0 if echo else len(whole), logprobs)
    return {"text": whole * echo + text.text, "index": index, "logprobs": result, "finish_reason": text.finish}


def _logprobs(model: Model, pieces: Sequence[Piece], start: int, number: int) -> dict[str, Any]:
    """Return the arrays of the logprobs object. start: characters of the prompt that are before the first token."""
    offsets, data = [], b""
    vocabulary = encoding(model.base.encoding)
    for piece in pieces:
        offsets.append(start + len(data.decode("utf-8", "ignore")))
        data += vocabulary.decode_single_token_bytes(piece.token)
    return {
        "tokens": [shown(model, piece.token) for piece in pieces],
        "token_logprobs": [piece.logprob for piece in pieces],
        "top_logprobs": [_top(model, piece) for piece in pieces] if number else None,
        "text_offset": offsets,
    }


def _top(model: Model, piece: Piece) -> dict[str, float] | None:
    """Return the likeliest tokens, and the one that was chosen."""
    if piece.logprob is None:
        return None
    return {shown(model, token): logprob for token, logprob in (*piece.top, (piece.token, piece.logprob))}


def shown(model: Model, token: int) -> str:
    """Return a token as text; as `bytes:` and escapes where it is not whole characters."""
    data = encoding(model.base.encoding).decode_single_token_bytes(token)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in data)


def chat_choice(model: Model, text: Generated, index: int, top: int | None) -> dict[str, Any]:
    """Return a choice of a chat completion. top: number of the likeliest tokens to tell; None: no logprobs."""
    results = None
    if top is not None:
        results = {"content": [_entry(model, piece.token, piece.logprob or 0.0, piece.top[:top]) for piece in text.pieces]}
        results["refusal"] = None  # type: ignore[assignment] # as the service has it
    return {"index": index, "message": {"content": text.text}, "logprobs": results, "finish_reason": text.finish}


def _entry(model: Model, token: int, logprob: float, top: Sequence[tuple[int, float]] | None) -> dict[str, Any]:
    data = encoding(model.base.encoding).decode_single_token_bytes(token)
    entry: dict[str, Any] = {"token": data.decode("utf-8", "replace"), "logprob": logprob, "bytes": list(data)}
    if top is not None:
        entry["top_logprobs"] = [_entry(model, other, value, None) for other, value in top]
    return entry


def text_chunks(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a text completion piece by piece, as it is streamed: a token a chunk where logprobs tell the tokens, else a word."""
    head = {key: value for key, value in answer.items() if key not in {"choices", "usage"}}
    for choice in answer["choices"]:
        for text, logprobs in _pieces(choice):
            part = {"text": text, "index": choice["index"], "logprobs": logprobs, "finish_reason": None}
            yield head | {"choices": [part]}
        end = {"text": "", "index": choice["index"], "logprobs": None, "finish_reason": choice["finish_reason"]}
        yield head | {"choices": [end]}


def _pieces(choice: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield the parts of a choice's text, each with the logprobs of its token."""
    logprobs = choice["logprobs"]
    if logprobs is None:
        yield from ((part, None) for part in _parts(choice["text"]))
        return
    starts = [offset - logprobs["text_offset"][0] for offset in logprobs["text_offset"]]
    for number, (start, end) in enumerate(itertools.zip_longest(starts, starts[1:], fillvalue=len(choice["text"]))):
        yield choice["text"][start:end], {name: values and values[number : number + 1] for name, values in logprobs.items()}


def chat_chunks(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a chat completion piece by piece, as it is streamed: a token a chunk where logprobs tell the tokens, else a word."""
    head = {key: value for key, value in answer.items() if key not in {"choices", "usage"}} | {"object": CHUNK}
    for choice in answer["choices"]:
        parts: list[tuple[dict[str, Any], Any]] = [({"role": "assistant", "content": ""}, None)]
        parts += _deltas(choice)
        for delta, logprobs in parts:
            yield head | {"choices": [{"index": choice["index"], "delta": delta, "logprobs": logprobs, "finish_reason": None}]}
        end = {"index": choice["index"], "delta": {}, "logprobs": None, "finish_reason": choice["finish_reason"]}
        yield head | {"choices": [end]}


def _deltas(choice: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield what a choice says, part by part, each with the logprobs of its token."""
    message, logprobs = choice["message"], choice["logprobs"]
    if calls := message.get("tool_calls"):
        yield {"tool_calls": [{"index": number, **call} for number, call in enumerate(calls)]}, None
    if function := message.get("function_call"):
        yield {"function_call": function}, None
    if calls or function or logprobs is None:
        yield from (({"content": text}, None) for text in _parts(message["content"] or ""))
        return
    data = b""
    for entry in logprobs["content"]:
        before = len(data.decode("utf-8", "ignore"))
        data += bytes(entry["bytes"])
        text = data.decode("utf-8", "ignore")[before:]  # a token may end within a character
        yield {"content": text}, {"content": [entry], "refusal": None}


def _parts(text: str) -> list[str]:
    """Return a text cut before its spaces."""
    words = text.split(" ")
    return [word for word in [words[0], *(f" {word}" for word in words[1:])] if word]
