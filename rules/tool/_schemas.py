"""Shared code of the rules about schemas of tools: what is wrong with one, and what checks calls against it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ftlint.dialects.base import opaque
from ftlint.dialects.call import parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.conversation import ConversationDialect

_SHOWN = 100
"""Maximum number of characters of a fault that are shown."""


@lru_cache(maxsize=1024)
def schemas_of(dialect: ConversationDialect, tools: str) -> Mapping[str, str] | None:
    """Return the schemas of tools by name, all as JSON; None where one is wrong."""
    schemas = {tool.name: opaque(tool.parameters) for tool in dialect.written(tools) if tool.parameters is not None}
    return None if any(map(fault_of, schemas.values())) else schemas


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
        return f"{short(error.message)}{f' (at {at})' if at else ''}"
    except (ValueError, TypeError, jsonschema_rs.ReferencingError):
        return ""  # it cannot be told
    return ""


@lru_cache(maxsize=4096)
def validator_of(schema: str) -> Any:
    """Return what holds calls to a schema; None where that cannot be told. Nothing is ever fetched."""
    import jsonschema_rs  # noqa: PLC0415 - likewise

    def refused(address: str) -> Any:
        raise ValueError(address)

    try:
        return jsonschema_rs.validator_for(parsed(schema), retriever=refused)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return None


def short(text: str) -> str:
    first = text.splitlines()[0]
    return first if len(first) <= _SHOWN else f"{first[: _SHOWN - 1]}…"
