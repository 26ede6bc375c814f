"""PRF004."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from ftlint.dialects.conversation import conversation_of
from ftlint.metrics import Block, Metric, numbers
from ftlint.metrics.parts import counts, lines_seen
from ftlint.records.edits import replaced
from ftlint.rule import DatasetRule, Location, Violations, bad, good
from ftlint.rule.fixes import Fix
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule.fixes import FixContext

_ALL_ALIKE = 10
"""Number of records from which equal judgements in all are not chance."""

_WRITTEN = {"true": "true", "false": "false"}
_PAIR = '{{"prompt": "Tide {}?", "completion": "High.", "label": {}}}'


class Judgements(Metric):
    """Number of records per judgement, and the lines whose judgement is not a boolean."""

    counts: Counter[str] = counts()
    wrong: pl.Series = lines_seen()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        column = block.frame.get_column("judgement")
        self.counts = Counter(dict(column.drop_nulls().value_counts().iter_rows()))
        self.wrong = numbers(block.frame.filter(pl.col("judgement").is_null()).get_column("line"))


class BadJudgement(DatasetRule):
    """A judgement is not a boolean, or all records have the same one.

    ## Why it matters

    Trainers refuse a label that is not a boolean, or treat every string as true. If all answers are good, or all bad, the model
    has no preference to learn.

    ## How to fix

    Write `true` or `false` without quotation marks; `--fix --unsafe-fixes` does this for `"true"` and `"false"`. Add records
    with the other judgement.
    """

    code = "PRF004"
    level = "error"
    requires: ClassVar[tuple[str, ...]] = ("judgement",)
    metrics = (Judgements,)
    once = True
    message = "{problem}"
    headline = "labels are not boolean"
    detail = "{problem}"
    examples = (
        good([_PAIR.format(number, "true" if number % 2 else "false") for number in range(10)]),
        bad(
            [_PAIR.format(1, "true"), _PAIR.format(2, "false"), _PAIR.format(3, '"true"')],
            at=[3],
            fixed=[_PAIR.format(1, "true"), _PAIR.format(2, "false"), _PAIR.format(3, "true")],
            fix="unsafe",
        ),
        bad([_PAIR.format(number, "true") for number in range(10)], at=[None]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report what is not a boolean, once where it is so in most records; and one judgement for all, once."""
        result = gathered.get(Judgements)
        if 2 * len(result.wrong) > gathered.conforming and len(result.wrong) > 1:
            problem = f"the label is not a boolean in {numbered(len(result.wrong), 'record')}"
            yield Violations(self.level, None, {"problem": problem}, affects=len(result.wrong))
        elif len(result.wrong):
            yield Violations(self.level, result.wrong, {"problem": "the label is not a boolean"})
        if len(result.counts) == 1 and not len(result.wrong) and result.counts.total() >= _ALL_ALIKE:
            [(judgement, count)] = result.counts.items()
            problem = f"the label is {judgement} in all {count:,} records: there is nothing to prefer"
            yield Violations("warning", None, {"problem": problem}, applicability=None, affects=count)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the judgement."""
        key = _key(row["value"], context)
        return Location(f"/{key}", fix="rule" if _meant(row["value"].get(key)) else None) if key else None

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Write the boolean that is meant."""
        context = fix_context.dataset
        return Fix.edit_line(lambda line: _rewritten(line, context), scope="role" if violations.lines is None else "found")


def _key(value: Mapping[str, Any], context: Context) -> str:
    return next((key for key in conversation_of(context).judgements if key in value), "")


def _meant(value: Any) -> str:
    """Return the boolean that is meant by another value; nothing where it may be any."""
    return "" if isinstance(value, bool) else _WRITTEN.get(str(value).strip().lower(), "")


def _rewritten(line: Line, context: Context) -> list[Edit]:
    try:
        key = _key(line.value, context)
        meant = _meant(line.value.get(key)) if key else ""
    except (ValueError, TypeError, AttributeError):
        return []
    return replaced(line, f"/{key}", meant) if meant else []
