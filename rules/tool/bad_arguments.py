"""TUL001."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
import polars as pl

from ftlint.dialects.tool_columns import OBJECT, OTHER
from ftlint.records.edits import edits_of
from ftlint.rule import Location, bad, good
from ftlint.rule.fixes import Fix

from ._calls import ToolRule, at_call, own_calls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.call import Call
    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Level, Violations
    from ftlint.rule.fixes import FixContext, Row

_TALK = (
    '{{"messages": [{{"role": "user", "content": "Tide?"}}, {{"role": "assistant", "tool_calls": [{{"id": "c1", '
    '"type": "function", "function": {{"name": "tide", "arguments": {}}}}}]}}]}}'
)


class BadArguments(ToolRule):
    """The arguments of a call are not a JSON object, or not in the form that the target requires.

    ## Why it matters

    Services with OpenAI's format require the object as JSON in a string, and refuse arguments that they cannot parse. Templates
    of open models render the object itself, so broken arguments are learned.

    ## How to fix

    Write the arguments as a JSON object. `--fix --unsafe-fixes` converts an object to a string, or the reverse, if the target
    requires the other form.
    """

    code = "TUL001"
    level = "error"
    message = "message {number} {problem}"
    headline = "conversations have a call with invalid arguments"
    symptoms: ClassVar[Mapping[str, str]] = {
        "Can only get item pairs from a mapping": "chat templates that iterate over arguments (Jinja)",
    }
    examples = (
        good([_TALK.format(r'"{\"port\": \"Oslo\"}"')]),
        bad([_TALK.format(r'"{port: Oslo}"')], at=[1]),
        bad([_TALK.format('{"port": "Oslo"}')], at=[1], fixed=[_TALK.format(r'"{\"port\": \"Oslo\"}"')], fix="unsafe"),
    )

    def violates(self, context: Context) -> Mapping[Level, pl.Expr]:
        """Return the messages with arguments in another form than the target's, or in none."""
        wanted = context.target.arguments
        wrong = pl.col("forms") != wanted if wanted else pl.col("forms").str.contains(OTHER, literal=True)
        return {"error": wrong, "warning": wrong} if wanted == OBJECT else {"error": wrong}

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether the arguments of a call are wrong."""
        return any(_problem(call, level, context) for call in own_calls(row))

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the arguments."""
        for level in ("error", "warning"):
            for call in own_calls(row):
                if problem := _problem(call, level, context):
                    fixable = _other_form(call, context) is not None
                    said = f'calls "{call.name or "nothing"}" with arguments that are {problem}'
                    if call.name is None and not call.parts:
                        said = "is not a call: JSON with name and arguments is expected"
                    return at_call(call, row, "arguments", args={"problem": said}, fix="rule" if fixable else None)
        return Location(row["pointer"])

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Write the other form."""
        return Fix.edit_rows(partial(_rewritten, context=fix_context.dataset))


def _problem(call: Call, level: Level | str, context: Context) -> str:
    """Return what is wrong with the arguments of a call at a level; nothing where they are right."""
    given = call.arguments
    # Where the format says nothing, the target does; of what is a text anyway none is asked.
    wanted = call.form or (context.target.arguments if call.parts else "")
    if given is None:
        return "missing" if level == "error" else ""
    if type(given) is str and type(call.value) is not dict:
        return "not a JSON object" if level == "error" else ""
    if type(given) not in {str, dict} or (call.form == "object" and type(given) is str):
        return "not an object" if level == "error" else ""
    if wanted == "text" and type(given) is dict:
        return f"an object, which {context.target.name} requires as JSON in a string" if level == "error" else ""
    if wanted == "object" and type(given) is str:
        return f"a string, which {context.target.name} requires as an object" if level == "warning" else ""
    return ""


def _other_form(call: Call, context: Context) -> type | None:
    """Return the type that arguments are to have, where they are whole in the other form."""
    wanted = {"text": str, "object": dict}.get(call.form or context.target.arguments) if call.parts else None
    return wanted if wanted and type(call.value) is dict and type(call.arguments) is not wanted else None


def _rewritten(line: Line, row: Row, context: Context) -> list[Edit]:
    """Return the edits that write the arguments of a message's calls in the other form."""
    changes = []
    for call in own_calls(row):
        wanted, at = _other_form(call, context), call.parts.get("arguments")
        if wanted and at and (span := line.span(at)):
            raw = line.text[slice(*span)]
            changes.append((*span, orjson.dumps(raw).decode() if wanted is str else str(call.arguments)))
    return edits_of(line, changes)
