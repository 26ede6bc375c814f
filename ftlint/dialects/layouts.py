"""Where turns are in records: the same in many of them, so that it is found out once."""

from __future__ import annotations

from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ftlint.dialects.kinds import TEXT
from ftlint.dialects.places import path_of
from ftlint.dialects.turns import REJECTED, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ftlint.dialects.turns import Form, Turn

ASKING = ("system", "developer", "user")
"""Roles of those who ask."""

HOLDERS = frozenset({"tools", "functions", "input", "toolConfig"})
"""Keys of records that may hold tools."""

_REMEMBERED = 512
"""Layouts of records that are kept."""


_EXACT = frozenset({str, int, bool, type(None)})
"""Types of values that are written in one way."""


class Named(Protocol):
    """A dialect: the keys of its messages, what roles mean, and where most of it is said."""

    role: str
    content: str
    roles: Mapping[str, str] | None
    home: str


class Layout:
    """Where turns of a record are, for all records that have as many at each field.

    Attributes:
        fields: Of each turn.
        ats: Its JSON Pointer.
        bare: Whether it is a text that stands for itself.
        roles: Its role; nothing where it is a message that has its own.
        kinds: Of its text, where that is not its role.
        threads: Those of the fields.
        main: How many turns are not of a rejected answer.
        bares: How many stand for themselves.
        flat: Whether all do, those of a rejected answer aside.
        alone: Whether all are messages of one list, and nothing else is said.
        said: The paths where something is said.
        nested: Whether one of these is within another value.
        contents: Where contents of messages are, as texts.
    """

    def __init__(self, places: Sequence[_Place], content: str, said: Iterable[Field], home: str = "") -> None:
        self.fields = [place.field for place in places]
        self.ats = [place.at for place in places]
        self.bare = [place.bare for place in places]
        self.roles = [place.role for place in places]
        self.threads = [place.field.thread for place in places]
        self.kinds = list(map(_kind_of_text, places))
        self.main, self.bares = self.threads.count(0), sum(self.bare)
        self.flat = bool(places) and all(self.bare[: self.main])
        self.said = frozenset(field.path for field in said)
        self.nested = any("/" in path for path in self.said)
        self.alone = self.said == {home} and not self.bares
        self.contents = tuple(dict.fromkeys((path_of(f"{place.at}/{content}"), "string") for place in places if not place.bare))

    @classmethod
    def of_turns(cls, turns: Sequence[Turn], content: str, empty: Iterable[Field]) -> Layout:
        """Return that of one record.

        Args:
            content: The key of contents.
            empty: The fields where an empty list is.
        """
        places = [_Place(turn.field, turn.at, turn.bare, turn.role) for turn in turns]
        return cls(places, content, [*(place.field for place in places), *empty])


class _Place(NamedTuple):
    """Where a turn is: at which field, its JSON Pointer, whether it stands for itself, and its role where it has none."""

    field: Field
    at: str
    bare: bool
    role: str


def _kind_of_text(place: _Place) -> str | None:
    """Return what kind of text a turn has, where it is not its role: the key of a text that stands for itself."""
    if place.field.thread:
        return REJECTED
    return place.field.path.rsplit("/", 1)[-1] if place.bare and place.role != "system" else None


class Plan:
    """How records with the same keys, and values of the same types, are read.

    Attributes:
        keys: Of a record, in order.
        own: Those under which something else than turns and tools is.
        holds_tools: Whether one may hold tools.
        exact: Whether none of these holds a number that is no integer.
        careful: Whether what they say is taken turn by turn.
    """

    def __init__(self, value: Mapping[str, Any], form: Form, dialect: Named) -> None:
        self.keys = tuple(value)
        self._role, self._home, self._content = dialect.role, dialect.home[1:], dialect.content
        self._roles = dialect.roles or {}
        said = {field.path.partition("/")[0] for field in form.fields}
        self.own = [key for key in value if key not in said and key not in {"tools", "functions"}]
        self.holds_tools = not HOLDERS.isdisjoint(value)
        self.exact = not self.holds_tools and all(type(value[key]) in _EXACT for key in self.own)
        self.fields = [field for field in form.fields if value.get(field.path) is not None]
        self.careful = not self.fields or any(map(self._is_odd, form.fields, repeat(value)))
        self._lists = [type(value[field.path]) is list for field in self.fields]
        self._texts = _getter([field.path for field in self.fields])
        self._alone = self._lists == [True] and not self.fields[0].role
        self._layouts: dict[Any, Layout] = {}

    def _is_odd(self, field: Field, value: Mapping[str, Any]) -> bool:
        """Whether a field is missing, is not a key of the record, or is neither a text nor a list of messages."""
        given = value.get(field.path)
        if given is None:
            return field.needed or "/" in field.path
        return not (type(given) is list and field.of_messages) and not (type(given) is str and TEXT in field.kinds)

    def lay(self, value: Mapping[str, Any]) -> tuple[Layout, Sequence[Any]] | None:
        """Return the layout of a record, and its turns: texts that stand for themselves, and messages.

        None for a record whose turns are taken one by one.
        """
        if self._alone:
            given = value[self.fields[0].path]
            return self._layout(0, (len(given),)), given
        if True not in self._lists:
            return self._layout(0, ()), self._texts(value)
        first, sizes, cells = 0, list[int](), list[Any]()
        for number, (field, listed) in enumerate(zip(self.fields, self._lists, strict=True)):
            given = value[field.path]
            if not listed:
                sizes.append(1)
                cells.append(given)
                continue
            if not given or type(given[0]) is not dict or (field.role and self._role not in given[0]):
                return None
            if cells and self._repeats(field, given):
                if True in self._lists[:number]:
                    return None
                first, sizes, cells = number, [], []
            sizes.append(len(given))
            cells += given
        return self._layout(first, tuple(sizes)), cells

    def empty(self, value: Mapping[str, Any]) -> list[Field]:
        """Return the fields of a record where an empty list is."""
        return [field for field in self.fields if value[field.path] == []]

    def _repeats(self, field: Field, given: Sequence[Any]) -> bool:
        """Whether an answer that is a whole conversation holds what is asked too."""
        if field.role != "assistant" or field.thread or len(given) == 1:
            return False
        named = given[0][self._role]
        return type(named) is str and self._roles.get(named, named) in ASKING

    def _layout(self, first: int, sizes: tuple[int, ...]) -> Layout:
        """Return the layout of a record that has so many turns at each field, from a first one on."""
        layout = self._layouts.get((first, sizes))
        if layout is None:
            if len(self._layouts) > _REMEMBERED:
                self._layouts.clear()
            layout = self._layouts[first, sizes] = self._laid(first, sizes or (1,) * len(self.fields))
        return layout

    def _laid(self, first: int, sizes: tuple[int, ...]) -> Layout:
        places: list[_Place] = []
        for field, listed, size in zip(self.fields[first:], self._lists[first:], sizes, strict=True):
            at = f"/{field.path}"
            if listed:
                places += [_Place(field, f"{at}/{index}", bare=False, role="") for index in range(size)]
            else:
                places.append(_Place(field, at, bare=True, role=field.role))
        return Layout(places, self._content, self.fields[first:], self._home)


def _getter(paths: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    """Return what takes the values at some keys from a record, as a tuple."""
    if len(paths) == 1:
        return lambda value: (value[paths[0]],)
    return itemgetter(*paths) if paths else lambda _: ()
