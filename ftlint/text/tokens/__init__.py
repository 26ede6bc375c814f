"""Tokens: tokenizers by name, and what can be said without tokenising.

OpenAI's ship with ftlint; packages bring others as entry points in the group `ftlint.tokenizers`, each a function without
arguments that returns a `Tokenizer`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ftlint import plugins
from ftlint.errors import ConfigError, did_you_mean
from ftlint.text.tokens.base import Tokenizer
from ftlint.text.tokens.openai import ENCODINGS, Tiktoken
from ftlint.text.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterable


GROUP = "ftlint.tokenizers"


@cache
def tokenizer(name: str) -> Tokenizer:
    """Return the tokenizer of this name; raises ConfigError for an unknown one, and for a package that fails."""
    if name in ENCODINGS:
        return Tiktoken(name)
    known = list(dict.fromkeys([*ENCODINGS, *plugins.names(GROUP)]))
    if name not in known:
        raise ConfigError(f"unknown tokenizer {name!r}{did_you_mean(name, known)} (use one of {', '.join(known)})")
    loaded: Tokenizer = plugins.load(GROUP, name, lambda make: make(), lambda it: isinstance(it, Tokenizer), "Tokenizer")
    return loaded


def count(text: str, name: str, enough: int | None = None) -> int:
    """Return the number of tokens of a text; of a long one no more than shows that it has `enough`."""
    return tokenizer(name).count(text, enough)


def counts(texts: Iterable[str], name: str) -> list[int]:
    """Return the number of tokens of each of many texts."""
    return tokenizer(name).counts(texts)


def reaches(limit: int, texts: Iterable[str], name: str) -> bool:
    """Whether texts, each encoded on its own, have so many tokens together; a text never has more tokens than bytes."""
    texts = list(texts)
    if sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) < limit:
        return False
    return sum(count(text, name, limit) for text in texts) >= limit


def encode(text: str, name: str) -> list[int]:
    """Return the ids of a text's tokens."""
    return tokenizer(name).encode(text)


def offsets(text: str, name: str) -> list[int]:
    """Return where in a text its tokens start, in characters."""
    return tokenizer(name).offsets(text)


def pieces(text: str, name: str) -> list[bytes]:
    """Return the bytes of a text's tokens."""
    return tokenizer(name).pieces(text)


def shown(piece: bytes) -> str:
    """Return a token for people: its text in quotes, or its bytes where they are not whole characters."""
    try:
        return quote(piece.decode())
    except UnicodeDecodeError:
        return f"<{piece.hex(' ').upper()}>"
