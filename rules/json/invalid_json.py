"""JSN001."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from ftlint.rule import DatasetRule, LineRule, Location, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.words import numbered, quote

from ._lookalike import describe, separated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.records.line import Line
    from ftlint.records.spread import Spread
    from ftlint.rule import Level
    from ftlint.rule.fixes import FixContext


class InvalidJson(LineRule, DatasetRule):
    """A line is not JSON.

    ## Why it matters

    The service refuses the whole file because of one such line, often without naming it. Readers that skip the line train on
    less data.

    ## How to fix

    Write records with a JSON library, one object per line; do not join strings. `--fix` repairs unambiguous cases: a comma
    after the object, two objects on a line, one array or pretty-printed objects instead of lines.
    """

    code = "JSN001"
    level = "error"
    fault = "invalid-json"
    reveals = True
    reads_broken = True
    message = "not JSON: {problem}"
    headline = "lines are not JSON"
    detail = "{problem}"
    symptoms: ClassVar[Mapping[str, str]] = {
        "If using all scalar values, you must pass an index": "datasets 5.2.0",
        "Expected file to have JSONL format, where every line is a JSON dictionary": "OpenAI",
    }
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad([*pairs(("vino ->", " edible")), "{'prompt': 'burger ->', 'completion': ' edible'}"], at=[2]),
        bad(
            [*pairs(("vino ->", " edible")), pairs(("burger ->", " edible"))[0] + ","],
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
        bad(
            ["[", pairs(("vino ->", " edible"))[0] + ",", *pairs(("burger ->", " edible")), "]"],
            at=[None],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report each line; in a file that may be one JSON document none is repaired, for its commas may belong to that."""
        for violations in results.values():
            for facts, inside in gathered.by_file(violations):
                if facts.columns:
                    continue
                yield replace(inside, applicability="rule" if facts.lines_wanted and not facts.nested else None)

    def explain(self, line: Line, context: Context) -> Location:
        """Say what the line looks like where that can be told, else what the parser says."""
        start, problem = describe(line.raw)
        return Location(None, start, start + 1, {"problem": problem}, "safe" if separated(line) else None)

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each file that is one array or pretty-printed objects; what is in doubt is left as it is."""
        for index, facts in enumerate(gathered.files):
            if facts.columns:
                yield Violations(self.level, None, {"problem": _table(facts.columns)}, applicability=None, file=index)
            elif facts.spread:
                sure = facts.spread.broken is None and facts.lines_wanted and not facts.spread.fragments
                problem = _problem(facts.spread, lines_wanted=facts.lines_wanted)
                yield Violations(self.level, None, {"problem": problem}, applicability="safe" if sure else None, file=index)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Repair what is certain: a comma after the object, several objects on a line, objects spread over lines."""
        return Fix.of_file("one-object-a-line") if violations.lines is None else Fix.edit_line(separated)


def _table(columns: Sequence[str]) -> str:
    named = ", ".join(map(quote, columns[:6])) + (", …" if len(columns) > 6 else "")
    return (
        f"the file is a table of {len(columns):,} columns ({named}); give it the ending .csv, and `ftlint convert` makes "
        "records of it"
    )


def _problem(spread: Spread, *, lines_wanted: bool) -> str:
    """Return what is to be said of a file whose objects do not are one a line."""
    result = f"{numbered(spread.objects, 'object')}, spread over lines or in one array, instead of one object a line"
    if spread.fragments:
        return (
            f"{result}; they are of no known shape, and may be parts of one record (the turns of a conversation are "
            '{"messages": […]} on one line), so that no repair takes them apart'
        )
    if spread.broken:
        line, reason = spread.broken
        return f"{result}; line {line:,} is broken ({reason}), and the file is not changed until that line is repaired"
    return result if lines_wanted else f"{result}; the file name is not that of a JSON Lines file: `ftlint convert` writes one"
