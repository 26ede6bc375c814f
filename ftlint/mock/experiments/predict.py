"""One question to a model, and its answer for people."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ftlint.mock.data.chat import request_tokens
from ftlint.mock.model.generation import Sampling, generate
from ftlint.mock.server.completions import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.mock.model.model import Model

_SHOWN = 5
"""The likeliest first tokens that are told, as many as the service tells."""


@dataclass(frozen=True)
class Answer:
    """What a model says. first: the likeliest first tokens with their probabilities."""

    prompt: str
    text: str
    finish_reason: str
    first: dict[str, float]


def asked(
    model: Model, prompt: str, *, max_tokens: int = 16, temperature: float = 0.0, stop: Sequence[str] = (), seed: int = 0
) -> Answer:
    """Return what a model says to a prompt; a chat model is asked by a message of the user."""
    tokens = request_tokens([{"role": "user", "content": prompt}], model.base) if model.base.chat else model.encode(prompt)
    sampling = Sampling(max_tokens=max_tokens, temperature=temperature, stop=stop)
    text = generate(model, tokens, sampling, Random(seed))  # noqa: S311 - texts, not secrets
    first = model.read(tokens).next()
    shares = {shown(model, token): float(np.exp(first.logarithm(token))) for token in first.top(_SHOWN)}
    return Answer(prompt, text.text, text.finish, shares)
