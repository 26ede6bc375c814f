"""Shared code of the rules about learning: a record as its trainer renders, cuts and masks it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from ftlint.dialects import named
from ftlint.dialects.turn_tables import MESSAGES
from ftlint.metrics.learned import Learned
from ftlint.metrics.parts import numbers
from ftlint.rule import DatasetRule, RecordRule, Violations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered, Metric
    from ftlint.training.rendering import Rendering

TOY = str(Path(__file__).parent / "toy")
"""A tokenizer without merges (a token is a byte), and a template with the faults of many."""

_MARKS = 4
"""Tokens around a message where no template is known: start, role, separator, end."""


class LearningRule(RecordRule):
    """A rule about records as a trainer makes them; silent without a tokenizer or a limit of the user's."""

    def violates(self, context: Context) -> pl.Expr | None:
        """Return all records where a tokenizer is known; with a limit alone those that can reach it."""
        if context.tokenizer:
            return pl.lit(value=True)
        if "limit" not in context.given:
            return None
        marks = pl.col("turns") * _MARKS if named(context.dialect).has(MESSAGES) else 0
        return named(context.dialect).most_bytes() + marks > context.target.longest


class TemplateRule(RecordRule):
    """A rule about what a chat template does to a record."""

    def violates(self, context: Context) -> pl.Expr | None:
        """Return all records where a template is known."""
        return pl.lit(value=True) if context.tokenizer else None


class OnceRule(DatasetRule):
    """A rule about a template or a tokenizer that is wrong for all records alike; fault: its name in a rendering."""

    fault: ClassVar[str]
    once: ClassVar[bool] = True

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Look at renderings where a tokenizer is known."""
        return (Learned,) if context.tokenizer else ()

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the first record, with the number of all."""
        if not gathered.context.tokenizer:
            return
        found = gathered.get(Learned)
        if count := found.faults[self.fault]:
            args = {"count": count, "records": found.records, "target": gathered.context.target.titled}
            yield Violations(self.level, numbers([found.first[self.fault]]), args, affects=count)


def rendering_of(row: Mapping[str, Any], context: Context) -> Rendering:
    """Return a record as its trainer makes it, see `ftlint.training.rendering`."""
    from ftlint.training import rendering  # noqa: PLC0415 - few runs have a tokenizer or a limit

    return rendering.rendering_of(row, context)


def asks(context: Context) -> bool:
    """Whether records end with a question, and the model writes the answers in training."""
    return context.target.last_role == "user" or named(context.dialect).graded


FATES = {
    "dropped": "the record is dropped without an error",
    "kept": "the record has no effect on the model",
    "run ends": "the run ends with an error or with a loss that is not a number",
}
"""What a trainer does with a record, by outcome."""
