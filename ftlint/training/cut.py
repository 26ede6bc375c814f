"""What is left of a record that is longer than a trainer takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cut(NamedTuple):
    """Where a record is cut. at: the first token that is lost, of a cut from the left the first that is kept."""

    at: int
    side: str


def cut(messages: Sequence[int | None], limit: int, side: str, answers: frozenset[int]) -> tuple[list[bool], Cut | None]:
    """Return which tokens are kept, and where the others begin; everything where nothing is too long.

    Args:
        messages: The message that each token is of.
        limit: The most tokens that are kept; 0: all.
        side: `right` (the end is lost), `left`, `drop` (the whole record) or `proportion` (of each turn a share).
        answers: Which messages are answers.

    """
    total = len(messages)
    if not limit or total <= limit or not side:
        return [True] * total, None
    if side == "drop":
        return [False] * total, Cut(0, side)
    if side == "left":
        return [index >= total - limit for index in range(total)], Cut(total - limit, side)
    if side == "proportion":
        kept = _in_proportion(messages, limit, answers)
        return kept, Cut(kept.index(False), side)
    return [index < limit for index in range(total)], Cut(limit, side)


def _in_proportion(messages: Sequence[int | None], limit: int, answers: frozenset[int]) -> list[bool]:
    """Return which tokens LLaMA-Factory keeps (0.9.6, data/processor/processor_utils.py): of each pair the beginnings."""
    kept = [False] * len(messages)
    room = limit
    for asked, answered in _pairs(messages, answers):
        if room <= 0:
            break
        source, answer = _shares(len(asked), len(answered), room)
        for index in (*asked[:source], *answered[:answer]):
            kept[index] = True
        room -= source + answer
    return kept


def _pairs(messages: Sequence[int | None], answers: frozenset[int]) -> list[tuple[list[int], list[int]]]:
    """Return the tokens of each question, with the marks around it, and of its answer."""
    pairs: list[tuple[list[int], list[int]]] = [([], [])]
    for index, message in enumerate(messages):
        if message in answers:
            pairs[-1][1].append(index)
        else:
            if pairs[-1][1] and message is not None:
                pairs.append(([], []))
            pairs[-1][1 if pairs[-1][1] else 0].append(index)
    return pairs


def _shares(source: int, answer: int, room: int) -> tuple[int, int]:
    """Return how many tokens of a question and of its answer are kept."""
    if 2 * answer < room:
        most = room
    elif 2 * source < room:
        most = room - source
    else:
        most = room * answer // (source + answer)
    kept = min(most, answer)
    return min(max(room - kept, 0), source), kept
