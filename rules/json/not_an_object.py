"""JSN002."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ftlint.dialects import is_record
from ftlint.records.edits import edits_of
from ftlint.records.spans import value_end
from ftlint.rule import LineRule, Location, Violations, bad, chats, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Level
    from ftlint.rule.fixes import FixContext

_NAMES = {str: "a string", bool: "a boolean", int: "a number", float: "a number", type(None): "null"}

_OTHER = "{found}: the file seems to hold another kind of data, and no repair takes it apart"


class NotAnObject(LineRule):
    """The value of a line is not an object.

    ## Why it matters

    A record is a JSON object: keys and values in braces. Readers refuse anything else.

    ## How to fix

    Write each record as an object. `--fix` writes an array of records on one line as one line per record. The turns of a
    conversation are one record: `--fix --unsafe-fixes` wraps them in `{"messages": …}`.
    """

    code = "JSN002"
    level = "error"
    fault = "not-an-object"
    reveals = True
    message = "the line is {found}, not an object"
    headline = "lines are not objects"
    detail = "{found}"
    examples = (
        bad(
            [*pairs(("jam ->", " edible")), f"[{', '.join(pairs(('vino ->', ' edible'), ('tea ->', ' edible')))}]"],
            at=[2],
            fixed=pairs(("jam ->", " edible"), ("vino ->", " edible"), ("tea ->", " edible")),
        ),
        good(pairs(("vino ->", " edible"))),
        bad([*pairs(("vino ->", " edible")), '["burger ->", " edible"]'], at=[2]),
        bad(
            [*chats([("user", "Hi."), ("assistant", "Yes?")]), '[{"role": "user", "content": "And?"}]'],
            at=[2],
            fixed=[
                *chats([("user", "Hi."), ("assistant", "Yes?")]),
                '{"messages": [{"role": "user", "content": "And?"}]}',
            ],
            fix="unsafe",
        ),
    )

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report each line; where most are none, once: that is another kind of file. What can be repaired is said of each."""
        for level, violations in results.items():
            for index, (facts, inside) in enumerate(gathered.by_file(violations)):
                whole = facts.lines - facts.blank
                if facts.arrays > 2 and 2 * facts.arrays > whole:
                    args = {"found": f"{facts.arrays:,} of {numbered(whole, 'line')} hold an array"}
                    yield Violations(level, None, args, applicability=None, file=index, affects=len(inside), message=_OTHER)
                else:
                    yield inside

    def explain(self, line: Line, context: Context) -> Location:
        """Name what the line holds."""
        value = line.value
        if not isinstance(value, list):
            return Location(args={"found": _NAMES[type(value)]}, fix=None)
        kind = "object" if value and all(isinstance(item, dict) for item in value) else "value"
        result = f"an array of {numbered(len(value), kind)}"
        if _is_conversation(value):
            return Location(args={"found": f"{result}, the turns of one conversation"}, fix="unsafe")
        return Location(args={"found": result}, fix="safe" if _are_records(value) else None)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Give each record of an array a line of its own; make a conversation of an array of turns."""
        return Fix.edit_line(partial(_mended, fix_context=fix_context))


def _is_conversation(value: Any) -> bool:
    """Whether a value is the messages of one conversation, under the names that `messages` has for them."""
    turns = isinstance(value, list) and all(isinstance(one, dict) and {"role", "content"} <= one.keys() for one in value)
    return turns and len(value) > 0


def _are_records(value: Any) -> bool:
    """Whether a value is an array of records of dialects that are known."""
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        return False
    return all(map(is_record, value))


def _mended(line: Line, fix_context: FixContext) -> list[Edit] | None:
    """Return the edits that leave of an array of records these, one a line; those that make an object of turns."""
    value = line.value
    if _is_conversation(value):
        return edits_of(line, [(0, 0, '{"messages": '), (len(line.text), len(line.text), "}")]) if fix_context.unsafe else None
    if not _are_records(value):
        return None
    changes = []
    end = 0
    for _ in value:
        start = line.text.index("{", end)
        changes.append((end, start, "\n" if end else ""))
        end = value_end(line.text, start)
    return edits_of(line, [*changes, (end, len(line.text), "")])
