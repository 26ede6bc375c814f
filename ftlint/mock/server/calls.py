"""Answers of conversations: text, calls of tools, or JSON of a form that was asked for.

A model learns calls as the JSON that its training data has; here such text becomes calls again. What was asked for and is not in
the answer is an error: nothing is made up, and nothing is ignored.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ftlint.mock.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftlint.mock.server.requests import ChatRequest


def message_of(text: str, finish: str, request: ChatRequest, name: Callable[[], str]) -> tuple[dict[str, Any], str]:
    """Return the message that a model's text is, and why it ended.

    Args:
        text: What the model wrote.
        finish: Why it ended there.
        request: What was asked for.
        name: Returns a new name for a call.

    Raises:
        ServiceError: Where the answer is not of the form that was asked for.

    """
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    before, calls = _calls_in(text, {tool.function.name for tool in request.tools or ()})
    wanted = request.tool_choice
    if calls and wanted != "none":
        chosen = calls if request.parallel_tool_calls else calls[:1]
        made = [{"id": f"call_{name()}", "type": "function", "function": call} for call in chosen]
        message |= {"content": before or None, "tool_calls": made}
        finish = "tool_calls"
    elif calls:
        message["content"] = before
    _check_choice(request, {call["name"] for call in calls})
    function = _function_in(text, {one.name for one in request.functions or ()})
    if function is not None and request.function_call != "none":
        message |= {"content": None, "function_call": function}
        finish = "function_call"
    elif not isinstance(request.function_call, str | None):
        raise bad_request("This model did not call the function: it was not trained to, for such a message", "function_call")
    if request.response_format and finish == "stop":
        _check_format(request, text)
    return message, finish


def _calls_in(text: str, tools: set[str]) -> tuple[str, list[dict[str, str]]]:
    """Return the text before calls of known tools, and the name and arguments of each."""
    start = text.find("[{") if tools else -1
    while start >= 0:
        try:
            results = json.loads(text[start:])
        except ValueError:
            start = text.find("[{", start + 1)
            continue
        functions: list[Any] = [one.get("function") for one in results if isinstance(one, dict)]
        if len(functions) == len(results) and all(_is_call(function) and function["name"] in tools for function in functions):
            return text[:start], functions
        break
    return text, []


def _function_in(text: str, functions: set[str]) -> dict[str, str] | None:
    """Return the call of a function that a text is; None where it is none of these."""
    try:
        result = json.loads(text)
    except ValueError:
        return None
    return result if _is_call(result) and result["name"] in functions else None


def _is_call(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str) and isinstance(value.get("arguments"), str)


def _check_choice(request: ChatRequest, called: set[str]) -> None:
    """Raise ServiceError where a call was demanded that the model does not make."""
    wanted = request.tool_choice
    if wanted is None or wanted == "none" or wanted == "auto":  # noqa: PLR1714 - it may be an object, which has no hash
        return
    name = None if isinstance(wanted, str) else wanted.function.name
    if not called or (name is not None and called != {name}):
        what = f"the tool {name}" if name else "a tool"
        raise bad_request(f"This model did not call {what}: it was not trained to, for such a message", "tool_choice")


def _check_format(request: ChatRequest, text: str) -> None:
    """Raise ServiceError for a text that is not JSON, or not of the schema, where that was asked for."""
    asked = request.response_format
    if asked is None or asked.type == "text":
        return
    try:
        value = json.loads(text)
    except ValueError as error:
        reason = "This mock cannot hold its models to a format: this answer is not JSON. Train it on answers that are"
        raise bad_request(reason, "response_format") from error
    if asked.type == "json_object" and not isinstance(value, dict):
        raise bad_request("This model's answer is JSON, but no object; train it on answers that are", "response_format")
    if asked.json_schema and asked.json_schema.schema_ is not None:
        import jsonschema_rs  # noqa: PLC0415 - only where a schema is asked for

        fault = next(iter(_faults(jsonschema_rs, asked.json_schema.schema_, value)), None)
        if fault:
            raise bad_request(f"This model's answer does not fit the schema: {fault}", "response_format")


def _faults(library: Any, schema: dict[str, Any], value: Any) -> list[str]:
    """Return what a value has against a schema; raises ServiceError for a schema that is none."""
    try:
        return [error.message for error in library.validator_for(schema).iter_errors(value)]
    except ValueError as error:
        raise bad_request(f"Invalid schema for response_format: {error}", "response_format") from error
