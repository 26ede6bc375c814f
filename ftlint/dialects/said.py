"""What many records say, turn after turn, as columns.

Most turns are a role and a text. They are taken all at once; only of the others there is an object each.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from ftlint.dialects.layouts import Layout, Named, Plan
from ftlint.dialects.turns import NOTHING, Turn, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from ftlint.dialects.base import Fault
    from ftlint.dialects.calls import Calling, Tool
    from ftlint.dialects.turns import Field


class Speaking(Named, Protocol):
    """What is asked of a dialect whose records are turns."""

    typed: bool
    calling: Calling

    def turns(self, value: Mapping[str, Any]) -> list[Turn]:
        """Return what a record says."""

    def turn(self, message: Mapping[str, Any], at: str, field: Field) -> Turn:
        """Return the turn of a message."""

    def first_fault(self, value: Mapping[str, Any]) -> Fault | None:
        """Return what is wrong with a record."""

    def fault_of_message(self, message: Any, at: str, field: Field) -> Fault | None:
        """Return what is wrong with a message."""

    def given_tools(self, value: Mapping[str, Any]) -> tuple[Any, str]:
        """Return the tools of a record and where they are."""

    def tools_in(self, text: str, at: str, *, whole: bool) -> Sequence[Tool]:
        """Return the tools of a JSON text."""


class Said:
    """The turns of those among some objects that are records, one after another.

    Attributes:
        fits: For each object whether it is a record. All else is of the records alone.
        values: The records.
        plans, layouts: Of each.
        spans: For each where its turns start, where those of a rejected answer do, and where they end.
        role, named, content: Of each turn.
        unusual: The turns that are not plain, by place.
        of_record: The places of these, by record.
    """

    def __init__(self, dialect: Speaking, values: Sequence[Mapping[str, Any]], plan: Callable[[Mapping[str, Any]], Plan]) -> None:
        """Take what objects say.

        Args:
            plan: Returns how an object is read.
        """
        self.dialect = dialect
        self.fits: list[bool]
        self.values: list[Mapping[str, Any]]
        self.plans: list[Plan]
        self.layouts: list[Layout]
        self.role: list[str]
        self.named: list[Any]
        self.content: list[Any]
        self.unusual: dict[int, Turn] = {}
        self.of_record: dict[int, list[int]] = {}
        # What looks as if it had faults is looked at again, turn by turn.
        careful = set[int]()
        while suspects := self._take(values, plan, careful):
            careful |= suspects

    @classmethod
    def of_texts(cls, dialect: Speaking, plan: Plan, columns: Sequence[Sequence[str]]) -> Said:
        """Return what records say that are nothing but texts under the same keys.

        Args:
            plan: How they are read.
            columns: The texts under each of its keys.
        """
        said = cls(dialect, (), lambda _: plan)
        count = len(columns[0])
        laid = plan.lay(dict.fromkeys(plan.keys, ""))
        assert laid is not None
        layout, size = laid[0], len(columns)
        said.fits, said.values, said.plans, said.layouts = [True] * count, [NOTHING] * count, [plan] * count, [layout] * count
        said.spans = [(start, start + layout.main, start + size) for start in range(0, size * count, size)]
        said.role, said.named = layout.roles * count, [""] * (size * count)
        said.content = list(chain.from_iterable(zip(*columns, strict=True)))
        return said

    def _take(
        self, values: Sequence[Mapping[str, Any]], plan: Callable[[Mapping[str, Any]], Plan], careful: Collection[int]
    ) -> set[int]:
        """Take what objects say, those in some places turn by turn; return the places of others that may have a fault."""
        self.fits, self.values, self.plans, self.layouts = [], [], [], []
        groups: list[Sequence[Any]] = []
        told: dict[int, Sequence[Turn]] = {}
        places: list[int] = []
        for place, value in enumerate(values):
            own = plan(value)
            laid = None if own.careful or place in careful else own.lay(value)
            if laid is None:
                if self.dialect.first_fault(value) is not None:
                    self.fits.append(False)
                    continue
                turns = told[len(places)] = self.dialect.turns(value)
                laid = (
                    Layout.of_turns(turns, self.dialect.content, own.empty(value)),
                    ["" if turn.bare else turn.message for turn in turns],
                )
            self.fits.append(True)
            self.values.append(value)
            self.plans.append(own)
            self.layouts.append(laid[0])
            groups.append(laid[1])
            places.append(place)
        self._starts = list(accumulate(map(len, groups), initial=0))
        self.spans = [
            (start, start + layout.main, end)
            for start, end, layout in zip(self._starts, self._starts[1:], self.layouts, strict=False)
        ]
        cells = list(chain.from_iterable(groups))
        if list(map(type, cells)).count(dict) + sum(layout.bares for layout in self.layouts) != len(cells):
            mixed = (index for index, group in enumerate(groups) if index not in told and not self._is_whole(index, group))
            return {places[index] for index in mixed}
        return {places[index] for index in self._fill(cells, told)}

    def _is_whole(self, index: int, cells: Sequence[Any]) -> bool:
        """Whether all messages of a record are objects."""
        return all(bare or type(cell) is dict for cell, bare in zip(cells, self.layouts[index].bare, strict=True))

    def _fill(self, cells: Sequence[Any], told: Mapping[int, Sequence[Turn]]) -> set[int]:
        """Fill the columns; return the records that may have a fault.

        Args:
            cells: Of each turn its message, or its text.
            told: The turns of those records that were taken one by one.
        """
        dialect = self.dialect
        role, content = dialect.role, dialect.content
        if not any(layout.bares for layout in self.layouts):
            self.named = [cell.get(role) for cell in cells]
            self.content = [cell.get(content) for cell in cells]
            self.role = self._meant(self.named)
        else:
            bare, own = self.column("bare"), self.column("roles")
            self.named = ["" if alone else cell.get(role) for cell, alone in zip(cells, bare, strict=True)]
            self.content = [cell if alone else cell.get(content) for cell, alone in zip(cells, bare, strict=True)]
            self.role = [first or meant for first, meant in zip(own, self._meant(self.named), strict=True)]
        return self._find_unusual(cells, told)

    def _meant(self, named: Sequence[Any]) -> list[str]:
        """Return what roles mean, as they are written; those that are no text are looked at elsewhere."""
        roles = self.dialect.roles
        return [roles.get(name, name) if type(name) is str else "" for name in named] if roles else list(named)

    def _find_unusual(self, cells: Sequence[Any], told: Mapping[int, Sequence[Turn]]) -> set[int]:
        """Make an object of each turn that is not plain; return the records that may have a fault."""
        self.unusual, self.of_record = {}, {}
        suspects = set[int]()
        for place in self._not_plain(cells):
            record = bisect_right(self._starts, place) - 1
            if record in told or record in suspects:
                continue
            layout, index = self.layouts[record], place - self._starts[record]
            at, field = layout.ats[index], layout.fields[index]
            if self.dialect.fault_of_message(cells[place], at, field) is not None:
                suspects.add(record)
            else:
                self._set(record, place, self.dialect.turn(cells[place], at, field))
        for record, turns in told.items():
            for place, turn in enumerate(turns, self._starts[record]):
                self._set(record, place, turn)
        return suspects

    def _not_plain(self, cells: Sequence[Any]) -> Iterable[int]:
        """Return the places of messages that are not plain."""
        special, typed = self.dialect.calling.roles, self.dialect.typed
        if typed and set(map(type, self.named)) == {str} == set(map(type, self.content)):
            sizes = set(map(len, [cell for cell in cells if type(cell) is dict]))
            if sizes <= {2} and (special | {""}).isdisjoint(self.named):
                return ()
        return [
            place
            for place, (cell, name, text) in enumerate(zip(cells, self.named, self.content, strict=True))
            if type(cell) is dict
            and not (typed and len(cell) == 2 and name and type(name) is str and type(text) is str and name not in special)
        ]

    def _set(self, record: int, place: int, turn: Turn) -> None:
        """Put a turn in its place."""
        self.role[place], self.named[place] = turn.role, turn.named
        self.content[place] = turn.content if type(turn.content) is str else None
        if not turn.plain:
            self.unusual[place] = turn
            self.of_record.setdefault(record, []).append(place)

    def unusual_of(self, record: int) -> list[Turn]:
        """Return the turns of a record that are not plain."""
        return [self.unusual[place] for place in self.of_record.get(record, ())]

    def talk(self, record: int) -> list[Turn]:
        """Return the turns of a record; in those that are plain there is no text."""
        return list(self.after(self.spans[record][0] - 1, record))

    def after(self, place: int, record: int) -> Iterator[Turn]:
        """Yield the turns of a record after a place; in those that are plain there is no text."""
        start, _, end = self.spans[record]
        fields = self.layouts[record].fields
        for later in range(place + 1, end):
            yield self.unusual.get(later) or _blank(self.role[later], fields[later - start])

    @cached_property
    def tools(self) -> list[str | None]:
        """The tools of each record, as JSON."""
        return [as_json(given) for given, _ in self._given]

    @cached_property
    def _given(self) -> list[tuple[Any, str]]:
        """The tools of each record, as they are in it, and where."""
        none = None, ""
        planned = zip(self.values, self.plans, strict=True)
        return [self.dialect.given_tools(value) if plan.holds_tools else none for value, plan in planned]

    def lists_tools(self, record: int) -> bool:
        """Whether the tools of a record are a list, and no text."""
        return type(self._given[record][0]) is list

    def defined(self, record: int) -> Sequence[Tool]:
        """Return the tools that a record defines and that have a name."""
        text, (given, at) = self.tools[record], self._given[record]
        return self.dialect.tools_in(text, at, whole=type(given) is str) if text else ()

    @cached_property
    def texts(self) -> Sequence[str]:
        """The text of each turn, of parts of contents too."""
        if not self.unusual:
            return self.content
        texts = [content or "" for content in self.content]
        for place, turn in self.unusual.items():
            texts[place] = text_of(turn.content)
        return texts

    def column(self, name: str) -> list[Any]:
        """Return what layouts say of each turn."""
        return list(chain.from_iterable(getattr(layout, name) for layout in self.layouts))

    @property
    def alone(self) -> bool:
        """Whether all turns are messages of the dialect's one list."""
        return all(layout.alone for layout in self.layouts)


@lru_cache(maxsize=64)
def _blank(role: str, field: Field) -> Turn:
    return Turn(role, "", "", NOTHING, "", field, plain=True)


def as_json(value: Any) -> str | None:
    """Return what is in a record besides texts as JSON; None for nothing."""
    if type(value) is str:
        return value or None
    return msgspec.json.encode(value).decode() if value or type(value) in {int, float, bool} else None
