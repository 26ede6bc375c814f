"""SHP002."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from ftlint.dialects import named
from ftlint.dialects.base import is_mendable, value_at
from ftlint.dialects.places import KINDS
from ftlint.metrics import Shapes
from ftlint.records.edits import edits_of
from ftlint.records.spans import is_json
from ftlint.rule import DatasetRule, LineRule, Location, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix

from ._most import once_for_most

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.base import Dialect
    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.records.reader import Wrong
    from ftlint.rule import Level
    from ftlint.rule.fixes import FixContext, Scope


class WrongType(LineRule, DatasetRule):
    """A value has the wrong type.

    ## Why it matters

    Services refuse it. Tools that silently convert it train on the text of a Python list, or on `1.0` instead of `1`.

    ## How to fix

    Write the value as a string, exactly as the model should see it: the label 3 is `" 3"`. `--fix --unsafe-fixes` converts
    numbers, booleans, and arrays of one string. A fault that most records share is reported once; if the values cannot be
    converted, the data is probably of another kind.
    """

    code = "SHP002"
    level = "error"
    fault = "wrong-type"
    reveals = True
    metrics = (Shapes,)
    reads_broken = True
    message = "{key!r} is {found}, not {wanted}{hint}"
    headline = "records have a value of the wrong type"
    examples = (
        good(pairs(("vino ->", " 1"))),
        bad(
            [*pairs(("tea ->", " 1"), ("vino ->", " 1")), '{"prompt": "burger ->", "completion": 1}'],
            at=[3],
            fixed=[
                '{"prompt": "tea ->", "completion": " 1"}',
                '{"prompt": "vino ->", "completion": " 1"}',
                '{"prompt": "burger ->", "completion": " 1"}',
            ],
            fix="unsafe",
        ),
        bad([*pairs(("tea ->", " 1"), ("vino ->", " 1")), '{"prompt": "burger ->", "completion": [1, 2]}'], at=[3]),
    )

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report each record; a fault that most records share, and that no repair mends, once: it is another kind of data."""
        for violations in results.values():
            yield from once_for_most(violations, gathered, self.fault, _arguments)

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report nothing besides."""
        return iter(())

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point nowhere in particular."""
        return None

    def explain(self, line: Line, context: Context) -> Location:
        """Point at the first value that is wrong, and say what it is."""
        dialect = named(context.dialect)
        _, pointer, wanted, _ = dialect.fault(line.value)
        result = _named(value_at(line.value, pointer))
        args = {"key": pointer[1:].replace("/", "."), "found": result, "wanted": wanted, "hint": ""}
        return Location(pointer, args=args, fix="unsafe" if _mended(line, dialect) else None)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Write a number or boolean as its text, as it is in the file, and for an array of one text that text."""
        scope: Scope = "role" if violations.affects else "found"
        return Fix.edit_line(partial(_mended, dialect=named(fix_context.dataset.dialect)), scope=scope)


def _arguments(wrong: Wrong, hint: str) -> dict[str, str]:
    return {"key": wrong.path, "found": wrong.found, "wanted": wrong.wanted, "hint": hint}


def _named(value: Any) -> str:
    """Return what a value is, and which one where that is short."""
    kind = KINDS[type(value)]
    return f"the {kind.partition(' ')[2]} {orjson.dumps(value).decode()}" if type(value) in {int, float, bool} else kind


def _mended(line: Line, dialect: Dialect) -> list[Edit]:
    """Return the edits that make texts of what is none; none where something would be left that is none either."""
    changes = []
    value = line.value if is_json(line.raw) else None
    if type(value) is not dict or not dialect.is_shape_of(frozenset(value)):
        return []
    for fault in dialect.faults(value):
        wrong, span = value_at(value, fault.pointer), line.span(fault.pointer)
        if type(wrong) is str:
            continue
        if not fault.is_text or span is None or not is_mendable(wrong):
            return []
        if type(wrong) is list:
            first, end = line.span(f"{fault.pointer}/0") or span
            changes += [(span[0], first, ""), (end, span[1], "")]
        else:
            changes += [(span[0], span[0], f'"{dialect.lead(fault.pointer)}'), (span[1], span[1], '"')]
    return edits_of(line, changes)
