"""Tokenizers of mistral-common, which write conversations by themselves, without a chat template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ftlint.errors import InputError, UsageError
from ftlint.training.model import Tokens, Written, placed
from ftlint.training.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from pathlib import Path

FILES = ("tekken.json", "tekken_*.json", "tokenizer.model.v*", "mistral_instruct_tokenizer_*.model.v*")
"""Names of mistral-common's files, newest kind first."""

_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_UNKNOWN = {"thinking", "reasoning_content"}
"""Keys that the package does not know."""

_SPACE = "\u2581"
"""How SentencePiece writes a space."""


def file_in(path: Path) -> Path | None:
    """Return the file of mistral-common that a path is, or that is in a folder; None for none."""
    if path.is_file():
        return path if any(path.match(pattern) for pattern in FILES) else None
    return next((file for pattern in FILES for file in sorted(path.glob(pattern), reverse=True)), None)


class Mistral:
    """A tokenizer of mistral-common; see `Model` and `Writer` for its attributes.

    What its validator refuses in fine-tuning is refused here, in its words.
    """

    marked = False

    def __init__(self, path: str, file: Path) -> None:
        """Read a file.

        Raises:
            InputError: For a file that cannot be read.
            UsageError: Where mistral-common, or what it needs for this file, is not installed.
        """
        try:
            from mistral_common.protocol.instruct.validator import ValidationMode  # noqa: PLC0415 - a user's own package
            from mistral_common.tokens.tokenizers.mistral import MistralTokenizer  # noqa: PLC0415 - likewise

            made = [MistralTokenizer.from_file(file, mode=mode) for mode in (ValidationMode.finetuning, ValidationMode.test)]
        except ImportError as error:
            raise UsageError(f"{file} needs a package: pip install 'mistral-common[sentencepiece]'") from error
        except Exception as error:
            raise InputError(f"{file}: not a tokenizer ({error})") from error
        self.path = path
        self.scaffolds: dict[Hashable, Any] = {}
        self._whole, self._prompt = made
        self._own = self._whole.instruct_tokenizer.tokenizer
        self.start, self.end = self._own.bos_id, self._own.eos_id
        self.ends = frozenset({self.end})
        self.special = {"bos_token": self._piece(self.start).decode(), "eos_token": self._piece(self.end).decode()}

    def template(self, *, tools: bool = False) -> Mistral:  # noqa: ARG002 - it writes both
        """Return itself."""
        return self

    def write(self, messages: Sequence[Mapping[str, Any]], tools: Any = None, *, prompt: bool = False) -> Written:
        """Return text and tokens of a conversation; raises RefusedError for what the validator refuses."""
        from mistral_common.protocol.instruct.request import ChatCompletionRequest  # noqa: PLC0415 - a user's own package

        given = [{key: one for key, one in message.items() if key not in _UNKNOWN} for message in messages]
        try:
            request = ChatCompletionRequest.from_openai(given, tools=tools)
            ids = (self._prompt if prompt else self._whole).encode_chat_completion(request).tokens
        except Exception as error:
            raise RefusedError(str(error).strip().partition("\n")[0] or type(error).__name__) from error
        text, tokens = self._placed(ids)
        return Written(text, (), tokens)

    def tokens(self, text: str, *, special: bool = False) -> Tokens:
        """Return the tokens of a text. special: whether the start token is before it."""
        return self._placed(self._own.encode(text, bos=special, eos=False))[1]

    def _placed(self, ids: Sequence[int]) -> tuple[str, Tokens]:
        """Return the text of tokens, and where in it each is."""
        pieces = [self._piece(id_) for id_ in ids]
        text = b"".join(pieces).decode("utf-8", "replace")
        return text, Tokens(list(ids), placed(text, pieces))

    def _piece(self, id_: int) -> bytes:
        """Return the bytes of a token, of a special one its name."""
        if hasattr(self._own, "id_to_byte_piece"):
            from mistral_common.tokens.tokenizers.base import SpecialTokenPolicy  # noqa: PLC0415 - a user's own package

            return bytes(self._own.id_to_byte_piece(id_, SpecialTokenPolicy.KEEP))
        piece = str(self._own.id_to_piece(id_))
        byte = _BYTE.fullmatch(piece)
        return bytes([int(byte[1], 16)]) if byte else piece.replace(_SPACE, " ").encode()
