"""What a tokenizer is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@runtime_checkable
class Tokenizer(Protocol):
    """Something that cuts texts into tokens.

    A text must never have more tokens than bytes in UTF-8: what is short enough is not tokenised at all.

    Attributes:
        name: As targets call it.
        special: The texts of its special tokens; in the texts of records these are plain text.

    """

    name: str
    special: tuple[str, ...]

    def count(self, text: str, enough: int | None = None) -> int:
        """Return the number of tokens of a text; of a long one no more than shows that it has `enough`."""

    def counts(self, texts: Iterable[str]) -> list[int]:
        """Return the number of tokens of each text."""

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's tokens."""

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of tokens."""

    def offsets(self, text: str) -> list[int]:
        """Return where in a text its tokens start, in characters, rising."""

    def pieces(self, text: str) -> list[bytes]:
        """Return the bytes of a text's tokens."""
