"""/completions and /chat/completions."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from ftlint.mock.data import chat
from ftlint.mock.errors import ServiceError, bad_request
from ftlint.mock.model.generation import Sampling
from ftlint.mock.server.calls import message_of
from ftlint.mock.server.completions import (
    CHUNK,
    chat_choice,
    chat_chunks,
    check_context,
    choices_for,
    seed_of,
    text_choice,
    text_chunks,
)
from ftlint.mock.server.requests import ChatRequest, CompletionRequest, EngineRequest
from ftlint.mock.server.service import Service, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ftlint.mock.model.model import Model

_QUICK = 16
"""Tokens that are made at once; more are made in a thread, so that nobody waits for them."""
_CHAT_TOKENS = 1024
"""Most tokens of a chat completion that asks for no number; the service has no such limit."""
_LOOK = 0.2
"""Seconds between two looks whether the client still waits."""
_LONG = 50_000
"""Characters of a prompt that is encoded in a thread."""
_MOST = 20_000
"""Most tokens that one request may ask for, all choices together."""


def routes(service: Service) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(tags=["completions"])

    async def respond(
        http: Request,
        request: CompletionRequest | ChatRequest,
        tokens: int,
        work: Callable[[Callable[[], bool]], dict[str, Any]],
        chunks: Callable[[dict[str, Any]], Iterable[dict[str, Any]]],
    ) -> Response:
        if tokens > _MOST:
            raise bad_request(f"The request asks for {tokens:,} tokens in all; this mock makes at most {_MOST:,} at once")
        made = work(bool) if tokens <= _QUICK else await _while_somebody_waits(http, work)
        if not request.stream:
            return answer(made)
        return StreamingResponse(_sent(chunks(made), made, request), media_type="text/event-stream")

    @router.post("/completions", response_model=None)
    async def completions(http: Request, request: CompletionRequest) -> Response:
        """Complete texts."""
        model = service.model(request.model)
        # To encode long texts takes a while in which others can be answered.
        long = len(repr(request.prompt)) > _LONG
        prompts = await run_in_threadpool(_prompts, model, request.prompt) if long else _prompts(model, request.prompt)
        best_of = request.best_of or request.n
        if best_of < request.n:
            raise bad_request("You requested that the server return more choices than it will generate (best_of < n)", "best_of")
        if request.stream and best_of > request.n:
            raise bad_request("Results of `best_of` cannot be streamed", "best_of")
        for prompt in prompts:
            check_context(model.base, len(prompt), request.max_tokens)
        asked = sum(len(prompt) * request.echo + best_of * request.max_tokens for prompt in prompts)
        work = lambda gone: _completion(service, model, prompts, request, gone)  # noqa: E731
        return await respond(http, request, max(asked, long * (_QUICK + 1)), work, text_chunks)

    @router.post("/engines/{engine}/completions", response_model=None)
    async def engine(http: Request, engine: str, request: EngineRequest) -> Response:
        """Complete texts; the model is named in the path."""
        return await completions(http, request.model_copy(update={"model": engine}))

    @router.post("/chat/completions", response_model=None)
    async def chat_completions(http: Request, request: ChatRequest) -> Response:
        """Answer messages."""
        model = service.model(request.model)
        if not model.base.chat:
            message = (
                "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
                "Did you mean to use v1/completions?"
            )
            raise ServiceError(404, message, param="model")
        if request.top_logprobs and not request.logprobs:
            raise bad_request("`top_logprobs` needs `logprobs` to be true", "top_logprobs")
        long = len(repr(request.messages)) > _LONG
        prompt = await run_in_threadpool(_messages, model, request) if long else _messages(model, request)
        wanted = request.max_completion_tokens or request.max_tokens or min(_CHAT_TOKENS, _MOST // request.n)
        check_context(model.base, len(prompt), wanted)
        # Trained models end soon, by their own token.
        work = lambda gone: _chat_completion(service, model, prompt, (request, wanted), gone)  # noqa: E731
        return await respond(http, request, request.n * wanted, work, chat_chunks)

    return router


async def _while_somebody_waits(http: Request, work: Callable[[Callable[[], bool]], dict[str, Any]]) -> dict[str, Any]:
    """Do work in a thread, and tell it when the client has gone away."""
    gone = threading.Event()
    task = asyncio.create_task(to_thread.run_sync(work, gone.is_set, abandon_on_cancel=True))
    try:
        while not (await asyncio.wait([task], timeout=_LOOK))[0]:
            if await http.is_disconnected():
                gone.set()
        return task.result()
    finally:
        gone.set()


def _prompts(model: Model, prompt: str | Sequence[Any] | None) -> list[list[int]]:
    """Return prompts as tokens; raises ServiceError for numbers that are not tokens."""
    if prompt is None or prompt == []:
        return [[]]  # the token that starts every text is read in any case
    several: list[Any] = list(prompt) if isinstance(prompt, list) and not isinstance(prompt[0], int) else [prompt]
    results = [model.encode(one) if isinstance(one, str) else list(one) for one in several]
    _check_tokens(model, (token for prompt in results for token in prompt), "prompt")
    return results


def _check_tokens(model: Model, tokens: Iterable[int], param: str) -> None:
    """Raise ServiceError for a number that no token has."""
    wrong = next((token for token in tokens if not model.base.has(token)), None)
    if wrong is not None:
        raise bad_request(f"{model.base.name} has no token {wrong}", param)


def _sampling(
    model: Model, request: CompletionRequest | ChatRequest, max_tokens: int, logprobs: int | None, gone: Callable[[], bool]
) -> Sampling:
    bias = request.logit_bias or {}
    _check_tokens(model, bias, "logit_bias")
    return Sampling(
        max_tokens=max_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        presence_penalty=request.presence_penalty,
        frequency_penalty=request.frequency_penalty,
        logit_bias=bias,
        stop=request.stops,
        logprobs=logprobs,
        gone=gone,
    )


def _completion(
    service: Service,
    model: Model,
    prompts: Sequence[Sequence[int]],
    request: CompletionRequest,
    gone: Callable[[], bool],
) -> dict[str, Any]:
    sampling = _sampling(model, request, request.max_tokens, request.logprobs, gone)
    choices: list[dict[str, Any]] = []
    made = 0
    for number, prompt in enumerate(prompts):
        seed = f"{_seed(request)} {number}"
        texts, used = choices_for(model, prompt, sampling, n=request.n, best_of=request.best_of or request.n, seed=seed)
        made += used
        for text in texts:
            choices.append(text_choice(model, prompt, text, len(choices), echo=request.echo, logprobs=request.logprobs))
    return _answered(service, "cmpl", "text_completion", request, choices=choices, tokens=(sum(map(len, prompts)), made))


def _chat_completion(
    service: Service, model: Model, prompt: list[int], asked: tuple[ChatRequest, int], gone: Callable[[], bool]
) -> dict[str, Any]:
    request, wanted = asked
    top = request.top_logprobs if request.logprobs else None
    sampling = _sampling(model, request, wanted, top, gone)
    texts, made = choices_for(model, prompt, sampling, n=request.n, best_of=request.n, seed=_seed(request))
    choices = [chat_choice(model, text, index, top) for index, text in enumerate(texts)]
    for choice in choices:
        said, why = choice["message"]["content"], choice["finish_reason"]
        choice["message"], choice["finish_reason"] = message_of(said, why, request, service.store.clock.name)
    return _answered(service, "chatcmpl", "chat.completion", request, choices=choices, tokens=(len(prompt), made))


def _answered(
    service: Service,
    prefix: str,
    kind: str,
    request: CompletionRequest | ChatRequest,
    *,
    choices: list[dict[str, Any]],
    tokens: tuple[int, int],
) -> dict[str, Any]:
    clock = service.store.clock
    return {
        "id": f"{prefix}-{clock.name()}",
        "object": kind,
        "created": clock.now(),
        "model": request.model,
        "choices": choices,
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }


def _seed(request: CompletionRequest | ChatRequest) -> str:
    return seed_of(request.seed, request.model_dump()) if request.temperature else ""


def _messages(model: Model, request: ChatRequest) -> list[int]:
    """Return messages as tokens; raises ServiceError for what is not a conversation."""
    fault = chat.fault_of({"messages": [*request.messages, {"role": "assistant", "content": ""}]})
    if fault is not None:
        index = "messages" if fault.message is None else f"messages[{fault.message}]"
        if fault.extra:
            raise bad_request(f"Unrecognized request argument supplied: {index}.{fault.key}", "messages")
        raise bad_request(f"Invalid value for '{index}{'.' * bool(fault.key)}{fault.key}': {fault.text}", "messages")
    return chat.request_tokens(request.messages, model.base)


def _sent(chunks: Iterable[dict[str, Any]], made: dict[str, Any], request: CompletionRequest | ChatRequest) -> Iterator[bytes]:
    """Yield chunks as server-sent events, and the usage last where it is asked for."""
    for chunk in chunks:
        yield b"data: %b\n\n" % orjson.dumps(chunk)
    if (request.stream_options or {}).get("include_usage"):
        head = {key: value for key, value in made.items() if key != "choices"}
        head |= {"object": CHUNK} if isinstance(request, ChatRequest) else {}
        yield b"data: %b\n\n" % orjson.dumps(head | {"choices": []})
    yield b"data: [DONE]\n\n"
