"""Repairs: what a rule may propose, and how it is done to a line without touching any byte that need not change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ftlint.records.spans import items_at, raw_offsets, skip_space, text_span, value_end, value_span
from ftlint.text import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ftlint.dialects.context import Context

Scope = Literal["found", "role", "dataset"]
FileFixKind = Literal["byte-order-mark", "line-ends", "final-newline", "one-object-a-line", "utf-8"]


@dataclass(frozen=True)
class Rewrite:
    """New texts for a record: given its columns, those texts that change, by key; None where this record stays.

    scope: the records that the rule found, all of the files of their role, or all of the dataset; then the rule is asked
    again with what is known of the files of the other role. note: what was chosen, for the user. table: the labels that were
    renamed, by their old names. sets: `separator` or `stop`, where that is another one afterwards; of several repairs that
    set it the first goes first. settles: given what is known of the dataset, what is known of it then.
    """

    change: Callable[[Mapping[str, str]], Mapping[str, str] | None]
    scope: Scope = "found"
    note: str = ""
    table: Mapping[str, str] | None = None
    sets: str = ""
    settles: Callable[[Context], Context] | None = None


@dataclass(frozen=True)
class Retext:
    """Another text for each text of a record, whatever it is called; scope and note as of a `Rewrite`."""

    change: Callable[[str], str]
    scope: Scope = "found"
    note: str = ""


@dataclass(frozen=True)
class Relines:
    """Other lines for a raw line: given its bytes, the lines in its place; None where it stays.

    scope: the lines that the rule found, or all of the files of their role. note: what goes or is renamed, for the user.
    names: keys that get another one.
    """

    change: Callable[[bytes], Sequence[bytes] | None]
    scope: Scope = "found"
    note: str = ""
    names: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Drop:
    """The records go. when: instead of those that the rule found, those of all records for which this is true."""

    when: Callable[[Mapping[str, str]], bool] | None = None
    note: str = ""


@dataclass(frozen=True)
class FileFix:
    """A change of the file's bytes outside of records."""

    kind: FileFixKind


Fix = Rewrite | Retext | Relines | Drop | FileFix


@dataclass(frozen=True)
class Situation:
    """What a rule may know when it proposes a repair.

    context: of the files at hand. unsafe: whether texts may change. labels: of the training files, with counts. absent: of
    some texts, the first whose mark occurs nowhere in the whole dataset, or under none of some keys; None where each occurs.
    """

    context: Context
    unsafe: bool
    labels: Mapping[str, int]
    absent: Callable[..., str | None]


def breaks_limit(old: Mapping[str, str], new: Mapping[str, str], context: Context) -> bool:
    """Whether a record would no longer be below its target's token limit with some new texts."""
    limit, keys = context.target.limit, ("prompt", "completion")
    if not limit or not tokens.reaches(limit, ({**old, **new}[key] for key in keys), context.encoding):
        return False
    return not tokens.reaches(limit, (old[key] for key in keys), context.encoding)


def rewritten(
    raw: str,
    old: Mapping[str, str],
    new: Mapping[str, str],
    span_of: Callable[[str, str], tuple[int, int] | None] = text_span,
) -> str:
    """Return a raw line with new texts for some keys: outside of what differs, every byte stays.

    span_of: where the string of a key stands in a line; `value_span` where the keys are JSON Pointers.
    """
    for key, text in new.items():
        if text == old[key]:
            continue
        span = span_of(raw, key)
        if span is None:
            continue
        start, end, middle = _difference(old[key], text)
        first, last = raw_offsets(raw, span, start, end)
        raw = raw[:first] + json.dumps(middle, ensure_ascii=raw.isascii())[1:-1] + raw[last:]
    return raw


def _difference(old: str, new: str) -> tuple[int, int, str]:
    """Return where in the old text the two differ (start, end), and what stands there in the new one."""
    start = _shared(old, new)
    tail = _shared(old[start:][::-1], new[start:][::-1])
    return start, len(old) - tail, new[start : len(new) - tail]


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts share at their start, by halving: texts are long, and comparing them is fast."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def without_members(raw: str, places: set[int]) -> str:
    """Return the raw text of an object without the members at these places; the spacing of the others stays."""
    found = members(raw)
    kept = [place for place in range(len(found)) if place not in places]
    if not kept or not places:
        return raw
    parts = [raw[: found[0][1]]]
    for order, place in enumerate(kept):
        _, start, end = found[place]
        # What stands between two members goes with the one after it.
        parts.append(raw[found[place - 1][2] : end] if order else raw[start:end])
    return "".join([*parts, raw[found[-1][2] :]])


def renamed_key(raw: str, old: str, new: str) -> str:
    """Return the raw text of an object with another name for a key; as it is where it has a key of that name already."""
    found = members(raw)
    for key, start, _ in found:
        if key == old and new not in (name for name, _, _ in found):
            end = value_end(raw, start)
            return raw[:start] + json.dumps(new) + raw[end:]
    return raw


def replaced_at(raw: str, pointer: str, value: str) -> str:
    """Return a raw line with another raw value at a JSON Pointer."""
    span = value_span(raw, pointer)
    return raw if span is None else raw[: span[0]] + value + raw[span[1] :]


def without_items(raw: str, pointer: str, places: set[int]) -> str:
    """Return a raw line without the items at these places of the array at a JSON Pointer; the spacing of the others stays."""
    found = items_at(raw, pointer)
    kept = [place for place in range(len(found)) if place not in places]
    if not kept or not places:
        return raw
    parts = [raw[: found[0][0]]]
    for order, place in enumerate(kept):
        start, end = found[place]
        parts.append(raw[found[place - 1][1] : end] if order else raw[start:end])
    return "".join([*parts, raw[found[-1][1] :]])


def members(raw: str) -> list[tuple[str, int, int]]:
    """Return key, start of the key and end of the value of each member of an object, repeated ones too."""
    at = raw.index("{") + 1
    members: list[tuple[str, int, int]] = []
    while True:
        at = skip_space(raw, at)
        if raw[at] == "}":
            return members
        end = value_end(raw, at)
        key = json.loads(raw[at:end])
        end = value_end(raw, skip_space(raw, raw.index(":", end) + 1))
        members.append((key, at, end))
        at = skip_space(raw, end)
        if raw[at] == ",":
            at += 1
