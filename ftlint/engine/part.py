"""What is done with one block of lines; pure, so that any process may do it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from ftlint.dialects import named
from ftlint.metrics import Block, FileFacts
from ftlint.records.reader import decode
from ftlint.records.traces import ALL, BEYOND_ASCII, CONTROL, CONTROL_SETS, MARKUP
from ftlint.rule import DatasetRule, LineRule, RecordRule
from ftlint.sources import BOM
from ftlint.texts import any_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from ftlint.dialects.context import Context
    from ftlint.metrics import Metric
    from ftlint.rule import Level, Rule
    from ftlint.sources import Source, Span


@dataclass(frozen=True)
class Plan:
    """What to look for: the context, the rules that apply, the metrics that they need."""

    context: Context
    rules: tuple[Rule, ...]
    metrics: tuple[type[Metric], ...]


@dataclass
class BlockResult:
    """What a block held.

    start: byte offset of its first line. hits: lines, counted from the block's first, by rule code and level. failures: a
    sentence for each rule, by code, that failed.
    """

    start: int
    facts: FileFacts
    hits: dict[tuple[str, Level], pl.Series]
    metrics: list[Metric]
    failures: dict[str, str] = field(default_factory=dict)


def check_span(plan: Plan | bytes, source: Source, span: Span) -> BlockResult:
    """Check the lines of a span of a source, by a plan or a pickled one (each process unpickles it once)."""
    start, data = source.read(span)
    return check_block(_plan(plan) if isinstance(plan, bytes) else plan, data, start)


@lru_cache(maxsize=2)
def _plan(pickled: bytes) -> Plan:
    plan: Plan = pickle.loads(pickled)  # noqa: S301 - our own parent process made it
    return plan


def check_block(plan: Plan, data: bytes, start: int = 0) -> BlockResult:
    """Check whole lines. start: their byte offset in the file."""
    dialect = named(plan.context.dialect)
    marked = start == 0 and data.startswith(BOM)
    decoded = decode(data.removeprefix(BOM) if marked else data, dialect)
    frame = record_table(decoded.frame, plan.context, decoded.traces)
    hits: dict[tuple[str, Level], pl.Series] = {
        (rule.code, rule.level): pl.Series(lines, dtype=pl.UInt32)
        for rule in plan.rules
        if isinstance(rule, LineRule) and (lines := decoded.faults.get(rule.fault))
    }
    failures: dict[str, str] = {}
    if len(frame) and dialect.checked:
        hits |= violations(plan, frame, decoded.traces, failures)
    block = Block(data, decoded, frame, marked)
    facts = FileFacts()
    facts.add(block, plan.context)
    metrics = [kind() for kind in plan.metrics]
    for metric in metrics:
        try:
            metric.add(block, plan.context)
        except Exception as error:  # noqa: BLE001 - it may be anybody's; it leaves the rules without an answer that ask for it
            failures |= {rule.code: rule.failure(error) for rule in plan.rules if _asks_for(rule, metric, plan.context)}
    return BlockResult(start, facts, hits, metrics, failures)


def _asks_for(rule: Rule, metric: Metric, context: Context) -> bool:
    return isinstance(rule, DatasetRule) and type(metric) in rule.wants(context)


def record_table(frame: pl.DataFrame, context: Context, traces: AbstractSet[str] = ALL) -> pl.DataFrame:
    """Return the texts of records with all columns that rules and metrics may use.

    Besides those of the dialect: `beyond_ascii`, `control` and `markup`, whether a text holds what the traces of these
    names stand for; rules first ask for them. traces: what the texts may hold.
    """
    dialect = named(context.dialect)
    if not dialect.checked:
        return frame
    # ASCII text has as many characters as bytes.
    wide = any_text(context, lambda text: text.str.len_bytes() != text.str.len_chars())
    marked = any_text(context, lambda text: text.str.contains("[&<]"))
    control = any_text(context, lambda text: pl.any_horizontal(text.str.contains(signs) for signs in CONTROL_SETS))
    return (dialect.derived(frame, context) if dialect.derived else frame).with_columns(
        (wide if BEYOND_ASCII in traces else pl.lit(value=False)).alias("beyond_ascii"),
        (control if CONTROL in traces else pl.lit(value=False)).alias("control"),
        (marked if MARKUP in traces else pl.lit(value=False)).alias("markup"),
    )


def violations(
    plan: Plan, frame: pl.DataFrame, traces: AbstractSet[str] = ALL, failures: dict[str, str] | None = None
) -> dict[tuple[str, Level], pl.Series]:
    """Return the lines of a record table that violate each record rule, by code and level.

    traces: what its texts may hold. failures: takes a sentence for each rule that fails; without it they raise.
    """
    rules = [rule for rule in plan.rules if isinstance(rule, RecordRule) and (rule.traces is None or rule.traces & traces)]
    try:
        return _violations(rules, plan.context, frame)
    except Exception as error:
        if failures is None:
            raise
        if len(rules) == 1:
            failures[rules[0].code] = rules[0].failure(error)
            return {}
    # One of them fails: by itself each says which.
    return {
        key: lines for rule in rules for key, lines in violations(replace(plan, rules=(rule,)), frame, traces, failures).items()
    }


def _violations(rules: Iterable[RecordRule], context: Context, frame: pl.DataFrame) -> dict[tuple[str, Level], pl.Series]:
    at_once: dict[tuple[str, Level], pl.Expr] = {}
    suspects: dict[str, pl.Expr] = {}
    dear: dict[str, dict[tuple[str, Level], pl.Expr]] = {}
    for rule in rules:
        found = expressions(rule, context)
        suspect = rule.suspects(context) if found else None
        if suspect is None:
            at_once |= found
        else:
            suspects[rule.code], dear[rule.code] = suspect, found
    hits: dict[tuple[str, Level], pl.Series] = {}
    flags = frame.select(
        *(expression.alias(f"{code} {level}") for (code, level), expression in at_once.items()),
        *(expression.alias(code) for code, expression in suspects.items()),
    )
    for flag in flags:
        if not flag.any():
            continue
        code, _, level = flag.name.partition(" ")
        if level:
            hits[code, _level(level)] = frame.get_column("line").filter(flag)
        else:
            rows = frame.filter(flag)
            lines_of = {key: rows.filter(expression).get_column("line") for key, expression in dear[code].items()}
            hits |= {key: lines for key, lines in lines_of.items() if len(lines)}
    return hits


def expressions(rule: RecordRule, context: Context) -> dict[tuple[str, Level], pl.Expr]:
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
