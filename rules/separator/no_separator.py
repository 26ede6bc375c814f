"""SEP004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.rule import DatasetRule, Violations, bad, good, pairs

from ._everywhere import new_separator
from ._family import SeparatorRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import Fix, FixContext


class NoSeparator(SeparatorRule, DatasetRule):
    r"""The prompts have no common separator.

    ## Why it matters

    Without a signal that the input is complete, the model may continue the input: `burger` becomes `burger and fries edible`.

    ## How to fix

    End every prompt with a text that occurs nowhere else, for example `\n\n###\n\n`. `--fix --unsafe-fixes` does this.
    """

    code = "SEP004"
    level = "warning"
    message = "the prompts share no separator that says where the input ends"
    examples = (
        good(pairs(("burger ->", " edible"), ("vino ->", " edible"))),
        bad(
            pairs(("Is a burger edible?", " yes"), ("Is a towel edible?", " no")),
            at=[None],
            fixed=[
                '{"prompt": "Is a burger edible?\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "Is a towel edible?\\n\\n###\\n\\n", "completion": " no"}',
            ],
            fix="unsafe",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report a dataset of which no separator was inferred; in classification it is an error."""
        context = gathered.context
        if context.surveyed and not context.known.separator and not context.known.rivals and not context.differs("separator"):
            yield Violations("error" if context.classification else "warning", None, affects=gathered.conforming)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Give the whole dataset a separator that occurs nowhere."""
        return new_separator(fix_context)
