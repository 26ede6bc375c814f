"""Record rules as the checks of a pandera schema, for pipelines that validate data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandera.polars as pa
import polars as pl

from ftlint import config as configuration
from ftlint.dialects import named
from ftlint.dialects.base import RECORDS
from ftlint.dialects.context import Context
from ftlint.dialects.prompt_completion import Endings
from ftlint.engine.part import Plan, expressions, violations
from ftlint.errors import UsageError, did_you_mean
from ftlint.metrics import Block
from ftlint.records.reader import Decoded
from ftlint.records.traces import ALL
from ftlint.rule import LEVELS, RecordRule
from ftlint.rule.registry import Selection, configured
from ftlint.sources.memory import as_line
from ftlint.targets import default_for, target
from ftlint.text.marks import given

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

from ftlint.rule import Level


def schema(
    dialect: str = "prompt-completion",
    *,
    backend: Literal["polars"] = "polars",
    separator: str | None = None,
    stop: str | None = None,
    task: Literal["classification", "generation", "open-ended"] = "generation",
    model: str | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] = (),
    fail_on: Literal["error", "warning", "info"] = "warning",
) -> pa.DataFrameSchema:
    """Return a pandera schema for frames whose rows are records.

    The dialect's texts are required string columns without nulls; each record rule is a check of the rule's name. A schema
    looks at rows, not at the dataset: nothing is inferred, so that `separator` and `stop` are checked where they are given.
    model: a target's name. select, ignore: as in a configuration file. fail_on: rules below this level are left out.

    Raises UsageError for a dialect or backend that is not supported, ConfigError for unknown rules or targets.
    """
    checked = [name for name in ("prompt-completion",) if named(name).checked]
    if dialect not in checked:
        raise UsageError(f"no schema for the dialect {dialect!r}{did_you_mean(dialect, checked)}; there is one for {checked[0]}")
    if backend != "polars":
        raise UsageError(f"no schema for the backend {backend!r}; there is one for polars")
    chosen = target(model) if model else default_for(dialect)
    context = Context(
        dialect=dialect,
        target=chosen,
        encoding=chosen.encoding,
        task=task,
        known=Endings(
            given(separator) if separator is not None else None,
            given(stop) if stop is not None else None,
        ),
    )
    settings = configuration.load(
        {"select": list(select) if select is not None else None, "ignore": list(ignore)}, isolated=True
    ).settings
    rules = Selection(None if settings.select is None else tuple(settings.select), (), tuple(settings.ignore)).rules()
    levels = LEVELS[: LEVELS.index(fail_on) + 1]
    checks = [
        pa.Check(_passes(rule, level, context), name=rule.name(), error=rule.name(), title=rule.summary())
        for rule in configured(rules, {})
        if isinstance(rule, RecordRule) and rule.applies(context)
        for _, level in expressions(rule, context)
        if level in levels
    ]
    columns = {text: pa.Column(pl.String, nullable=False) for text in named(dialect).tables[RECORDS]}
    return pa.DataFrameSchema(columns, checks=checks, name=f"ftlint {dialect}")


def _passes(rule: RecordRule, level: Level, context: Context) -> Callable[[Any], pl.LazyFrame]:
    """Return a check function: true for each row that does not violate."""
    dialect = named(context.dialect)
    texts = list(dialect.tables[RECORDS])

    def check(data: Any) -> pl.LazyFrame:
        frame: pl.DataFrame = data.lazyframe.collect().with_row_index("line")
        rows = enumerate(frame.select(texts).iter_rows(named=True)) if type(rule).check is not RecordRule.check else ()
        lines = b"".join(as_line(row, number) for number, row in rows)
        decoded = Decoded(len(frame), {RECORDS: frame}, traces=set(ALL))
        block = Block(lines, decoded, dialect.derive(decoded.tables, context.known), dialect)
        found = violations(Plan(context, (rule,), ()), block)
        hits = found.get((rule.code, level))
        wrong: set[int] = set() if hits is None else set(hits.get_column("line"))
        return frame.lazy().select(~pl.col("line").is_in(wrong))

    return check
