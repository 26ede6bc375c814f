"""JSN003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.records.edits import remove_members
from ftlint.records.spans import inside, repeated_keys, skip_space
from ftlint.rule import LineRule, Location, bad, good, pairs
from ftlint.rule.fixes import Fix

if TYPE_CHECKING:
    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Violations
    from ftlint.rule.fixes import FixContext


class DuplicateKey(LineRule):
    """A key appears twice in an object.

    ## Why it matters

    Parsers silently keep one of the two values, but not all keep the same one. The file does not show which one was trained on.

    ## How to fix

    Remove one of them. `--fix --unsafe-fixes` keeps the last, as most parsers do.
    """

    code = "JSN003"
    level = "error"
    decisive = True
    fault = "duplicate-key"
    message = "the key {key!r} appears more than once; parsers keep only one of its values"
    headline = "records repeat a key"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(
            [*pairs(("vino ->", " edible")), '{"prompt": "x", "prompt": "burger ->", "completion": " edible"}'],
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
            fix="unsafe",
        ),
        bad([*pairs(("vino ->", " edible")), '{"prompt": "x ->", "completion": " edible", "meta": {"k": 1, "k": 2}}'], at=[2]),
    )

    def explain(self, line: Line, context: Context) -> Location:
        """Point at the key's second place."""
        key, start, end = repeated_keys(line.text)[0]
        # Deeper ones are left to a person.
        return Location(None, start, end, {"key": key}, "unsafe" if _last_kept(line) else None)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Keep the last of a key's values, as parsers do."""
        return Fix.edit_line(_last_kept)


def _last_kept(line: Line) -> list[Edit]:
    """Return the edits that take earlier values of a key at the object's top away; deeper ones are left to a person."""
    members = list(inside(line.text, skip_space(line.text, 0)))
    last = {key: index for index, (key, _, _, _) in enumerate(members)}
    earlier = {index for index, (key, _, _, _) in enumerate(members) if last[key] != index}
    return remove_members(line, [(first, end) for _, first, _, end in members], earlier)
