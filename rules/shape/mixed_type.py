"""SHP006."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ftlint.dialects import named
from ftlint.dialects.base import key_of
from ftlint.dialects.keys import READ
from ftlint.metrics import KeyPaths, numbers
from ftlint.metrics.key_paths import Seen
from ftlint.records.edits import edits_of
from ftlint.rule import DatasetRule, Location, Violations, bad, good
from ftlint.rule.fixes import Fix
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule.fixes import FixContext

_SCALARS = {"number", "boolean"}
_BIG = "integer beyond 2^53"
_RECORD = '{{"prompt": "vino ->", "completion": " edible", "page": {}}}'


class MixedType(DatasetRule):
    """A key has one JSON type in most records, and another in a few.

    ## Why it matters

    Readers that make a table of the file (Arrow, the library `datasets`, pandas) refuse it, or convert one type to the other.

    ## How to fix

    Use one type for the value in all records. If most values are strings, `--fix --unsafe-fixes` writes numbers and booleans as
    strings, unless a trainer or grader may read the key. The finding is an error if the target's loader refuses the file.
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
        bad(
            [_RECORD.format('"1a"'), _RECORD.format('"2"'), _RECORD.format("3.50")],
            at=[3],
            fixed=[_RECORD.format('"1a"'), _RECORD.format('"2"'), _RECORD.format('"3.50"')],
            fix="unsafe",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each place once, at the first record that has the rarer type."""
        context = gathered.context
        contents = {path for path, _ in named(context.dialect).plain_kinds}
        for path, kinds in gathered.get(KeyPaths).by_path().items():
            types = _types(kinds)
            # A content may be a text or parts, unless the loader makes one type of them.
            if len(types) < 2 or (path in contents and not context.target.one_schema):
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
            level = "error" if context.target.one_schema else self.level
            becomes_text = most == "string" and {*others} <= _SCALARS and READ.isdisjoint(path.split("/"))
            how: Literal["rule"] | None = "rule" if becomes_text else None
            yield Violations(level, numbers([types[other].line]), args, affects=types[other].count, applicability=how)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Write what is no text as text."""
        steps = violations.args["path"].split("/")[1:]
        return Fix.edit_line(partial(_as_text, steps=steps), scope="role")

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the place, where that is one."""
        return Location(None if "*" in args["path"] else args["path"])


def _as_text(line: Line, steps: Sequence[str]) -> list[Edit]:
    """Return the edits that write the numbers and booleans at a place as text, with the digits that they have."""
    try:
        values = list(_values(line.value, steps))
    except ValueError:  # another rule's
        return []
    spans = [line.span(pointer) for pointer, value in values if type(value) in {int, float, bool}]
    return edits_of(line, [(*span, f'"{line.text[slice(*span)]}"') for span in spans if span])


def _values(value: Any, steps: Sequence[str], at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values at a path, in which `*` is every index of an array, each with its JSON Pointer."""
    if not steps:
        yield at, value
    elif steps[0] == "*":
        for index, one in enumerate(value if type(value) is list else ()):
            yield from _values(one, steps[1:], f"{at}/{index}")
    elif type(value) is dict and (key := key_of(steps[0])) in value:
        yield from _values(value[key], steps[1:], f"{at}/{steps[0]}")


def _types(kinds: Mapping[str, Seen]) -> dict[str, Seen]:
    """Return the types of a place; null is no type of its own, and integers are numbers, however large."""
    results: dict[str, Seen] = {}
    for kind, one in kinds.items():
        name = "number" if kind == _BIG else kind
        if name == "null":
            continue
        known = results.get(name)
        first = one if known is None else min(known, one, key=lambda two: two.line)
        results[name] = Seen(one.count + (known.count if known else 0), first.line, first.offset)
    return results


def _named(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
