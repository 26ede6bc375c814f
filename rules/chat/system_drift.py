"""CHT007."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from ftlint.dialects import named
from ftlint.dialects.base import INPUT
from ftlint.dialects.conversation import conversation_of
from ftlint.dialects.turns import text_of
from ftlint.metrics import Metric, numbers
from ftlint.metrics.keyed import shingles
from ftlint.metrics.parts import counts, either, first_lines
from ftlint.records.edits import escaped, replaced
from ftlint.rule import DatasetRule, Location, Violations, bad, chats, good
from ftlint.rule.fixes import Fix
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.dialects.conversation import ConversationDialect
    from ftlint.metrics import Block, Gathered
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule.fixes import FixContext

_MOST = 1_000
"""Maximum number of distinct system prompts; if there are more, they are intended to differ."""


class SystemPrompts(Metric):
    """Number of conversations per system prompt, and its first line; nothing if there are too many."""

    counts: Counter[str] = counts()
    first: dict[str, int] = first_lines()
    many: bool = either()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        rows = block.frame.select("line", "system").drop_nulls()
        self.many = rows.get_column("system").n_unique() > _MOST
        if not self.many:
            results = rows.group_by("system").agg(pl.len(), pl.col("line").min())
            for text, count, line in results.iter_rows():
                self.counts[text], self.first[text] = count, line

    def merge(self, other: SystemPrompts) -> None:
        """Take in what comes after."""
        super().merge(other)
        if self.many or len(self.counts) > _MOST:
            self.many = True
            self.counts, self.first = Counter(), {}


class SystemDrift(DatasetRule):
    """System prompts are nearly, but not exactly, the same.

    ## Why it matters

    Several wordings of one instruction cost as much as one wording, and later requests use only one of them.

    ## How to fix

    Use the wording that requests will have. `--fix --unsafe-fixes --fixable system-drift` uses the most common one.
    """

    code = "CHT007"
    level = "info"
    requires: ClassVar[tuple[str, ...]] = ("messages",)
    metrics = (SystemPrompts,)
    once = True
    message = "{prompts} in {records} nearly, but not exactly, the commonest one"
    headline = "system prompts are nearly the commonest one"
    examples = (
        good(chats(*[[("system", "Be brief."), ("user", f"{i}?"), ("assistant", "Yes.")] for i in range(3)])),
        bad(
            chats(*[[("system", f"Be brief{'' if i else '!'}"), ("user", f"{i}?"), ("assistant", "Yes.")] for i in range(3)]),
            at=[1],
            fixed=chats(*[[("system", "Be brief"), ("user", f"{i}?"), ("assistant", "Yes.")] for i in range(3)]),
            fix="request",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report those that are nearly the commonest one, once."""
        results = gathered.get(SystemPrompts)
        if len(results.counts) < 2:
            return
        commonest = min(results.counts, key=lambda text: (-results.counts[text], results.first[text]))
        near = [text for text in results.counts if text != commonest and _nearly(text, commonest)]
        if near:
            records = sum(results.counts[text] for text in near)
            shown = {"prompts": numbered(len(near), "system prompt"), "records": numbered(records, "record")}
            args = {**shown, "near": frozenset(near), "commonest": commonest}
            yield Violations(self.level, numbers([min(results.first[text] for text in near)]), args, affects=records)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the first one."""
        return Location(named(context.dialect).pointer(INPUT, row))

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Take the commonest one."""
        near, commonest = violations.args["near"], violations.args["commonest"]
        return Fix.edit_line(
            partial(_unified, near=near, commonest=commonest, dialect=conversation_of(fix_context.dataset)),
            scope="role",
            note=f"system prompts become {commonest!r}",
        )


def _nearly(text: str, other: str) -> bool:
    """Whether two texts differ in little: case, white space, punctuation, or a tenth of their words."""
    bare = ["".join(sign for sign in one.casefold() if sign.isalnum()) for one in (text, other)]
    if bare[0] == bare[1]:
        return True
    a, b = shingles(text), shingles(other)
    return len(a & b) >= 0.8 * len(a | b)


def _unified(line: Line, near: frozenset[str], commonest: str, dialect: ConversationDialect) -> list[Edit] | None:
    try:
        first = dialect.turns(line.value)[0]
    except (ValueError, TypeError, AttributeError, IndexError):
        return None
    at = dialect.text_at(first)
    if first.role != "system" or not at or text_of(first.content) not in near:
        return None
    return replaced(line, at, escaped(commonest, line))
