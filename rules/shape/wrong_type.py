"""SHP002."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from ftlint.dialects import named
from ftlint.records.edits import edits_of
from ftlint.records.spans import value_span
from ftlint.rule import LineRule, Place, bad, good, pairs
from ftlint.rule.fixes import Respell

if TYPE_CHECKING:
    from ftlint.dialects.base import Dialect
    from ftlint.dialects.context import Context
    from ftlint.records.edits import Edit
    from ftlint.rule import Hits
    from ftlint.rule.fixes import Fix, Situation

_NAMES = {dict: "an object", list: "an array", bool: "a boolean", int: "a number", float: "a number", type(None): "null"}


class WrongType(LineRule):
    """A value is not of its type.

    ## Why it matters

    Services refuse it. Tools that convert it silently train on the text of a Python list, or on `1.0` where `1` was meant.

    ## How to fix

    Write the value as a string, as it should be seen by the model: the label 3 is `" 3"`. `--fix --unsafe-fixes` does for
    numbers and booleans.
    """

    code = "SHP002"
    level = "error"
    decisive = True
    fault = "wrong-type"
    fixable = "unsafe"
    depends = True
    reveals = True
    message = "{key!r} is {found}, not {wanted}"
    headline = "records have a value of another type"
    examples = (
        good(pairs(("vino ->", " 1"))),
        bad(
            [*pairs(("tea ->", " 1"), ("vino ->", " 1")), '{"prompt": "burger ->", "completion": 1}'],
            at=[3],
            fixed=[
                '{"prompt": "tea ->", "completion": " 1"}',
                '{"prompt": "vino ->", "completion": " 1"}',
                '{"prompt": "burger ->", "completion": " 1"}',
            ],
        ),
    )

    def explain(self, line: bytes, context: Context) -> Place:
        """Point at the first value that pydantic refuses, and say what it is."""
        dialect = named(context.dialect)
        if dialect.model is None:
            return _deeper(orjson.loads(line), dialect)
        key, value = _first_error(line, dialect)
        args = {"key": key, "found": _named(value), "wanted": "a string"}
        return Place(f"/{key}", args=args, fix="unsafe" if type(value) in {int, float, bool} else None)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Write a number or boolean as its text, as it stands in the file."""
        return Respell(_as_text)


def _deeper(value: Any, dialect: Dialect) -> Place:
    """Return where in a record that nests something is of another type; what it is meant to be, a person must say."""
    _, pointer, wanted = dialect.fault(value)
    for part in pointer.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value.get(part)
    found = "a string" if isinstance(value, str) else _named(value)
    return Place(pointer, args={"key": pointer[1:].replace("/", "."), "found": found, "wanted": wanted}, fix=None)


def _named(value: Any) -> str:
    """Return what a value is, and which one where that is short."""
    name = _NAMES[type(value)]
    return f"the {name.partition(' ')[2]} {orjson.dumps(value).decode()}" if type(value) in {int, float, bool} else name


def _first_error(line: bytes, dialect: Dialect) -> tuple[str, Any]:
    """Return key and value of the first fault that the dialect's model finds."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - takes 50 ms, for kept findings only

    try:
        TypeAdapter(dialect.model).validate_json(line, strict=True)
    except ValidationError as error:
        record = orjson.loads(line)
        place = error.errors()[0]["loc"]
        # Of what is nested very deeply, pydantic refuses to say more than that.
        key = str(place[0]) if place else dialect.fault(record).pointer[1:]
        return key, record.get(key)
    return "", None


def _as_text(line: str) -> list[Edit]:
    """Return the edits that put quotes around numbers and booleans, and a space in front where it is the completion."""
    record = orjson.loads(line)
    wrong = [key for key in ("prompt", "completion") if type(record.get(key)) is not str]
    # What is only half repaired is no record either.
    if not all(type(record.get(key)) in {int, float, bool} for key in wrong):
        return []
    changes = []
    for key in wrong:
        span = value_span(line, f"/{key}")
        if span:
            changes += [(span[0], span[0], '" ' if key == "completion" else '"'), (span[1], span[1], '"')]
    return edits_of(line, changes)
