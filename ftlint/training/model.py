"""What is known of a model: its tokenizer, and what writes conversations for it."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence


class Tokens(NamedTuple):
    """The tokens of a text: their ids, and for each where in the text it begins and ends, in characters."""

    ids: Sequence[int | None]
    offsets: Sequence[tuple[int, int]]


class Written(NamedTuple):
    """What a template writes.

    Attributes:
        text: Of the conversation.
        spans: Of the text, what is between generation tags, in characters.
        tokens: Where these are not the tokens of the text, because marks in contents are no marks.
    """

    text: str
    spans: Sequence[tuple[int, int]]
    tokens: Tokens | None = None


def placed(text: str, pieces: Iterable[bytes]) -> list[tuple[int, int]]:
    """Return where in a text each of its tokens begins and ends, in characters; tokens of one character have the same place.

    Args:
        text: What the pieces make up.
        pieces: The bytes of each token; one without bytes, or beyond the text, is at (0, 0).

    """
    places = [index for index, char in enumerate(text) for _ in char.encode()]
    edges = pairwise(accumulate(map(len, pieces), initial=0))
    return [(places[start], places[end - 1] + 1) if start < end <= len(places) else (0, 0) for start, end in edges]


class Writer(Protocol):
    """What writes conversations.

    Attributes:
        marked: Whether it says by `{% generation %}` what the assistant writes.
        scaffolds: Those that were written, by what decides them; see `ftlint.training.scaffold`.
    """

    @property
    def marked(self) -> bool: ...  # noqa: D102 - see above
    @property
    def scaffolds(self) -> dict[Hashable, Any]: ...  # noqa: D102 - likewise

    def write(self, messages: Sequence[Mapping[str, Any]], tools: Any = None, *, prompt: bool = False) -> Written:
        """Return the text of a conversation; raises RefusedError for one that it does not take.

        Args:
            messages: As the template shall see them.
            tools: A list of them, or None.
            prompt: Whether the header of an answer is added, as in a request.
        """


class Model(Protocol):
    """A tokenizer with what writes conversations.

    Attributes:
        path: Where it was read.
        special: Special tokens by name, those that are named.
        start, end: Ids of the tokens that a text begins and ends with.
        ends: Ids of the tokens that end an answer.
    """

    @property
    def path(self) -> str: ...  # noqa: D102 - see above
    @property
    def special(self) -> Mapping[str, str]: ...  # noqa: D102 - likewise
    @property
    def start(self) -> int | None: ...  # noqa: D102 - likewise
    @property
    def end(self) -> int | None: ...  # noqa: D102 - likewise
    @property
    def ends(self) -> frozenset[int]: ...  # noqa: D102 - likewise

    def template(self, *, tools: bool = False) -> Writer:
        """Return what writes conversations, of several that for tools; raises InputError where there is none."""

    def tokens(self, text: str, *, special: bool = False) -> Tokens:
        """Return the tokens of a text. special: whether the tokenizer adds its own at the start and the end."""
