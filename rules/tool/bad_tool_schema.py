"""TUL004."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.base import RECORDS, opaque
from ftlint.dialects.call import parsed
from ftlint.rule import Location, bad, good

from ._calls import ToolRule, tools_of, turns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.call import Call
    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_TALK = (
    '{{"messages": [{{"role": "user", "content": "Tide?"}}, {{"role": "assistant", "tool_calls": '
    '[{{"id": "c1", "type": "function", "function": {{"name": "tide", "arguments": "{}"}}}}]}}], '
    '"tools": [{{"type": "function", "function": {{"name": "tide", '
    '"parameters": {{"type": "{}", "properties": {{"port": {{"type": "string"}}}}, "required": ["port"]}}}}}}]}}'
)


_SHOWN = 100
"""Maximum number of characters of a fault that are shown."""


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

    def violates(self, context: Context) -> pl.Expr:
        """Return the records with tools."""
        return pl.col("tools").is_not_null()

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


@lru_cache(maxsize=4096)
def fault_of(schema: str) -> str:
    """Return why a JSON text is not valid JSON Schema; nothing where it is."""
    import jsonschema_rs  # noqa: PLC0415 - few datasets have tools

    value = parsed(schema)
    if value is None and schema != "null":
        return ""  # nested too deeply to be looked at
    if type(value) is not dict:
        return "it is not an object"
    try:
        jsonschema_rs.meta.validate(value)
    except jsonschema_rs.ValidationError as error:
        if error.message.startswith("Resource"):
            return ""  # of another schema language, which is not fetched
        at = "/".join(map(str, error.instance_path))
        return f"{_short(error.message)}{f' (at {at})' if at else ''}"
    except (ValueError, TypeError, jsonschema_rs.ReferencingError):
        return ""  # it cannot be told
    return ""


@lru_cache(maxsize=4096)
def _validator(schema: str) -> Any:
    """Return what holds calls to a schema; None where that cannot be told. Nothing is ever fetched."""
    import jsonschema_rs  # noqa: PLC0415 - likewise

    def refused(address: str) -> Any:
        raise ValueError(address)

    try:
        return jsonschema_rs.validator_for(parsed(schema), retriever=refused)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return None


def _broken(call: Call, schema: str) -> str:
    """Return how a call breaks a schema; nothing where it fits."""
    validator = _validator(schema)
    fault = next(iter(validator.iter_errors(call.value)), None) if validator else None
    return _short(fault.message) if fault else ""


def _short(text: str) -> str:
    first = text.splitlines()[0]
    return first if len(first) <= _SHOWN else f"{first[: _SHOWN - 1]}…"
