"""OpenAI's tokenizers: the definitions of its encodings, and their vocabularies, which ship with ftlint."""

from __future__ import annotations

import hashlib
import re
from binascii import a2b_base64, b2a_base64
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ftlint.errors import ConfigError, InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import tiktoken

VOCABULARIES = Path(__file__).parent / "vocab"

# How a text is cut before byte pairs are merged. These and the special tokens are tiktoken's own definitions
# (tiktoken_ext/openai_public.py, version 0.14, MIT); a test holds them against the installed tiktoken.
_GPT3_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
_GPT4_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_GPT4O_PATTERN = "|".join(  # noqa: FLY002 - an alternative a line
    [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)


class Definition(Struct, frozen=True):
    """What makes an encoding, besides its vocabulary file.

    Attributes:
        pattern: The regular expression that cuts a text into pieces.
        special: Special tokens and their numbers.
        sha256: The checksum that tiktoken itself demands of the vocabulary file.
    """

    pattern: str
    special: Mapping[str, int]
    sha256: str


ENCODINGS: dict[str, Definition] = {
    "r50k_base": Definition(
        _GPT3_PATTERN, {"<|endoftext|>": 50256}, "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"
    ),
    "p50k_base": Definition(
        _GPT3_PATTERN, {"<|endoftext|>": 50256}, "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"
    ),
    "cl100k_base": Definition(
        _GPT4_PATTERN,
        {
            "<|endoftext|>": 100257,
            "<|fim_prefix|>": 100258,
            "<|fim_middle|>": 100259,
            "<|fim_suffix|>": 100260,
            "<|endofprompt|>": 100276,
        },
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
    "o200k_base": Definition(
        _GPT4O_PATTERN,
        {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
}

_PART = 1 << 15
"""Characters that are encoded at once: a run of half a million spaces overflows tiktoken's stack, and the merging of one long
word takes ever longer."""

_SHORT = 50
"""Characters of a text that may be a label, and are in many records."""

_BETWEEN_WORDS = re.compile(r"(?<=[^\W_])(?=[ \n,.;:!?，。、；：！？])")
"""Where every pattern cuts a text, so that its tokens are the same when it is encoded in two parts."""

_WORD = re.compile(r" ?[A-Z]?[a-z]+")
_FEW = 50
"""Words that are sought in the vocabulary's file before the encoding is built, which takes as long."""


class Tiktoken:
    """A tokenizer of OpenAI's, by the name of its encoding; it is built where something has to be tokenised.

    Raises:
        ConfigError: For a name that is not shipped.
        InputError: For a vocabulary file that is damaged.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.special = tuple(definition(name).special)
        self._sought = 0
        self._built = False

    @property
    def encoding(self) -> tiktoken.Encoding:
        """What tiktoken has for it."""
        self._built = True
        return encoding(self.name)

    def count(self, text: str, enough: int | None = None) -> int:
        """Return the number of tokens of a text; of a long one no more than shows that it has `enough`."""
        if self.is_token(text):
            return 1
        encode = self.encoding.encode_ordinary
        total = 0
        for part in parts_of(text):
            total += len(encode(part))
            if enough is not None and total >= enough:
                break
        return total

    def counts(self, texts: Iterable[str]) -> list[int]:
        """Return the number of tokens of each text; short ones that come more than once are encoded once."""
        encode = self.encoding.encode_ordinary
        known: dict[str, int] = {}
        results = []
        for text in texts:
            if len(text) > _SHORT:
                results.append(len(encode(text)) if len(text) <= _PART else self.count(text))
                continue
            number = known.get(text)
            if number is None:
                number = known[text] = len(encode(text))
            results.append(number)
        return results

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's tokens; special tokens are plain text."""
        return [token for part in parts_of(text) for token in self.encoding.encode_ordinary(part)]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of tokens."""
        return self.encoding.decode(list(ids))

    def offsets(self, text: str) -> list[int]:
        """Return where in a text its tokens start, in characters; tokens that start inside a character are left out."""
        return sorted(set(self.encoding.decode_with_offsets(self.encode(text))[1]))

    def pieces(self, text: str) -> list[bytes]:
        """Return the bytes of a text's tokens."""
        if self.is_token(text):
            return [text.encode()]
        return self.encoding.decode_tokens_bytes(self.encode(text))

    def is_token(self, text: str) -> bool:
        """Whether a text is surely one token: a word that no pattern cuts, and that the vocabulary has.

        To search the file takes a millisecond, to build the encoding forty; the labels of most datasets are such words.
        """
        if self._built or not _WORD.fullmatch(text):
            return False
        self._sought += 1
        if self._sought > _FEW:
            self._built = bool(self.encoding)
            return False
        return b"\n%b " % b2a_base64(text.encode(), newline=False) in _vocabulary(self.name)


def definition(name: str) -> Definition:
    """Return the definition of the encoding of this name; raises ConfigError for one that is not shipped."""
    if name not in ENCODINGS:
        shipped = ", ".join(ENCODINGS)
        raise ConfigError(f"encoding {name!r} does not ship with ftlint{did_you_mean(name, ENCODINGS)} (use one of {shipped})")
    return ENCODINGS[name]


@cache
def encoding(name: str) -> tiktoken.Encoding:
    """Return tiktoken's encoding of this name, built from the shipped vocabulary: no network, no cache folder.

    Raises:
        ConfigError: For a name that is not shipped.
        InputError: For a vocabulary file that is damaged.
    """
    import tiktoken  # noqa: PLC0415 - takes 25 ms and is needed only where something is tokenised

    wanted = definition(name)
    # Even fields are tokens, odd ones their ranks.
    fields = _vocabulary(name).split()
    ranks = dict(zip(map(a2b_base64, fields[::2]), map(int, fields[1::2]), strict=True))
    return tiktoken.Encoding(name, pat_str=wanted.pattern, mergeable_ranks=ranks, special_tokens=dict(wanted.special))


@cache
def _vocabulary(name: str) -> bytes:
    """Return a vocabulary file: a token a line, in Base64, and its rank."""
    data = (VOCABULARIES / f"{name}.tiktoken").read_bytes()
    if hashlib.sha256(data).hexdigest() != definition(name).sha256:
        raise InputError(f"the vocabulary {name} of this installation is damaged; install ftlint again")
    return data


def parts_of(text: str) -> Iterator[str]:
    """Yield parts to be encoded by themselves. Where one ends inside a word, for want of another place, tokens may differ."""
    start = 0
    while len(text) - start > _PART:
        end = start + _PART
        end = max((cut.start() for cut in _BETWEEN_WORDS.finditer(text, start + _PART // 2, end)), default=end)
        yield text[start:end]
        start = end
    yield text[start:]


def single_words(name: str) -> Iterator[str]:
    """Yield what is one token with a space before it, without that space: numbers, letters, then words, the commonest first."""
    tokens = [token[1:] for token in encoding(name).token_byte_values() if token[:1] == b" " and token[1:].isalnum()]
    texts = [token.decode() for token in tokens if token.isascii()]
    yield from sorted((text for text in texts if text.isdecimal()), key=int)
    yield from sorted(text for text in texts if len(text) == 1 and text.isalpha())
    ranks = encoding(name)._mergeable_ranks  # noqa: SLF001 - there is no public name for it
    yield from sorted((text for text in texts if len(text) > 1 and text.isalpha()), key=lambda text: ranks[f" {text}".encode()])
