"""Text from a model: one token after the other, until a stop, the end or the limit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Literal

from ftlint.text.tokens.openai import encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ftlint.mock.model.distribution import Distribution
    from ftlint.mock.model.model import Model


@dataclass(frozen=True)
class Sampling:
    """How tokens are chosen; the names and defaults are those of the completions endpoint."""

    max_tokens: int = 16
    temperature: float = 1.0
    top_p: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    stop: Sequence[str] = ()
    logprobs: int | None = None
    ranked: bool = False
    """Whether texts are compared by their probability."""
    gone: Callable[[], bool] = bool
    """Whether nobody waits for the text any more."""


@dataclass(frozen=True)
class Piece:
    """A token. logprob: at temperature 1, with the logit bias; None for a text's first token; top: the likeliest tokens there."""

    token: int
    logprob: float | None
    top: Sequence[tuple[int, float]] = ()


@dataclass(frozen=True)
class Generated:
    """A text and its tokens, without what ended it. used: tokens that were made, the end included."""

    text: str
    pieces: Sequence[Piece]
    finish: Literal["stop", "length"]
    used: int

    @property
    def mean_logprob(self) -> float:
        """Mean logarithm of the probability of a token: the higher, the better the text."""
        known = [piece.logprob for piece in self.pieces if piece.logprob is not None]
        return sum(known) / len(known) if known else 0.0


def generate(model: Model, prompt: Sequence[int], sampling: Sampling, random: Random | None = None) -> Generated:
    """Complete a prompt. random: where tokens are drawn from; at temperature 0 none is needed."""
    reading = model.read(prompt)
    random = random or Random(0)  # noqa: S311 - texts, not secrets
    pieces: list[Piece] = []
    counts: Counter[int] = Counter()
    data, ends = b"", [0]
    vocabulary = encoding(model.base.encoding)
    stops = [stop.encode() for stop in sampling.stop if stop]
    while len(pieces) < sampling.max_tokens and not sampling.gone():
        plain = reading.next().biased(sampling.logit_bias)
        token = _choose(plain, sampling, counts, random)
        if token == model.base.end:
            return Generated(_text(data), pieces, "stop", len(pieces) + 1)
        told = sampling.ranked or sampling.logprobs is not None
        pieces.append(_piece(plain, token, sampling.logprobs or 0) if told else Piece(token, None))
        before = len(data)
        data += vocabulary.decode_single_token_bytes(token)
        ends.append(len(data))
        cut = _stopped(data, stops, before)
        if cut is not None:
            kept = [piece for piece, end in zip(pieces, ends, strict=False) if end < cut]
            return Generated(_text(data[:cut]), kept, "stop", len(pieces))
        counts[token] += 1
        reading.push(token)
    return Generated(_text(data), pieces, "length", len(pieces))


def echoed(model: Model, prompt: Sequence[int], logprobs: int | None) -> list[Piece]:
    """Return the tokens of a prompt with their probabilities; the first has none."""
    if logprobs is None:
        return [Piece(token, None) for token in prompt]
    reading = model.read(prompt[:1])
    pieces = [Piece(token, None) for token in prompt[:1]]
    for token in prompt[1:]:
        pieces.append(_piece(reading.next(), token, logprobs))
        reading.push(token)
    return pieces


def _piece(distribution: Distribution, token: int, logprobs: int) -> Piece:
    top = [(other, distribution.logarithm(other)) for other in distribution.top(logprobs)] if logprobs else []
    return Piece(token, distribution.logarithm(token), top)


def _choose(plain: Distribution, sampling: Sampling, counts: Counter[int], random: Random) -> int:
    penalties = {token: -(sampling.presence_penalty + sampling.frequency_penalty * number) for token, number in counts.items()}
    distribution = plain.biased(penalties) if sampling.presence_penalty or sampling.frequency_penalty else plain
    if sampling.temperature == 0:
        return distribution.likeliest()
    return distribution.tempered(sampling.temperature).nucleus(sampling.top_p).sample(random)


def _stopped(data: bytes, stops: Sequence[bytes], before: int) -> int | None:
    """Return where the first stop begins in a text of which the last token is new from `before` on."""
    indexes = [data.find(stop, max(0, before - len(stop) + 1)) for stop in stops]
    return min((index for index in indexes if index >= 0), default=None)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
