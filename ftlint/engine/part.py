"""What is done with one part of a file; pure, so that any process may do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ftlint.dialects import named
from ftlint.engine.partial import Key, Partial
from ftlint.errors import failing, raise_if_interrupted
from ftlint.metrics import Block, FileFacts
from ftlint.records.lines import Lines
from ftlint.records.reader import reader_of
from ftlint.rule import DatasetRule, LineRule, RecordRule
from ftlint.sources import BOM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ftlint.dialects.context import Context
    from ftlint.metrics import Metric
    from ftlint.rule import Level, Rule
    from ftlint.sources import Source, Span


class Plan(Struct, frozen=True):
    """What to look for: the context, the rules that apply, the metrics that they need.

    Attributes:
        limit: How many violations of a rule and level are kept of each file; None: all. Their number is exact all the same.
    """

    context: Context
    rules: tuple[Rule, ...]
    metrics: tuple[type[Metric], ...]
    limit: int | None = None


class Part(NamedTuple):
    """Where some lines are: the place of their file among those of its role, and the span of its source."""

    file: int
    source: Source
    span: Span


class Wanted(NamedTuple):
    """Lines of a part that are to be looked at closely.

    Attributes:
        source: Of its file.
        context: By which its records are read.
        span: Where the part is.
        numbers: Of its lines.
        lines: Those of the lines that are wanted, rising.
    """

    source: Source
    context: Context
    span: Span
    numbers: range
    lines: pl.Series


def work_on_lines(given: tuple[Callable[[Any, Any], Any], Any], wanted: Wanted) -> list[tuple[int, Any]]:
    """Return each line with what work makes of its record, see `Gathered.on_lines`."""
    work, shared = given
    # What begins after the part ends it: no more than the part is read.
    bounds = [*wanted.span], [wanted.numbers.start, wanted.numbers.stop]
    lines = Lines(wanted.source, wanted.context, *bounds)
    return [(line, work(shared, row)) for line, row in lines.rows(wanted.lines.to_list())]


def check_part(plan: Plan, part: Part) -> Partial:
    """Check the lines of a part."""
    start, data = part.source.read(part.span)
    return check_block(plan, data, start, part.file)


def check_block(plan: Plan, data: bytes, start: int = 0, file: int = 0) -> Partial:
    """Check whole lines. start: their byte offset in the file."""
    marked = start == 0 and data.startswith(BOM)
    block = block_of(data.removeprefix(BOM) if marked else data, plan.context, byte_order_mark=marked)
    decoded = block.decoded
    partial = Partial(decoded.lines, metrics=[kind() for kind in plan.metrics], limit=plan.limit)
    if decoded.lines:
        partial.index.append((file, start, 0))
    for rule in plan.rules:
        if isinstance(rule, LineRule) and (lines := decoded.faults.get(rule.fault)):
            partial.add((rule.code, rule.level), file, _rows(pl.Series("line", lines, pl.UInt64)))
    if block.dialect.checked and len(block.frame):
        for key, rows in violations(plan, block, partial.failures).items():
            partial.add(key, file, rows)
    facts = partial.facts[file] = FileFacts()
    facts.gather(block, plan.context)
    for metric in partial.metrics:
        try:
            metric.gather(block, plan.context)
        except BaseException as error:  # noqa: BLE001 - it may be anybody's; it leaves the rules without an answer that ask for it
            raise_if_interrupted(error)
            asking = [rule for rule in plan.rules if asks_for(rule, type(metric), plan.context)]
            partial.failures |= {rule.code: rule.failure(error) for rule in asking}
    return partial


def block_of(data: bytes, context: Context, *, byte_order_mark: bool = False) -> Block:
    """Return whole lines as what rules and metrics may look at."""
    dialect = named(context.dialect)
    decoded = reader_of(context).read(data)
    with failing(dialect):
        tables = dialect.derive(decoded.tables, context.known) if dialect.checked else decoded.tables
    return Block(data, decoded, tables, dialect, byte_order_mark)


def asks_for(rule: Rule, kind: type[Metric], context: Context) -> bool:
    """Whether a rule needs a metric."""
    return isinstance(rule, DatasetRule) and kind in rule.wants(context)


def violations(plan: Plan, block: Block, failures: dict[str, str] | None = None) -> dict[Key, pl.DataFrame]:
    """Return `line` and `position` of the rows that violate each record rule, by code and level.

    Args:
        failures: Takes a sentence for each rule that fails; without it they raise.
    """
    traces = block.decoded.traces
    rules = [rule for rule in plan.rules if isinstance(rule, RecordRule) and (rule.traces is None or rule.traces & traces)]
    try:
        return _violations(rules, plan.context, block)
    except BaseException as error:
        raise_if_interrupted(error)
        if failures is None:
            raise
        if len(rules) == 1:
            failures[rules[0].code] = rules[0].failure(error)
            return {}
    # One of them fails: by itself each says which.
    alone = [violations(replace(plan, rules=(rule,)), block, failures) for rule in rules]
    return {key: rows for results in alone for key, rows in results.items()}


def _violations(rules: Iterable[RecordRule], context: Context, block: Block) -> dict[Key, pl.DataFrame]:
    violations: dict[Key, pl.DataFrame] = {}
    by_table: dict[str, list[RecordRule]] = {}
    for rule in rules:
        by_table.setdefault(rule.table, []).append(rule)
    for name, some in by_table.items():
        violations |= _violations_in(block.table(name), some, context)
    for rule in rules:
        if type(rule).check is not RecordRule.check:
            for key in [key for key in violations if key[0] == rule.code]:
                violations[key] = _checked(violations[key], rule, key[1], context, block)
    return {key: rows for key, rows in violations.items() if len(rows)}


def _violations_in(frame: pl.DataFrame, rules: Iterable[RecordRule], context: Context) -> dict[Key, pl.DataFrame]:
    """Return the rows of a table that violate rules about it."""
    at_once: dict[Key, pl.Expr] = {}
    suspects: dict[str, pl.Expr] = {}
    dear: dict[str, dict[Key, pl.Expr]] = {}
    for rule in rules:
        result = expressions(rule, context)
        suspect = rule.suspects(context) if result else None
        if suspect is None:
            at_once |= result
        else:
            suspects[rule.code], dear[rule.code] = suspect, result
    violations: dict[Key, pl.DataFrame] = {}
    flags = frame.select(
        *(expression.alias(f"{code} {level}") for (code, level), expression in at_once.items()),
        *(expression.alias(code) for code, expression in suspects.items()),
    )
    for flag in flags:
        if not flag.any():
            continue
        code, _, level = flag.name.partition(" ")
        rows = frame.filter(flag)
        if level:
            violations[code, _level(level)] = _rows(rows)
        else:
            violations |= {key: _rows(rows.filter(expression)) for key, expression in dear[code].items()}
    return violations


def _rows(result: pl.DataFrame | pl.Series) -> pl.DataFrame:
    """Return `line` (UInt64) and `place` (UInt32) of rows, or of lines."""
    frame = result.to_frame() if isinstance(result, pl.Series) else result
    index = pl.col("position") if "position" in frame.columns else pl.lit(0)
    return frame.select(pl.col("line").cast(pl.UInt64), index.cast(pl.UInt32).alias("position"))


def _checked(rows: pl.DataFrame, rule: RecordRule, level: Level, context: Context, block: Block) -> pl.DataFrame:
    """Return those rows that a rule finds wrong when it looks at the records by themselves."""
    records = block.records_on(rows.get_column("line").to_list(), context)
    indexes = rows.get_column("position")
    kept = [
        record is not None and rule.check(record.row(rule.table, index), level, context)
        for record, index in zip(records, indexes, strict=True)
    ]
    return rows.filter(pl.Series(kept, dtype=pl.Boolean))


def expressions(rule: RecordRule, context: Context) -> dict[Key, pl.Expr]:
    """Return the expressions of a record rule by code and level."""
    violates = rule.violates(context)
    if violates is None:
        return {}
    if isinstance(violates, pl.Expr):
        return {(rule.code, rule.level): violates}
    return {(rule.code, level): expression for level, expression in violates.items()}


def _level(text: str) -> Level:
    levels: dict[str, Level] = {"error": "error", "warning": "warning", "info": "info"}
    return levels[text]
