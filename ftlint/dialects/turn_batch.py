"""Records that are turns, read together: what they hold besides roles and texts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol

from ftlint.dialects.base import Batch, Tables, opaque
from ftlint.dialects.calls import properties_in
from ftlint.dialects.places import Place, keys_at, path_of, place_of, places_in
from ftlint.dialects.said import Said, Speaking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.dialects.layouts import Plan
    from ftlint.dialects.places import Places
    from ftlint.dialects.turns import Turn

_MEDIA = {
    "text": "text",
    "image_url": "text",
    "image": "images",
    "input_audio": "audio",
    "audio": "audio",
    "video": "videos",
    "file": "files",
    "refusal": "text",
}
"""What parts of contents are called, by their type; what rules look at is called `text`."""

_SHOWN = frozenset({"tool_calls", "function_call"})
"""Keys of messages of which tools fill what is there in their own way."""


_NESTED = frozenset({dict, list, int})
"""Types of values of which more is noted than their type."""


class Turning(Speaking, Protocol):
    """What is asked of a dialect whose records are turns."""

    members_known: frozenset[str]

    def plan(self, value: Mapping[str, Any]) -> Plan:
        """Return how a record is read."""

    def tables_of(self, said: Said) -> Tables:
        """Return the tables of what records say."""


class TurnBatch(Batch):
    """Objects that have the keys of a record of turns."""

    def __init__(self, dialect: Turning, said: Said) -> None:
        self._turning, self._said = dialect, said
        self.fits, self.values = said.fits, said.values
        self._properties_of: dict[str, list[Place]] = {}

    def tables(self) -> Tables:
        """Return the tables of the records."""
        return self._turning.tables_of(self._said)

    def unread(self) -> set[str]:
        """Return parts of contents that are neither text nor an image with an address, and calls that are written as texts."""
        results = set[str]()
        for turn in self._said.unusual.values():
            if turn.named == "function_call":
                results.add("calls that are written as texts")
            if turn.message.get("audio"):
                results.add("audio")
            if type(turn.content) is list:
                kinds = (part.get("type", "text" if "text" in part else "") for part in turn.content)
                results |= {_MEDIA.get(str(kind), "parts that are not text") for kind in kinds} - {"text"}
        return results

    def further_inside(self) -> Iterator[tuple[str, int]]:
        """Yield keys that messages do not have."""
        home, known = self._turning.home, self._turning.members_known
        for record in self._said.of_record if "/" not in home[1:] else ():
            inside = [turn for turn in self._said.unusual_of(record) if turn.at.rpartition("/")[0] == home]
            keys = dict.fromkeys(key for turn in inside if not turn.message.keys() <= known for key in turn.message)
            yield from ((f"{home[1:]}[].{key}", record) for key in keys if key not in known)

    # Which types are where.

    def note(self, places: Places, lines: Sequence[int]) -> None:
        """Note what records and their messages hold besides roles and texts; tools are free in their form."""
        by_plan: dict[int, list[int]] = defaultdict(list)
        for record, plan in enumerate(self._said.plans):
            by_plan[id(plan)].append(record)
        alike: dict[Any, list[int]] = defaultdict(list)
        for record, layout in enumerate(self._said.layouts):
            alike[id(layout)].append(record)
        if self._said.of_record:
            plain = [[record for record in among if record not in self._said.of_record] for among in alike.values()]
            alike = defaultdict(list, enumerate(filter(None, plain)))
            for record in self._said.of_record:
                alike[id(self._said.layouts[record]), *self._shape(record)].append(record)
        for among in by_plan.values():
            plan = self._said.plans[among[0]]
            for key in plan.own:
                places.note_column(key, [self.values[index][key] for index in among], [lines[index] for index in among])
            for index in among if plan.holds_tools else ():
                places.note(self._properties(index), lines[index])
        for among in alike.values():
            places.note(self._seen(among[0]), lines[among[0]], len(among))

    def _shape(self, record: int) -> list[Any]:
        """Return what records share in whose messages the same types are at the same places."""
        shape: list[Any] = []
        for place in self._said.of_record.get(record, ()):
            turn = self._said.unusual[place]
            shape += [place - self._said.spans[record][0], *turn.message, *map(type, turn.message.values())]
            shape += [(call.parts.get("arguments"), type(call.arguments)) for call in turn.calls]
            members = {type(one) for one in self._members(turn.message).values()}
            if not members.isdisjoint(_NESTED) or any(type(call.arguments) is dict for call in turn.calls):
                return [record, *shape]
        return shape

    def _seen(self, record: int) -> dict[Place, None]:
        """Return what is where in the messages of a record of which one is not plain."""
        turns = self._said.unusual_of(record)
        seen = dict.fromkeys(self._contents(record, turns))
        for turn in turns:
            for call in turn.calls:
                if "arguments" in call.parts:
                    seen[place_of(call.parts["arguments"], call.arguments)] = None
                    if type(call.arguments) is dict:
                        seen[keys_at(call.parts["arguments"], call.arguments)] = None
        members = [inside for turn in turns if (inside := self._members(turn.message))]
        if members:
            nested: Any = members
            for key in reversed(self._turning.home[1:].split("/")):
                nested = {key: nested}
            seen |= places_in(nested)
        return seen

    def _members(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a message holds besides role, content and calls."""
        known = {self._turning.role, self._turning.content}
        return {key: one for key, one in message.items() if key not in known and key not in _SHOWN}

    def _contents(self, record: int, turns: Sequence[Turn]) -> Iterator[Place]:
        """Yield the types of contents: of plain ones those of the list that they are in."""
        key, layout = self._turning.content, self._said.layouts[record]
        start, _, end = self._said.spans[record]
        if len(turns) < end - start and len(layout.contents) == 1 and not layout.bares:
            yield from layout.contents
        elif len(turns) < end - start:
            plain = (place - start for place in range(start, end) if place not in self._said.unusual)
            yield from ((path_of(f"{layout.ats[index]}/{key}"), "string") for index in plain if not layout.bare[index])
        yield from (place_of(f"{turn.at}/{key}", turn.content) for turn in turns if not turn.bare)

    def _properties(self, record: int) -> list[Place]:
        """Return what the properties of tools are called."""
        if not self._said.lists_tools(record):
            return []
        text = self._said.tools[record] or ""
        if text not in self._properties_of:
            self._properties_of[text] = list(dict.fromkeys(properties_in(self._said.defined(record))))
        return self._properties_of[text]

    # What makes records differ.

    def rests(self, naming: frozenset[str]) -> list[str]:
        """Return what each record and its messages hold besides roles and texts: tools, calls, names, weights, images.

        What is said in a rejected answer is among it.
        """
        rests = []
        lefts: dict[tuple[int, int], list[str]] = {}
        for record, (value, plan, layout) in enumerate(zip(self.values, self._said.plans, self._said.layouts, strict=True)):
            left = lefts.get((id(plan), id(layout)))
            if left is None:
                left = lefts[id(plan), id(layout)] = [key for key in plan.keys if key not in layout.said and key not in naming]
            further = (
                list(self._further(record, naming)) if layout.main < len(layout.ats) or record in self._said.of_record else []
            )
            if not left and not further:
                rests.append("")
                continue
            own = (
                _nested(value, layout.said, naming)
                if layout.nested
                else {key: value[key] for key in left if value[key] is not None}
            )
            rests.append(opaque([own, *further]) if own or further else "")
        return rests

    def loses_digits(self, index: int, rest: str) -> bool:
        """Whether what a record holds besides has a number that a line may write with more digits than the parser keeps."""
        return (not self._said.plans[index].exact or index in self._said.of_record) and super().loses_digits(index, rest)

    def _further(self, record: int, naming: frozenset[str]) -> Iterator[list[Any]]:
        """Yield what turns of a record hold besides role and text, each with its place; of a rejected answer all of it."""
        start, main, end = self._said.spans[record]
        own = self._said.of_record.get(record, ())
        for place in sorted({*own, *range(main, end)}):
            turn = self._said.unusual.get(place)
            inside = self._besides(turn, naming) if turn else {}
            if place >= main:
                inside[self._turning.role] = self._said.role[place]
                inside[self._turning.content] = turn.content if turn else self._said.content[place]
            if inside:
                yield [place - start, inside]

    def _besides(self, turn: Turn, naming: frozenset[str]) -> dict[str, Any]:
        """Return what a turn holds besides role and text."""
        known = {self._turning.role, self._turning.content, *naming}
        inside = {key: one for key, one in turn.message.items() if key not in known and one is not None}
        if inside.get("weight") == 1:
            del inside["weight"]  # a message has this weight where it has none
        if type(turn.content) is list and not all(map(is_plain_part, turn.content)):
            inside[self._turning.content] = turn.content
        return inside


def _nested(value: Mapping[str, Any], said: frozenset[str], naming: frozenset[str]) -> dict[str, Any]:
    """Return what a record holds elsewhere than at these paths, and in other keys than those that only name it."""
    nested = {path.partition("/")[0] for path in said if "/" in path}
    own = {key: one for key, one in value.items() if key not in said | nested | naming and one is not None}
    for key in nested:
        inside = {inner: one for inner, one in value[key].items() if f"{key}/{inner}" not in said and one is not None}
        own |= {key: inside} if inside else {}
    return own


def is_plain_part(part: Mapping[str, Any]) -> bool:
    """Whether a part of a content is a text and nothing else."""
    return part.keys() <= {"type", "text"} and part.get("type", "text") == "text"
