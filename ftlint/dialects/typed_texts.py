"""Records that are nothing but texts by key, decoded by type."""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, UnsetType

from ftlint.dialects.base import Tables, TypedBatch
from ftlint.dialects.kinds import TEXT
from ftlint.dialects.said import Said
from ftlint.dialects.turn_batch import TurnBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.dialects.layouts import Plan
    from ftlint.dialects.places import Places
    from ftlint.dialects.turn_batch import Turning
    from ftlint.dialects.turns import Form


def texts_type(form: Form) -> type | None:
    """Return the type of the records of a form that are texts; None where none are."""
    fields = sorted((field for field in form.fields if TEXT in field.kinds), key=lambda field: not field.needed)
    paths = {f"text{number}": field.path for number, field in enumerate(fields)}
    needed = {field.path for field in fields if field.needed}
    if needed != form.needed.keys() or any("/" in path for path in needed):
        return None
    members: list[Any] = [
        (name, str) if field.needed else (name, str | UnsetType, UNSET) for name, field in zip(paths, fields, strict=True)
    ]
    return msgspec.defstruct("Texts", members, rename=paths, forbid_unknown_fields=True, gc=False)


class TextsBatch(TypedBatch):
    """Records that are nothing but texts. columns: the texts by key."""

    def __init__(self, dialect: Turning, records: Sequence[Any]) -> None:
        self._turning, self.records = dialect, list(records)

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """The texts by key, without keys that no record has."""
        infos = msgspec.structs.fields(type(self.records[0]))
        columns = {info.encode_name: list(map(attrgetter(info.name), self.records)) for info in infos}
        return {key: texts for key, texts in columns.items() if texts.count(UNSET) < len(texts)}

    @property
    def _plan(self) -> Plan:
        return self._turning.plan(dict.fromkeys(self.columns, ""))

    @cached_property
    def _batch(self) -> TurnBatch:
        """The same records as turns."""
        plan = self._plan
        columns = [self.columns[field.path] for field in plan.fields]
        return TurnBatch(self._turning, Said.of_texts(self._turning, plan, columns))

    def takes(self, later: TypedBatch) -> bool:
        """Whether later records have the same keys."""
        return isinstance(later, TextsBatch) and later.columns.keys() == self.columns.keys()

    def add(self, later: TypedBatch) -> None:
        """Take in records of the same keys that come after."""
        assert isinstance(later, TextsBatch)
        self.records += later.records
        for key, texts in self.columns.items():
            texts.extend(later.columns[key])

    def strings(self) -> int:
        """Return how many keys and strings the records have; -1 where some have a key that others lack."""
        plan = self._plan
        if plan.careful or len(plan.fields) < len(self.columns) or any(UNSET in texts for texts in self.columns.values()):
            return -1
        return 2 * len(self.columns) * len(self.records)

    def tables(self) -> Tables:
        """Return the tables of the records."""
        return self._batch.tables()

    def note(self, places: Places, lines: Sequence[int]) -> None:
        """Note what records hold besides their texts."""
        self._batch.note(places, lines)

    def rests(self, naming: frozenset[str]) -> list[str]:
        """Return what records hold besides what is asked and to be learned: a rejected answer."""
        return self._batch.rests(naming)
