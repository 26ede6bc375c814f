"""SHP006."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.metrics import KeyPaths, numbers
from ftlint.rule import DatasetRule, Location, Violations, bad, good
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.metrics.key_paths import Seen

_BIG = "integer beyond 2^53"
_RECORD = '{{"prompt": "vino ->", "completion": " edible", "page": {}}}'


class MixedType(DatasetRule):
    """A key has one JSON type in most records, and another in a few.

    ## Why it matters

    Readers that make a table of the file (Arrow, the library `datasets`, pandas) refuse it, or turn one type into the other.

    ## How to fix

    Write the value in one type everywhere.
    """

    code = "SHP006"
    level = "warning"
    metrics = (KeyPaths,)
    once = True
    message = "{path} is {other} in {few}, first here, and {most} in {rest}"
    headline = "keys have several types"
    detail = "{path}: {other} in {few}, {most} in {rest}"
    symptoms: ClassVar[Mapping[str, str]] = {
        "DatasetGenerationError: An error occurred while generating the dataset": "datasets 4.0.0",
    }
    examples = (
        good([_RECORD.format(number) for number in range(3)]),
        bad([_RECORD.format(1), _RECORD.format(2), _RECORD.format('"three"')], at=[3]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each place once, at the first record that has the rarer type."""
        for path, kinds in gathered.get(KeyPaths).by_path().items():
            types = _types(kinds)
            if len(types) < 2:
                continue
            most, *others = sorted(types, key=lambda kind: (-types[kind].count, types[kind].line))
            other = min(others, key=lambda kind: types[kind].line)
            args = {
                "path": path,
                "most": _named(most),
                "rest": numbered(types[most].count, "record"),
                "other": _named(other),
                "few": numbered(types[other].count, "record"),
            }
            yield Violations(self.level, numbers([types[other].line]), args, affects=types[other].count)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the place, where that is one."""
        return Location(None if "*" in args["path"] else args["path"])


def _types(kinds: Mapping[str, Seen]) -> dict[str, Seen]:
    """Return the types of a place; null is no type of its own, and integers are numbers, however large."""
    results: dict[str, Seen] = {}
    for kind, one in kinds.items():
        name = "number" if kind == _BIG else kind
        if name == "null":
            continue
        known = results.get(name)
        results[name] = one if known is None else min(known, one, key=lambda two: two.line)
    return results


def _named(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
