"""JSN001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.fixes import FileFix, Relines
from ftlint.rule import DatasetRule, Hits, LineRule, Place, bad, good, pairs

from ._lookalike import describe, separated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered


class InvalidJson(LineRule, DatasetRule):
    """A line is not JSON.

    ## Why it matters

    The service refuses the whole file for one such line, often without saying which. Readers that skip it train on less.

    ## How to fix

    Write records with a JSON library, one object a line, never by joining strings. `--fix` repairs what is certain: a comma
    after the object, two objects on a line, one array or pretty-printed objects instead of lines.
    """

    code = "JSN001"
    level = "error"
    fault = "invalid-json"
    fixable = "safe"
    depends = True
    message = "not JSON: {problem}"
    headline = "lines are not JSON"
    detail = "{problem}"
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

    def explain(self, line: bytes, context: Context) -> Place:
        """Say what the line looks like where that can be told, else what the parser says."""
        start, problem = describe(line)
        return Place(None, start, start + 1, {"problem": problem}, "safe" if separated(line) else None)

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report each file that is one array or pretty-printed objects."""
        for index, facts in enumerate(gathered.files):
            if facts.pretty is not None:
                problem = (
                    f"{facts.pretty:,} objects that are spread over lines or stand in one array, instead of one object a line"
                )
                yield Hits(self.level, None, {"problem": problem}, applicability="safe", file=index)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Repair what is certain: a comma after the object, several objects on a line, objects spread over lines."""
        return FileFix("one-object-a-line") if hits.lines is None else Relines(separated)
