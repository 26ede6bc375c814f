"""/completions and /chat/completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from ftlint.mock import chat
from ftlint.mock.completions import chat_choice, chat_chunks, check_context, choices_for, seed_of, text_choice, text_chunks
from ftlint.mock.errors import ServiceError, bad_request
from ftlint.mock.generation import Sampling
from ftlint.mock.server.requests import ChatRequest, CompletionRequest, EngineRequest
from ftlint.mock.server.service import Service, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ftlint.mock.model import Model
_QUICK = 16
"""Tokens that are made at once; more are made in a thread, so that nobody waits for them."""
_CHAT_TOKENS = 1024
"""Most tokens of a chat completion that asks for no number; the service has no such limit."""
_MOST = 200_000
"""Most tokens that one request may ask for, all choices together."""


def routes(service: Service) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(tags=["completions"])

    async def respond(
        request: CompletionRequest | ChatRequest,
        tokens: int,
        work: Callable[[], dict[str, Any]],
        chunks: Callable[[dict[str, Any]], Iterable[dict[str, Any]]],
    ) -> Response:
        if tokens > _MOST:
            raise bad_request(f"The request asks for {tokens:,} tokens in all; this mock makes at most {_MOST:,} at once")
        made = work() if tokens <= _QUICK else await run_in_threadpool(work)
        if not request.stream:
            return answer(made)
        return StreamingResponse(_sent(chunks(made), made, request), media_type="text/event-stream")

    @router.post("/completions", response_model=None)
    async def completions(request: CompletionRequest) -> Response:
        """Complete texts."""
        model = service.model(request.model)
        prompts = _prompts(model, request.prompt)
        best_of = request.best_of or request.n
        if best_of < request.n:
            raise bad_request("You requested that the server return more choices than it will generate (best_of < n)", "best_of")
        if request.stream and best_of > request.n:
            raise bad_request("Results of `best_of` cannot be streamed", "best_of")
        for prompt in prompts:
            check_context(model.base, len(prompt), request.max_tokens)
        asked = sum(len(prompt) * request.echo + best_of * request.max_tokens for prompt in prompts)
        return await respond(request, asked, lambda: _completion(service, model, prompts, request), text_chunks)

    @router.post("/engines/{engine}/completions", response_model=None)
    async def engine(engine: str, request: EngineRequest) -> Response:
        """Complete texts; the model is named in the path."""
        return await completions(request.model_copy(update={"model": engine}))

    @router.post("/chat/completions", response_model=None)
    async def chat_completions(request: ChatRequest) -> Response:
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
        prompt = _messages(model, request)
        wanted = request.max_completion_tokens or request.max_tokens or _CHAT_TOKENS
        check_context(model.base, len(prompt), wanted)
        # Trained models end soon, by their own token.
        return await respond(
            request, request.n * wanted, lambda: _chat_completion(service, model, prompt, wanted, request), chat_chunks
        )

    return router


def _prompts(model: Model, prompt: str | Sequence[Any] | None) -> list[list[int]]:
    """Return prompts as tokens; raises ServiceError for numbers that are no tokens."""
    if prompt is None or prompt == []:
        return [[]]  # the token that starts every text is read in any case
    several: list[Any] = list(prompt) if isinstance(prompt, list) and not isinstance(prompt[0], int) else [prompt]
    found = [model.encode(one) if isinstance(one, str) else list(one) for one in several]
    if any(token >= model.base.size for tokens in found for token in tokens):
        raise bad_request(f"Tokens of {model.base.name} are numbers below {model.base.size}", "prompt")
    return found


def _sampling(model: Model, request: CompletionRequest | ChatRequest, max_tokens: int, logprobs: int | None) -> Sampling:
    bias = request.logit_bias or {}
    if any(token >= model.base.size for token in bias):
        raise bad_request(f"Tokens of {model.base.name} are numbers below {model.base.size}", "logit_bias")
    return Sampling(
        max_tokens=max_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        presence_penalty=request.presence_penalty,
        frequency_penalty=request.frequency_penalty,
        logit_bias=bias,
        stop=request.stops,
        logprobs=logprobs,
    )


def _completion(service: Service, model: Model, prompts: Sequence[Sequence[int]], request: CompletionRequest) -> dict[str, Any]:
    sampling = _sampling(model, request, request.max_tokens, request.logprobs)
    choices: list[dict[str, Any]] = []
    made = 0
    for prompt in prompts:
        seed = f"{_seed(request)} {prompt}"
        texts, used = choices_for(model, prompt, sampling, n=request.n, best_of=request.best_of or request.n, seed=seed)
        made += used
        for text in texts:
            choices.append(text_choice(model, prompt, text, len(choices), echo=request.echo, logprobs=request.logprobs))
    return _answered(service, "cmpl", "text_completion", request, choices=choices, tokens=(sum(map(len, prompts)), made))


def _chat_completion(service: Service, model: Model, prompt: list[int], wanted: int, request: ChatRequest) -> dict[str, Any]:
    top = request.top_logprobs if request.logprobs else None
    sampling = _sampling(model, request, wanted, top)
    texts, made = choices_for(model, prompt, sampling, n=request.n, best_of=request.n, seed=_seed(request))
    choices = [chat_choice(model, text, index, top) for index, text in enumerate(texts)]
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
    """Return messages as tokens; raises ServiceError for what is no conversation."""
    conversation = {"messages": [*request.messages, {"role": "assistant", "content": ""}]}
    refused = chat.refusal(conversation, 1)
    if refused:
        raise bad_request(f"Invalid messages: {refused.partition(', ')[2] or refused}", "messages")
    return chat.request_tokens(request.messages, model.base)


def _sent(chunks: Iterable[dict[str, Any]], made: dict[str, Any], request: CompletionRequest | ChatRequest) -> Iterator[bytes]:
    """Yield chunks as server-sent events, and the usage last where it is asked for."""
    for chunk in chunks:
        yield b"data: %b\n\n" % orjson.dumps(chunk)
    if (request.stream_options or {}).get("include_usage"):
        head = {key: value for key, value in made.items() if key != "choices"}
        yield b"data: %b\n\n" % orjson.dumps(head | {"choices": []})
    yield b"data: [DONE]\n\n"
