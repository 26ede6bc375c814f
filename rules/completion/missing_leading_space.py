"""CMP001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import RECORDS
from ftlint.metrics import Metric
from ftlint.metrics.parts import total
from ftlint.rule import DatasetRule, Location, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix, breaks_limit
from ftlint.text.marks import SPACE
from ftlint.text.words import quote

from ._family import CompletionRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ftlint.dialects.base import Tables
    from ftlint.dialects.context import Context
    from ftlint.metrics import Block, Gathered
    from ftlint.rule import Level
    from ftlint.rule.fixes import FixContext


class Spaced(Metric):
    """Number of completions that start with white space, among those whose prompt does not end in a space."""

    records: int = total()
    count: int = total()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        frame = block.frame.filter((pl.col("answer") != "") & ~_after_space())
        self.records = frame.height
        self.count = frame.filter(pl.col("completion").str.contains(r"^\s")).height


class MissingLeadingSpace(CompletionRule, DatasetRule):
    """A completion does not start with white space.

    ## Why it matters

    The tokenizer joins a space to the word after it: most words are one token with a leading space, and several without.

    ## How to fix

    Start every completion with one space; `--fix` does this. If no completion starts with one, the rule reports it once: the
    data may be for a trainer that needs none. Then set another target; `ftlint config --targets` lists them.
    """

    code = "CMP001"
    level = "error"
    convention = "leading_space"
    message = "{problem}"
    headline = "completions do not start with a space"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("burger ->", "edible")),
            at=[2],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def violates(self, context: Context) -> pl.Expr:
        """Return where no white space is before the answer; an empty completion is another rule's."""
        return ~pl.col("completion").str.contains(r"^\s") & (pl.col("answer") != "") & ~_after_space()

    def prescan(self, tables: Tables, context: Context) -> bool:
        """Return whether ten or more completions were surveyed, and none of them starts with white space."""
        completions = tables[RECORDS].filter(~_after_space()).get_column("completion")
        return len(completions) >= 10 and not any(text[:1] in set(SPACE) for text in completions)

    def wants(self, context: Context) -> tuple[type[Metric], ...]:
        """Count completions only where no surveyed one starts with a space."""
        return (Spaced,) if context.hints.get(self.code) else ()

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterable[Violations]:
        """Report each completion, unless it is the same with all."""
        return [] if _all_unspaced(gathered) else super().report(results, gathered)

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report once that no completion starts with a space, and for which target that was judged."""
        if _all_unspaced(gathered):
            problem = (
                f"no completion starts with a space, which {gathered.context.target.name} needs; "
                "if the data is for another trainer, name it: --target trl"
            )
            yield Violations(self.level, None, {"problem": problem}, affects=gathered.get(Spaced).records)

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the first character."""
        problem = f"completion {quote(row['completion'])} does not start with a space"
        return Location("/completion", 0, 1, {"problem": problem}, "rule" if _spaced(row, context) else None)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Put one space in front."""
        return Fix.rewrite(
            lambda texts: _spaced(texts, fix_context.dataset), scope="role" if violations.lines is None else "found"
        )


def _after_space() -> pl.Expr:
    """Return an expression that is true where the prompt ends in a space: a second one would be one too many (SEP005 tells)."""
    return pl.col("prompt").str.ends_with(" ")


def _all_unspaced(gathered: Gathered) -> bool:
    """Whether no completion of a dataset starts with a space."""
    seen = gathered.context.hints.get(MissingLeadingSpace.code)
    spaced = gathered.get(Spaced) if seen else None
    return spaced is not None and not gathered.mostly_broken and spaced.records > 0 and not spaced.count


def _spaced(texts: Mapping[str, Any], context: Context) -> Mapping[str, str] | None:
    """Return a completion with a space in front; None where one is there, or that would be one token too many."""
    text = texts["completion"]
    new = {"/completion": f" {text}"}
    if not text.strip(SPACE) or text[0] in SPACE or texts["prompt"].endswith(" "):
        return None
    return None if breaks_limit(texts, new, context) else new
