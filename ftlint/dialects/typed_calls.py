"""Conversations whose messages call tools as OpenAI's format has it, decoded by type: without an object for each turn."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import accumulate, chain, compress, pairwise, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import msgspec
import orjson
from msgspec import UNSET, Raw, Struct, UnsetType

from ftlint.dialects.base import RECORDS, Tables, TypedBatch, nested, opaque, strings_in
from ftlint.dialects.calls import properties_in
from ftlint.dialects.places import places_in
from ftlint.dialects.said import as_json
from ftlint.dialects.tool_columns import CALL_COLUMNS, OTHER, TEXT
from ftlint.dialects.turn_tables import MESSAGES, PARTS, TOOLS, called_records, gathered, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ftlint.dialects.calls import Tool
    from ftlint.dialects.places import Place, Places

_FACTS = ("calls", "calling", "linked", "empty", *CALL_COLUMNS, "readable")
"""Columns of the table of messages that say something of messages with calls and answers, and what is readable of these."""

_NO_CALL = (False, False, None, None, None)
"""The last of these for a message without calls."""

_BOTH = f"{OTHER},{TEXT}"

_STRINGS_OF_A_CALL = 9
"""Strings and keys of a call."""

_REMEMBERED = 512
"""Lists of tools of which it is kept what was found out."""


class Function(Struct, forbid_unknown_fields=True, gc=False):
    """What is called, in the order of its keys."""

    arguments: str
    name: str


class TypedCall(Struct, forbid_unknown_fields=True, gc=False):
    """A call of a tool, in the order of its keys."""

    function: Function
    id: str
    type: Literal["function"]


class Message(Struct, forbid_unknown_fields=True, gc=False):
    """A message that may call tools, or answer a call; of each dialect there is one of its own."""

    role: str
    content: str | UnsetType | None = UNSET
    tool_calls: list[TypedCall] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET


class ListedTools(NamedTuple):
    """The tools of records.

    Attributes:
        text: As JSON; None for none.
        own: What a record holds besides messages, as an opaque text.
        names: Of the tools.
        places: What their properties are called.
        strings: How many strings and keys there are, their own key among them.
        exact: Whether all numbers are integers.
    """

    text: str | None
    own: str
    names: frozenset[str]
    places: tuple[Place, ...]
    strings: int
    exact: bool


class Called(Protocol):
    """What is asked of a dialect whose messages call tools in this way."""

    content: str
    home: str
    roles: Mapping[str, str] | None
    tool_lists: ToolLists

    def defined(self, value: Mapping[str, Any]) -> Sequence[Tool]:
        """Return the tools that a record defines."""


def called_type(names: Mapping[str, str], roles: tuple[str, ...]) -> type:
    """Return the type of a record.

    Args:
        names: How `messages`, `role` and `content` are written.
        roles: That there are.
    """
    rename = dict(names)
    role: list[Any] = [("role", Literal[roles])]
    message = msgspec.defstruct("CallingMessage", role, bases=(Message,), rename=rename, forbid_unknown_fields=True, gc=False)
    members: list[Any] = [("messages", list[message]), ("tools", Raw, Raw())]  # type: ignore[valid-type] # a type that is made here
    return msgspec.defstruct("CallingRecord", members, rename=rename, forbid_unknown_fields=True, gc=False)


class ToolLists(dict[bytes, ListedTools]):
    """What is known of lists of tools, by their JSON."""

    def __init__(self, dialect: Called) -> None:
        super().__init__()
        self._dialect = dialect

    def __missing__(self, raw: bytes) -> ListedTools:
        if len(self) > _REMEMBERED:
            self.clear()
        value = orjson.loads(raw) if raw else None
        tools = self._dialect.defined({"tools": value})
        places = tuple(dict.fromkeys(properties_in(tools))) if type(value) is list else ()
        own = opaque({} if value is None else {"tools": value})
        strings = strings_in({"tools": value}) if raw else 0
        exact = all(type(one) is not float for one in nested(value))
        listed = ListedTools(as_json(value), own, frozenset(tool.name for tool in tools), places, strings, exact)
        self[raw] = listed
        return listed


class CalledBatch(TypedBatch):
    """Records whose messages may call tools, or answer calls.

    Attributes:
        counts: How many messages each has.
        tools: Those of each.
        messages, contents: One after another.
        unusual: Places of those that are more than a role and a text.
    """

    def __init__(self, dialect: Called, records: Sequence[Any]) -> None:
        self._called = dialect
        self.counts = [len(record.messages) for record in records]
        self.messages: list[Message] = list(chain.from_iterable(map(attrgetter("messages"), records)))
        self.tools = [dialect.tool_lists[bytes(record.tools)] for record in records]
        self.contents = list(map(attrgetter("content"), self.messages))
        calls = map(attrgetter("tool_calls"), self.messages)
        asked = map(attrgetter("tool_call_id"), self.messages)
        has = enumerate(zip(map(type, self.contents), calls, asked, strict=True))
        self.unusual = [place for place, (kind, call, answer) in has if not (kind is str and call is UNSET is answer)]

    def __len__(self) -> int:
        return len(self.counts)

    def add(self, later: TypedBatch) -> None:
        """Take in records that come after."""
        assert isinstance(later, CalledBatch)
        self.unusual += [len(self.messages) + place for place in later.unusual]
        self.counts += later.counts
        self.messages += later.messages
        self.tools += later.tools
        self.contents += later.contents

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        """Where the messages of each record start and end."""
        return list(pairwise(accumulate(self.counts, initial=0)))

    @cached_property
    def _owners(self) -> list[int]:
        """The record of each message."""
        return list(chain.from_iterable(map(repeat, range(len(self.counts)), self.counts)))

    @cached_property
    def _roles(self) -> list[str]:
        """What the role of each message means."""
        named = map(attrgetter("role"), self.messages)
        return [self._called.roles[name] for name in named] if self._called.roles else list(named)

    @cached_property
    def _texts_of_calls(self) -> dict[int, str]:
        """The calls of messages that have some, as JSON, by place."""
        calling = ((place, self.messages[place].tool_calls) for place in self.unusual)
        return {place: _encode(calls).decode() for place, calls in calling if calls}

    def strings(self) -> int:
        """Return how many keys and strings the records have; -1 where they have something that types do not tell."""
        if not all(tools.exact for tools in self.tools):
            return -1
        besides = sum(tools.strings for tools in self.tools)
        plain = 4 * (len(self.messages) - len(self.unusual))
        return len(self.counts) + besides + plain + sum(_strings(self.messages[place]) for place in self.unusual)

    def tables(self) -> Tables:
        """Return the tables of the records."""
        texts = [content if type(content) is str else None for content in self.contents]
        columns: dict[str, Sequence[Any]] = {"role": self._roles, "content": texts}
        if self._called.roles:
            columns["named"] = list(map(attrgetter("role"), self.messages))
        facts = list(self._facts())
        rows = dict(zip(_FACTS, zip(*facts, strict=True), strict=True)) if facts else {}
        readable = rows.pop("readable", ())
        tools = {
            TOOLS: [one.text for one in self.tools],
            "called": self._by_record(rows.get("calls", ()), "\n"),
            "readable": [text and f"[{text}]" for text in self._by_record(readable, ",")],
        }
        records = called_records(self._spans, self._roles, [text or "" for text in texts], tools)
        return {RECORDS: records, MESSAGES: gathered(columns, self.unusual, rows), PARTS: parts_of(None, self._called.content)}

    def _by_record(self, texts: Iterable[str | None], between: str) -> list[str | None]:
        """Return what messages that are not plain have, joined for each record; None for nothing."""
        joined: list[str | None] = [None] * len(self.counts)
        for place, text in zip(self.unusual, texts, strict=False):
            if text:
                record = self._owners[place]
                before = joined[record]
                joined[record] = text if before is None else f"{before}{between}{text}"
        return joined

    def _facts(self) -> Iterator[tuple[Any, ...]]:
        """Yield these columns of each message that is not plain, see `tool_columns`."""
        called, last = set[str](), -1
        for place in self.unusual:
            message, record = self.messages[place], self._owners[place]
            if record != last:
                called, last = set(), record
            calls, asked = message.tool_calls, message.tool_call_id
            if not calls:
                unmatched = asked is not UNSET and asked not in called
                yield None, False, asked is not UNSET, None if type(message.content) is str else True, unmatched, *_NO_CALL
                continue
            names, ids = self.tools[record].names, [call.id for call in calls]
            unmatched = not self._are_answered(ids, place) if asked is UNSET else asked not in called
            repeats = len(called) + len(ids) > len(called := called.union(ids))
            are_objects = [_is_object(call.function.arguments) for call in calls]
            yield (
                self._texts_of_calls[place],
                True,
                asked is not UNSET,
                False,
                unmatched,
                bool(names) and any(call.function.name not in names for call in calls),
                repeats,
                "\n".join(ids),
                TEXT if all(are_objects) else _BOTH if any(are_objects) else OTHER,
                ",".join(filter(None, map(_readable, compress(calls, are_objects)))),
            )

    def _are_answered(self, ids: Sequence[str], place: int) -> bool:
        """Whether the answers after a message are to all calls with these ids; calls in the last message need none."""
        end = self._spans[self._owners[place]][1]
        if place + 1 == end:
            return True
        missing = set(ids)
        for later in range(place + 1, end):
            message = self.messages[later]
            if message.tool_call_id is UNSET and self._roles[later] not in {"tool", "function"}:
                break
            missing.discard(message.tool_call_id)
        return not missing

    def note(self, places: Places, lines: Sequence[int]) -> None:
        """Note what records and their messages hold besides roles and texts."""
        unusual = Counter(self._owners[place] for place in self.unusual)
        holds = [_PLAIN * (count > unusual[record]) for record, count in enumerate(self.counts)]
        for place in self.unusual:
            holds[self._owners[place]] |= _held(self.messages[place])
        alike: dict[tuple[int, int], list[int]] = {}
        for record, (held, tools) in enumerate(zip(holds, self.tools, strict=True)):
            alike.setdefault((held, id(tools)), []).append(record)
        for (held, _), among in alike.items():
            made = (*self._places(held), *self.tools[among[0]].places)
            places.note(made, lines[among[0]], len(among))

    def _places(self, held: int) -> Iterator[Place]:
        """Yield what is where in the messages of a record that holds so much."""
        at = f"{self._called.home}/*"
        if held & _PLAIN:
            yield f"{at}/{self._called.content}", "string"
        if held & _NO_TEXT:
            yield f"{at}/{self._called.content}", "null"
        if held & _CALLS:
            yield f"{at}/tool_calls/*/function/arguments", "string"
        if held & _ANSWERS:
            yield from places_in({self._called.home[1:]: [{"tool_call_id": ""}]})

    def rests(self, naming: frozenset[str]) -> list[str]:  # noqa: ARG002 - tools, calls and ids name nothing
        """Return the tools, calls and ids of answers of each record, in the same words as `TurnBatch`."""
        inside: dict[int, list[str]] = {}
        for place in self.unusual:
            message, record = self.messages[place], self._owners[place]
            asked, calls = message.tool_call_id, message.tool_calls
            members = [] if asked is UNSET else [f'"tool_call_id":{orjson.dumps(asked).decode()}']
            members += [] if calls is UNSET else [f'"tool_calls":{self._texts_of_calls.get(place, "[]")}']
            if members:
                inside.setdefault(record, []).append(f",[{place - self._spans[record][0]},{{{','.join(members)}}}]")
        return [
            f"[{own}{''.join(inside.get(record, ()))}]" if own != "{}" or record in inside else ""
            for record, own in enumerate(tools.own for tools in self.tools)
        ]


_PLAIN, _NO_TEXT, _CALLS, _ANSWERS = 1, 2, 4, 8
"""What a record may hold."""

_encode = msgspec.json.Encoder().encode


def _is_object(text: str) -> bool:
    """Whether a text is a JSON object."""
    try:
        return type(orjson.loads(text)) is dict
    except ValueError:
        return False


def _readable(call: TypedCall) -> str:
    """Return name and arguments of a call whose arguments are an object, as JSON; nothing where it has no name."""
    return f"[{orjson.dumps(call.function.name).decode()},{call.function.arguments}]" if call.function.name else ""


def _held(message: Message) -> int:
    """Return what a message holds."""
    text = _PLAIN if type(message.content) is str else _NO_TEXT
    return text | _CALLS * bool(message.tool_calls) | _ANSWERS * (message.tool_call_id is not UNSET)


def _strings(message: Message) -> int:
    """Return how many strings and keys a message has."""
    calls = message.tool_calls
    text = (message.content is not UNSET) + (type(message.content) is str)
    called = 0 if calls is UNSET else 1 + _STRINGS_OF_A_CALL * len(calls)
    return 2 + text + called + 2 * (message.tool_call_id is not UNSET)
