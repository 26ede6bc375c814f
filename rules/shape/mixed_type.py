"""SHP006."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.metrics import Places, numbers
from ftlint.rule import DatasetRule, Hits, Place, bad, good
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.metrics.places import Found

_BIG = "integer beyond 2^53"
_RECORD = '{{"prompt": "vino ->", "completion": " edible", "page": {}}}'


class MixedType(DatasetRule):
    """A place holds one JSON type in most records, and another in few.

    ## Why it matters

    Readers that make a table of the file (Arrow, the library `datasets`, pandas) refuse it, or turn one type into the other.

    ## How to fix

    Write the value in one type everywhere.
    """

    code = "SHP006"
    level = "warning"
    metrics = (Places,)
    once = True
    message = "{place} is {other} in {few}, first here, and {most} in {rest}"
    headline = "places have several types"
    detail = "{place}: {other} in {few}, {most} in {rest}"
    symptoms: ClassVar[Mapping[str, str]] = {
        "DatasetGenerationError: An error occurred while generating the dataset": "datasets 4.0.0",
    }
    examples = (
        good([_RECORD.format(number) for number in range(3)]),
        bad([_RECORD.format(1), _RECORD.format(2), _RECORD.format('"three"')], at=[3]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report each place once, at the first record that has the rarer type."""
        for place, kinds in gathered.get(Places).by_place().items():
            types = _types(kinds)
            if len(types) < 2:
                continue
            most, *others = sorted(types, key=lambda kind: (-types[kind].count, types[kind].line))
            other = min(others, key=lambda kind: types[kind].line)
            args = {
                "place": place,
                "most": _named(most),
                "rest": numbered(types[most].count, "record"),
                "other": _named(other),
                "few": numbered(types[other].count, "record"),
            }
            yield Hits(self.level, numbers([types[other].line]), args, affects=types[other].count)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point at the place, where that is one."""
        return Place(None if "*" in args["place"] else args["place"])


def _types(kinds: Mapping[str, Found]) -> dict[str, Found]:
    """Return the types of a place; null is no type of its own, and integers are numbers, however large."""
    found: dict[str, Found] = {}
    for kind, one in kinds.items():
        name = "number" if kind == _BIG else kind
        if name == "null":
            continue
        known = found.get(name)
        found[name] = one if known is None else min(known, one, key=lambda two: two.line)
    return found


def _named(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
