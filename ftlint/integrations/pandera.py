"""Record rules as the checks of a pandera schema, for pipelines that validate data frames."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from ftlint import config as configuration
from ftlint.dialects import known as known_dialects
from ftlint.dialects import named
from ftlint.dialects.base import FURTHER, RECORDS
from ftlint.dialects.context import Context
from ftlint.dialects.prompt_completion import Endings
from ftlint.engine.part import Plan, block_of, expressions, violations
from ftlint.errors import UsageError, did_you_mean
from ftlint.metrics import Block
from ftlint.records.reader import Decoded
from ftlint.records.traces import ALL
from ftlint.rule import LEVELS, RecordRule
from ftlint.rule.registry import Selection, configured
from ftlint.sources.memory import as_line
from ftlint.targets import ANY, target
from ftlint.text.marks import parse_ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


def schema(
    dialect: str = "prompt-completion",
    *,
    backend: Literal["polars", "pandas"] = "polars",
    separator: str | None = None,
    stop: str | None = None,
    task: Literal["classification", "generation", "open-ended"] = "generation",
    model: str | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] = (),
    fail_on: Literal["error", "warning", "info"] = "warning",
) -> Any:
    """Return a pandera schema for frames whose rows are records.

    The dialect's texts are required string columns without nulls; each record rule is a check of the rule's name. A schema
    looks at rows, not at the dataset: nothing is inferred, so that `separator` and `stop` are checked where they are given.

    Args:
        model: A target's name.
        select, ignore: As in a configuration file.
        fail_on: Rules below this level are left out.
        backend: The library whose frames are validated; for pandas it must be installed (`pip install 'ftlint[pandas]'`).

    Raises:
        UsageError: For a dialect or backend that is not supported.
        ConfigError: For unknown rules or targets.
    """
    checked = [known.name for known in known_dialects() if known.checked]
    if dialect not in checked:
        raise UsageError(
            f"no schema for the dialect {dialect!r}{did_you_mean(dialect, checked)} (there is one for {', '.join(checked)})"
        )
    if backend not in {"polars", "pandas"}:
        raise UsageError(f"no schema for the backend {backend!r}; there is one for polars, and one for pandas")
    assumed = model or named(dialect).assumed
    chosen = target(assumed) if assumed else ANY
    context = Context(
        dialect=dialect,
        target=chosen,
        encoding=chosen.encoding,
        task=task,
        known=_endings(separator, stop) if "endings" in named(dialect).capabilities else named(dialect).nothing,
    )
    settings = configuration.load(
        {"select": list(select) if select is not None else None, "ignore": list(ignore)}, isolated=True
    ).settings
    rules = Selection(None if settings.select is None else tuple(settings.select), (), tuple(settings.ignore)).rules()
    levels = LEVELS[: LEVELS.index(fail_on) + 1]
    chosen_rules = [rule for rule in configured(rules, {}) if isinstance(rule, RecordRule) and rule.applies(context)]
    judged = [rule for rule in chosen_rules if any(level in levels for _, level in expressions(rule, context))]
    texts = list(named(dialect).tables[RECORDS])
    # Of several shapes none can be demanded.
    needed = named(dialect).required(()) if len(named(dialect).shapes) == 1 else []
    # Tables of failures are narrow, and a long name of the schema would leave no room for the rule's.
    if backend == "polars":
        import pandera.polars as pa  # noqa: PLC0415 - takes 0.8 s, as the other one does

        checks = [pa.Check(_polars(rule, levels, context), **_described(rule)) for rule in judged]
        columns = {key: pa.Column(pl.String if key in texts else None, nullable=False) for key in needed}

        schema = pa.DataFrameSchema(columns, checks=checks, name="ftlint")
        # Of lazy frames pandera looks at the columns only.
        setattr(schema, "validate", partial(_validated, schema.validate))  # noqa: B010 - a method, which may not be assigned
        return schema
    import pandera.pandas as pp  # noqa: PLC0415 - likewise

    are_texts = pp.Check(lambda column: column.map(lambda value: isinstance(value, str)), name="wrong-type", error="no text")
    return pp.DataFrameSchema(
        {key: pp.Column(None, checks=are_texts if key in texts else None, nullable=False) for key in needed},
        checks=[pp.Check(_pandas(rule, levels, context), **_described(rule)) for rule in judged],
        name="ftlint",
    )


def _validated(validate: Callable[..., Any], frame: Any, *arguments: Any, **options: Any) -> Any:
    """Validate a frame; a lazy one is collected first, and comes back as one."""
    lazy = isinstance(frame, pl.LazyFrame)
    result = validate(frame.collect() if lazy else frame, *arguments, **options)
    return result.lazy() if lazy else result


def _described(rule: RecordRule) -> dict[str, Any]:
    """Return what a check says of itself."""
    return {
        "name": rule.name(),
        "error": rule.name(),
        "title": rule.summary(),
        "description": rule.documentation(),
    }


def _polars(rule: RecordRule, levels: Sequence[str], context: Context) -> Callable[[Any], pl.LazyFrame]:
    """Return a check function: true for each row that does not violate."""

    def check(data: Any) -> pl.LazyFrame:
        frame = data.lazyframe.collect()
        flat = bool(named(context.dialect).tables[RECORDS])
        right = (
            _right(frame, rule, levels, context) if flat else _right_records(frame.iter_rows(named=True), rule, levels, context)
        )
        return pl.LazyFrame({"right": right})

    return check


def _pandas(rule: RecordRule, levels: Sequence[str], context: Context) -> Callable[[Any], Any]:
    """Return the same for frames of pandas."""

    def check(frame: Any) -> Any:
        import pandas as pd  # noqa: PLC0415 - whoever has such a frame has it

        names = named(context.dialect).tables[RECORDS]
        if names:
            texts = {name: [value if isinstance(value, str) else None for value in frame[name]] for name in names}
            right = _right(pl.DataFrame(texts, dict.fromkeys(names, pl.String)), rule, levels, context)
        else:
            right = _right_records(frame.to_dict("records"), rule, levels, context)
        return pd.Series(right.to_list(), index=frame.index, dtype=bool)

    return check


def _right(frame: pl.DataFrame, rule: RecordRule, levels: Sequence[str], context: Context) -> pl.Series:
    """Return for each row whether a rule, at one of these levels, finds nothing wrong with it."""
    dialect = named(context.dialect)
    frame = frame.select(dialect.tables[RECORDS].keys()).with_row_index("line").with_columns(pl.lit("").alias(FURTHER))
    rows = enumerate(frame.drop("line", FURTHER).iter_rows(named=True)) if type(rule).check is not RecordRule.check else ()
    lines = b"".join(as_line(row, number) for number, row in rows)
    decoded = Decoded(len(frame), {RECORDS: frame}, traces=set(ALL))
    block = Block(lines, decoded, dialect.derive(decoded.tables, context.known), dialect)
    results = violations(Plan(context, (rule,), ()), block)
    wrong = {line for (_, level), rows in results.items() if level in levels for line in rows.get_column("line")}
    return ~frame.get_column("line").is_in(list(wrong))


def _right_records(records: Iterable[Mapping[str, Any]], rule: RecordRule, levels: Sequence[str], context: Context) -> pl.Series:
    """Return the same for records that are not texts alone; one that is none of the dialect is wrong whatever the rule."""
    lines = [as_line(record, number) for number, record in enumerate(records)]
    block = block_of(b"".join(lines), context)
    results = violations(Plan(context, (rule,), ()), block) if len(block.frame) else {}
    wrong = {line for (_, level), rows in results.items() if level in levels for line in rows.get_column("line")}
    right = set(block.frame.get_column("line")) - wrong
    return pl.Series([number in right for number in range(len(lines))], dtype=pl.Boolean)


def _endings(separator: str | None, stop: str | None) -> Endings:
    """Return how texts end, where it is given."""
    return Endings(
        parse_ending(separator) if separator is not None else None,
        parse_ending(stop) if stop is not None else None,
    )
