"""JSN002."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from ftlint.records.edits import edits_of
from ftlint.records.spans import value_end
from ftlint.rule import LineRule, Place, bad, good, pairs
from ftlint.rule.fixes import Respell

if TYPE_CHECKING:
    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.rule import Hits
    from ftlint.rule.fixes import Fix, Situation

_NAMES = {str: "a string", bool: "a boolean", int: "a number", float: "a number", type(None): "null"}


class NotAnObject(LineRule):
    """A line's value is not an object.

    ## Why it matters

    A record is a JSON object: keys and values in braces. Anything else is refused.

    ## How to fix

    Write each record as an object. An array of records on one line becomes a line a record with `--fix`.
    """

    code = "JSN002"
    level = "error"
    decisive = True
    fault = "not-an-object"
    fixable = "safe"
    depends = True
    reveals = True
    message = "the line is {found}, not an object"
    headline = "lines are no objects"
    detail = "{found}"
    examples = (
        bad(
            [*pairs(("jam ->", " edible")), f"[{', '.join(pairs(('vino ->', ' edible'), ('tea ->', ' edible')))}]"],
            at=[2],
            fixed=pairs(("jam ->", " edible"), ("vino ->", " edible"), ("tea ->", " edible")),
        ),
        good(pairs(("vino ->", " edible"))),
        bad([*pairs(("vino ->", " edible")), '["burger ->", " edible"]'], at=[2]),
    )

    def explain(self, line: bytes, context: Context) -> Place:
        """Name what the line holds."""
        value = orjson.loads(line)
        if not isinstance(value, list):
            return Place(args={"found": _NAMES[type(value)]}, fix=None)
        kind = "objects" if value and all(isinstance(item, dict) for item in value) else "values"
        found = f"an array of {len(value):,} {kind if len(value) != 1 else kind[:-1]}"
        return Place(args={"found": found}, fix="safe" if kind == "objects" else None)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Give each object of an array a line of its own."""
        return Respell(_unpacked)


def _unpacked(line: str) -> list[Edit] | None:
    """Return the edits that leave of an array of nothing but objects these, one a line."""
    values = orjson.loads(line)
    if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
        return None
    changes = []
    end = 0
    for _ in values:
        start = line.index("{", end)
        changes.append((end, start, "\n" if end else ""))
        end = value_end(line, start)
    return edits_of(line, [*changes, (end, len(line), "")])
