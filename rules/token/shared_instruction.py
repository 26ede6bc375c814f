"""TOK003."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING, Any

from ftlint.dialects.base import INPUT, RECORDS
from ftlint.metrics import Extremes
from ftlint.rule import DatasetRule, Violations, bad, good, option, pairs
from ftlint.rule.fixes import Fix
from ftlint.text import tokens
from ftlint.text.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.base import Tables
    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered, Metric
    from ftlint.rule.fixes import FixContext


class SharedInstruction(DatasetRule):
    """All prompts start with the same text.

    ## Why it matters

    A fine-tuned model needs no instruction, because the examples show the task. The tokens cost money in training and in every
    call. One model for several tasks does need an instruction, but then not all prompts share it.

    ## How to fix

    Remove the instruction from the data and from later prompts. `--fix --unsafe-fixes --fixable shared-instruction` does this.
    If the shared text belongs to each item (`item number 5`), keep it.
    """

    code = "TOK003"
    level = "info"
    requires = ("endings",)
    roles = ("train",)
    message = "all prompts start with {prefix!r}: {tokens:,} tokens each, {total:,} an epoch"

    class Options:
        """length: minimum length of a reported text, in characters."""

        length: int = option(12, least=1)

    examples = (
        good(pairs(("burger ->", " edible"), ("towel ->", " inedible"))),
        bad(
            pairs(("Can one eat this? burger ->", " yes"), ("Can one eat this? towel ->", " no")),
            at=[None],
            fixed=['{"prompt": "burger ->", "completion": " yes"}', '{"prompt": "towel ->", "completion": " no"}'],
            fix="request",
        ),
    )

    def prescan(self, tables: Tables, context: Context) -> str:
        """Return what all surveyed prompts start with; no more than that can be shared by all."""
        return str(commonprefix(tables[RECORDS].get_column(INPUT).to_list()))

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Look at every record only where the surveyed ones share enough."""
        return (Extremes,) if len(context.hints.get(self.code, "")) >= self.options.length else ()

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the text and what it costs."""
        if not self.wants(gathered.context):
            return
        extremes = gathered.get(Extremes)
        prefix = extremes.prefix("input")
        if len(prefix) >= self.options.length:
            count = tokens.count(prefix, gathered.context.encoding)
            args = {"prefix": prefix, "tokens": count, "total": count * extremes.records}
            yield Violations(self.level, None, args, affects=extremes.records)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Strip the text."""
        prefix = str(violations.args["prefix"])

        def change(texts: Mapping[str, Any]) -> Mapping[str, str] | None:
            bare = texts["prompt"].lstrip()
            return {"/prompt": bare.removeprefix(prefix).lstrip()} if bare.startswith(prefix) else None

        return Fix.rewrite(change, scope="dataset", note=f"every prompt is without {quote(prefix)}")
