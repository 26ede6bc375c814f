"""CMP007."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING, Any

from ftlint.dialects.base import ANSWER, RECORDS
from ftlint.metrics import Extremes
from ftlint.rule import DatasetRule, Violations, bad, good, option, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.marks import SPACE
from ftlint.text.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.base import Tables
    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered, Metric
    from ftlint.rule.fixes import FixContext


class SharedPrefix(DatasetRule):
    """All completions start with the same text.

    ## Why it matters

    A constant prefix gives the model no information, but its tokens cost money in training and in every answer.

    ## How to fix

    Remove the prefix. `--fix --unsafe-fixes --fixable shared-prefix` does this.
    """

    code = "CMP007"
    level = "info"
    requires = ("endings",)
    message = "all completions start with {prefix!r}"

    class Options:
        """length: minimum length of a reported prefix, in characters, without the space."""

        length: int = option(5, least=1)

    examples = (
        good(pairs(("burger ->", " edible"), ("towel ->", " inedible"))),
        bad(
            pairs(("burger ->", " category edible"), ("towel ->", " category inedible")),
            at=[None],
            fixed=['{"prompt": "burger ->", "completion": " edible"}', '{"prompt": "towel ->", "completion": " inedible"}'],
            fix="request",
        ),
    )

    def prescan(self, tables: Tables, context: Context) -> str:
        """Return what all surveyed completions start with; no more than that can be shared by all."""
        return str(commonprefix(tables[RECORDS].get_column(ANSWER).to_list()))

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Look at every record only where the surveyed ones share enough."""
        return (Extremes,) if len(context.hints.get(self.code, "").strip(SPACE)) >= self.options.length else ()

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the prefix of two or more different completions."""
        if not self.wants(gathered.context):
            return
        extremes = gathered.get(Extremes)
        prefix = extremes.prefix("answer")
        if len(prefix.strip(SPACE)) >= self.options.length:
            yield Violations(self.level, None, {"prefix": prefix}, affects=extremes.records)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Strip the text, and leave one space."""
        prefix = str(violations.args["prefix"])

        def change(texts: Mapping[str, Any]) -> Mapping[str, str] | None:
            text = texts["completion"].lstrip(SPACE)
            return {"/completion": f" {text.removeprefix(prefix).lstrip(SPACE)}"} if text.startswith(prefix) else None

        return Fix.rewrite(change, scope="dataset", note=f"every completion is without {quote(prefix)}")
