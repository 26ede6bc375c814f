"""SHP001."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ftlint.dialects import named
from ftlint.dialects.base import MISSING_MEMBER
from ftlint.dialects.keys import SYNONYMS, is_graded
from ftlint.metrics import Shapes
from ftlint.records.edits import renamed_key
from ftlint.rule import DatasetRule, LineRule, Location, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.words import numbered

from ._most import once_for_most

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.records.reader import Wrong
    from ftlint.rule import Applicability, Level
    from ftlint.rule.fixes import FixContext


class MissingKey(LineRule, DatasetRule):
    """A required key is missing.

    ## Why it matters

    A record without prompt or completion cannot be used for training, and the service refuses the file.

    ## How to fix

    Add the key, or rename the key that holds its value: names must match exactly, in lower case. `--fix --unsafe-fixes` renames
    if every record of the file has the same other names, only one renaming is possible, every value is a string, and all
    remaining keys only identify a record (`id`, `source`). `ftlint convert` converts data of another shape or from another
    tool.
    """

    code = "SHP001"
    level = "error"
    fault = MISSING_MEMBER
    metrics = (Shapes,)
    reveals = True
    reads_broken = True
    message = "no key {missing}; found {found}{hint}"
    headline = "records lack a required key"
    detail = "no {missing}; found {found}{hint}"
    examples = (
        bad(
            ['{"prompt": "vino ->", "label": " edible"}', '{"prompt": "tea ->", "label": " edible"}'],
            at=[1],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "tea ->", "completion": " edible"}'],
            fix="unsafe",
        ),
        good(pairs(("vino ->", " edible"))),
        bad([*pairs(("vino ->", " edible"), ("tea ->", " edible")), '{"Prompt": "burger ->", "completion": " edible"}'], at=[3]),
    )

    def report(self, results: Mapping[Level, Violations], gathered: Gathered) -> Iterator[Violations]:
        """Report members that are missing deeper in a record, once where most lack them; a person must say what they are."""
        for violations in results.values():
            for some in once_for_most(violations, gathered, self.fault, _of_most):
                yield replace(some, applicability=None)

    def explain(self, line: Line, context: Context) -> Location:
        """Point at the object that lacks a member."""
        value = line.value
        dialect = named(context.dialect)
        at, _, key = dialect.fault(value).pointer.rpartition("/")
        holder = reduce(lambda one, part: one[int(part) if isinstance(one, list) else part], at.split("/")[1:], value)
        result = ", ".join(f'"{name}"' for name in holder) or "none"
        return Location(at, args={"missing": f'"{key}"', "found": result, "hint": f" (in {dialect.title(at)})"}, fix=None)

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each record; where the file has no known shape, once for each set of keys."""
        context, shapes = gathered.context, gathered.get(Shapes)
        names = _names_of_all(shapes, context)
        how: Applicability | None = "unsafe" if names else None
        for keys, lines in shapes.missing.items():
            args = _arguments(keys, context)
            if context.recognised:
                yield Violations(self.level, lines, {**args, "names": names}, applicability=how)
            else:
                args["hint"] += f" (in {numbered(len(lines), 'record')})"
                yield Violations(self.level, lines[:1], {**args, "names": names}, applicability=how, affects=len(lines))

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point nowhere in particular."""
        return None

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Rename a key, where all records of the file have the same other name for it."""
        names = violations.args["names"]
        note = ", ".join(f'the key "{old}" becomes "{new}"' for old, new in names.items())
        return Fix.edit_line(lambda line: _renamed(line, names), scope="role", note=f"in every record {note}", keys=names)


def _of_most(wrong: Wrong, hint: str) -> dict[str, str]:
    return {"missing": f'"{wrong.path}"', "found": "others", "hint": hint}


def _arguments(keys: tuple[str, ...], context: Context) -> dict[str, Any]:
    dialect = named(context.dialect)
    missing = [key for key in dialect.required(keys) if key not in keys]
    meant = [f"{result!r} for {key!r}" for key in missing if (result := _meant(key, keys))]
    hint = f"; did you mean {', '.join(meant)}?".replace("'", '"') if meant else ""
    return {
        "missing": " or ".join(f'"{key}"' for key in missing),
        "found": ", ".join(f'"{key}"' for key in keys[:8]) + ("…" if len(keys) > 8 else "") if keys else "none",
        "hint": hint,
    }


def _names_of_all(shapes: Shapes, context: Context) -> dict[str, str]:
    """Return the dialect's names by the names that all records have for them; none where one would not be whole."""
    if sum(map(len, shapes.missing.values())) < shapes.records:
        return {}
    # What is beside a prompt may be for a grader.
    if any(named(name).graded for name in context.target.dialects):
        return {}
    wanted = named(context.dialect).required(())
    names: list[dict[str, str]] = []
    for keys in shapes.missing:
        results = {other: key for key in wanted if key not in keys and (other := _meant(key, keys, surely=True))}
        if not set(wanted) <= {results.get(key, key) for key in shapes.strings[keys]}:
            return {}
        # A key that is left may be the one that is meant, or say what is asked.
        if any(results.get(key, key) not in wanted and key not in context.naming for key in keys):
            return {}
        names.append(results)
    return names[0] if names and all(results == names[0] for results in names) else {}


def _meant(key: str, results: tuple[str, ...], *, surely: bool = False) -> str | None:
    """Return which of the found keys is meant to be this one. surely: only if no other can be."""
    names = (key, f"{key}s", *SYNONYMS.get(key, ()))
    meant = [other for name in names for other in results if other.strip().lower() == name]
    if surely and any(is_graded(other) for other in meant):
        return None
    return meant[0] if meant and not (surely and len(meant) > 1) else None


def _renamed(line: Line, names: Mapping[str, str]) -> list[Edit] | None:
    """Return the edits that give keys of an object other names."""
    try:
        line.value  # noqa: B018 - what is not JSON stays
        return [edit for old, new in names.items() for edit in renamed_key(line, old, new)]
    except (ValueError, IndexError):
        return None
