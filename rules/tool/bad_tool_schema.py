"""TUL004."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from ftlint.dialects.base import RECORDS, opaque
from ftlint.dialects.conversation import conversation_of
from ftlint.rule import Location, bad, good

from ._calls import ToolRule, tools_of, turns_of
from ._schemas import fault_of, schemas_of, short, validator_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.call import Call
    from ftlint.dialects.context import Context
    from ftlint.dialects.conversation import ConversationDialect
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_TALK = (
    '{{"messages": [{{"role": "user", "content": "Tide?"}}, {{"role": "assistant", "tool_calls": '
    '[{{"id": "c1", "type": "function", "function": {{"name": "tide", "arguments": "{}"}}}}]}}], '
    '"tools": [{{"type": "function", "function": {{"name": "tide", '
    '"parameters": {{"type": "{}", "properties": {{"port": {{"type": "string"}}}}, "required": ["port"]}}}}}}]}}'
)


class BadToolSchema(ToolRule):
    """The parameters of a tool are not a valid JSON Schema, or a call does not match the schema of its tool.

    ## Why it matters

    Services refuse the file. If the file is accepted, the model learns to call a tool in a way that will fail.

    ## How to fix

    Use the types of JSON Schema (`object`, `string`, `integer` …), and arguments that match it.
    """

    code = "TUL004"
    level = "error"
    table = RECORDS
    message = "{problem}"
    headline = "conversations have a tool whose schema is invalid, or a call that breaks it"
    detail = "{problem}"
    examples = (
        good([_TALK.format(r"{\"port\": \"Oslo\"}", "object")]),
        bad([_TALK.format(r"{\"port\": \"Oslo\"}", "dict")], at=[1]),
        bad([_TALK.format(r"{\"town\": \"Oslo\"}", "object")], at=[1]),
    )

    def suspects(self, context: Context) -> pl.Expr:
        """Return the records with tools."""
        return pl.col("tools").is_not_null()

    def violates(self, context: Context) -> pl.Expr:
        """Return those of which a tool, or a call of one, may be wrong."""
        doubtful = partial(_doubtful, context=context)
        return pl.struct("tools", "readable").map_batches(doubtful, return_dtype=pl.Boolean)

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether a schema, or a call, is wrong."""
        return bool(_problem(row, context)[0])

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the schema or at the arguments."""
        problem, pointer = _problem(row, context)
        return Location(pointer, args={"problem": problem})


def _problem(row: Mapping[str, Any], context: Context) -> tuple[str, str | None]:
    """Return what is wrong, and where; nothing where all is right."""
    schemas = {}
    for tool in tools_of(row["value"], context):
        if tool.parameters is None:
            continue
        text = opaque(tool.parameters)
        if fault := fault_of(text):
            return f'the parameters of the tool "{tool.name}" are not a valid JSON Schema: {fault}', tool.at
        schemas[tool.name] = text
    for turn in turns_of(row) if schemas else ():
        for call in turn.calls:
            readable = type(call.value) is dict and not (call.form and type(call.arguments) is str)
            if call.name in schemas and readable and (fault := _broken(call, schemas[call.name])):
                return f'the call of "{call.name}" breaks its schema: {fault}', call.parts.get("arguments", call.at)
    return "", None


def _doubtful(records: pl.Series, context: Context) -> pl.Series:
    """Return for records, given their columns `tools` and `readable`, whether a schema may be wrong or a call may break one."""
    dialect = conversation_of(context)
    tools, calls = (records.struct.field(name) for name in ("tools", "readable"))
    results = [bool(one) and _may_break(dialect, one, calls) for one, calls in zip(tools, calls, strict=True)]
    return pl.Series(results, dtype=pl.Boolean)


def _may_break(dialect: ConversationDialect, tools: str, calls: str | None) -> bool:
    """Whether a schema of some tools may be wrong, or a call may break one; both as JSON."""
    schemas = schemas_of(dialect, tools)
    if schemas is None or not calls:
        return schemas is None
    for name, value in orjson.loads(calls):
        validator = validator_of(schemas[name]) if name in schemas else None
        if validator and not validator.is_valid(value):
            return True
    return False


def _broken(call: Call, schema: str) -> str:
    """Return how a call breaks a schema; nothing where it fits."""
    validator = validator_of(schema)
    fault = next(iter(validator.iter_errors(call.value)), None) if validator else None
    return short(fault.message) if fault else ""
