"""A record before anything is cut, and whose its tokens are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from ftlint.training.model import Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.dialects.turns import Turn
    from ftlint.targets import Target
    from ftlint.training.talk import Talk

NEAR = 4
"""Tokens after an answer among which its end token is sought, as in axolotl 0.19."""


class Draft(NamedTuple):
    """A record before anything is cut; the fields are those of `Rendering`."""

    text: str = ""
    tokens: Tokens = Tokens((), ())
    wanted: Sequence[bool] = ()
    messages: Sequence[int | None] = ()
    lost: Sequence[str] = ()
    faults: Sequence[str] = ()
    error: str | None = None
    estimate: bool = False


def unweighed(turn: Turn, target: Target) -> bool:
    """Whether a turn has the weight 0, and the target reads weights."""
    return target.weights in {"assistant", "any"} and turn.message.get("weight") == 0


def learned_turns(talk: Talk, target: Target) -> list[int]:
    """Return which messages are learned, by their roles and weights."""
    answers = [index for index, turn in enumerate(talk.turns) if turn.role in {"assistant", "text"}]
    if target.learned_of(texts=talk.texts) == "last":
        answers = answers[-1:]
    elif target.learned_of(texts=talk.texts) == "completion":
        answers = [index for index in range(talk.answer, len(talk.turns)) if index in answers]
    return [index for index in answers if not unweighed(talk.turns[index], target)]


def of_spans(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, tuple[int, int]]]) -> list[int | None]:
    """Return for each token the number of the span that it overlaps, of several the first. spans: numbers and spans, in order."""
    found: list[int | None] = [None] * len(offsets)
    most = len(offsets)
    while most and offsets[most - 1][1] == 0:
        most -= 1  # what a tokenizer adds at the end is nowhere in the text
    done = 0
    for number, (start, end) in spans:
        first = max(done, bisect_right(offsets, start, hi=most, key=itemgetter(1)))
        done = max(first, bisect_left(offsets, end, hi=most, key=itemgetter(0)))
        found[first:done] = [number] * (done - first)
    return found


def common(one: Sequence[int | None], other: Sequence[int | None]) -> int:
    """Return how many tokens two texts begin with in common."""
    least = min(len(one), len(other))
    return next((index for index in range(least) if one[index] != other[index]), least)
