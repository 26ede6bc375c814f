"""The base models that can be named. All are the same small learner; encoding, context, price and endpoint differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ftlint.targets import target
from ftlint.text.tokens.openai import definition, encoding

if TYPE_CHECKING:
    from tiktoken import Encoding


@dataclass(frozen=True)
class Base:
    """A base model.

    Attributes:
        context: Most tokens of a request.
        legacy: Whether it is trained by /fine-tunes, else by /fine_tuning/jobs.
        chat: Whether it takes messages, else prompts and completions.
        price: US dollars for 1,000 training tokens, None where it is not known.
    """

    name: str
    encoding: str
    context: int
    legacy: bool
    chat: bool
    price: float | None = None

    @property
    def size(self) -> int:
        """Number of tokens of the vocabulary, special ones included."""
        return encoding(self.encoding).n_vocab

    @property
    def unused(self) -> tuple[int, ...]:
        """Numbers below the size that no token has."""
        return _unused(self.encoding)

    def has(self, token: int) -> bool:
        """Whether there is a token of this number."""
        return token < self.size and token not in self.unused

    @property
    def end(self) -> int:
        """The token that ends a text, and is before every one."""
        return definition(self.encoding).special["<|endoftext|>"]


# The endpoint took the first four; SOURCE: the guide of 2022 lists text-davinci-002 as trainable too.
_LEGACY = {"ada": 2049, "babbage": 2049, "curie": 2049, "davinci": 2049, "text-davinci-002": 4097}
_PROMPTS = ("babbage-002", "davinci-002")
# Names as in openai-python 3.54.0 (types/shared/chat_model.py); encodings as in tiktoken 0.14 (model.py).
_CHAT = {
    "gpt-3.5-turbo-0125": ("cl100k_base", 16385),
    "gpt-3.5-turbo-1106": ("cl100k_base", 16385),
    "gpt-3.5-turbo": ("cl100k_base", 16385),
    "gpt-4-0613": ("cl100k_base", 8192),
    "gpt-4o-2024-08-06": ("o200k_base", 128000),
    "gpt-4o-mini-2024-07-18": ("o200k_base", 128000),
    "gpt-4o-mini": ("o200k_base", 128000),
    "gpt-4.1-2025-04-14": ("o200k_base", 1047576),
    "gpt-4.1-mini-2025-04-14": ("o200k_base", 1047576),
    "gpt-4.1-nano-2025-04-14": ("o200k_base", 1047576),
}


@cache
def _unused(name: str) -> tuple[int, ...]:
    vocabulary = encoding(name)
    # What is merged comes first, without gaps; special tokens leave some.
    first = min(*definition(name).special.values(), len(vocabulary.token_byte_values()))
    return tuple(token for token in range(first, vocabulary.n_vocab) if not _is_token(vocabulary, token))


def _is_token(vocabulary: Encoding, token: int) -> bool:
    try:
        vocabulary.decode_single_token_bytes(token)
    except KeyError:
        return False
    return True


@cache
def bases() -> dict[str, Base]:
    """Return the base models by name."""
    results = [
        Base(name, target(name).encoding, context, legacy=True, chat=False, price=target(name).prices.get("training"))
        for name, context in _LEGACY.items()
    ]
    results += [Base(name, target(name).encoding, target(name).limit, legacy=False, chat=False) for name in _PROMPTS]
    results += [Base(name, encoding, context, legacy=False, chat=True) for name, (encoding, context) in _CHAT.items()]
    return {base.name: base for base in results}


def base_named(name: str) -> Base | None:
    """Return the base model of this name, or None."""
    return bases().get(name)
