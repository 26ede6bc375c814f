"""What a rule is: its base classes, its examples, and the faults that it reports.

A rule says in its class what it reports; how it looks depends on what it needs to see:

LineRule       a line that the decoder could not take, by the kind of fault
RecordRule     a polars expression, true where a record is wrong
TextRule       a polars expression, true where a text of a record is wrong
DatasetRule    a judgement over metrics that were gathered from all records

Rules are pure: no input or output, no globals, nothing but their options and the context.
"""

from ftlint.rule.base import DatasetRule, LineRule, RecordRule, Rule, TextRule
from ftlint.rule.examples import Example, bad, chats, good, pairs
from ftlint.rule.message import render
from ftlint.rule.options import option
from ftlint.rule.violations import LEVELS, Applicability, Count, Level, Location, Violations, violations_at

__all__ = [
    "LEVELS",
    "Applicability",
    "Count",
    "DatasetRule",
    "Example",
    "Level",
    "LineRule",
    "Location",
    "RecordRule",
    "Rule",
    "TextRule",
    "Violations",
    "bad",
    "chats",
    "good",
    "option",
    "pairs",
    "render",
    "violations_at",
]
