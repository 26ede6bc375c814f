"""SHP003."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects.keys import is_read
from ftlint.dialects.places import step_of
from ftlint.metrics import Shapes, numbers
from ftlint.records.edits import remove_named_members
from ftlint.records.spans import is_json
from ftlint.rule import DatasetRule, Location, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.records.edits import Edit
    from ftlint.records.line import Line
    from ftlint.rule import Level
    from ftlint.rule.fixes import FixContext

_READ = "; other trainers read it, so no repair drops it"


class UnknownKey(DatasetRule):
    """A record has a key that the target does not accept.

    ## Why it matters

    Strict services refuse the file; others ignore the key and do not train on its value.

    ## How to fix

    Remove the key, or move its value into the prompt. `--fix --unsafe-fixes` removes a key that few records have. To remove a
    key that most records have, also pass `--fixable unknown-key`. The repair keeps a key that some trainer, service or grader
    reads (`label`, `chosen`, `tools`, `reference_answer`): if the data is for that one, set `--target` or `--dialect`.
    """

    code = "SHP003"
    level = "warning"
    metrics = (Shapes,)
    reveals = True
    message = "unknown key {key!r}{count}{hint}"
    reads_broken = True
    once = True
    headline = "unknown keys"
    detail = "{key!r}{count}"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad(
            [*pairs(("vino ->", " edible"), ("tea ->", " edible")), '{"prompt": "a ->", "completion": " b", "id": 3}'],
            at=[3],
            fixed=[
                '{"prompt": "vino ->", "completion": " edible"}',
                '{"prompt": "tea ->", "completion": " edible"}',
                '{"prompt": "a ->", "completion": " b"}',
            ],
            fix="unsafe",
        ),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target takes any key."""
        return super().applies(context) and not context.target.extra_keys

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each record; a key that over half of them have, once; and keys of few records together.

        What most records have is dropped on request only, and what some trainer reads never.
        """
        shapes = gathered.get(Shapes)
        rare: dict[bool, list[tuple[int, str]]] = {False: [], True: []}
        for key, lines in shapes.unknown.items():
            read = is_read(key.rpartition(".")[2])
            if 2 * len(lines) > shapes.records:
                count = f" in {len(lines):,} of {numbered(shapes.records, 'record')}"
                args = {"key": key, "count": count, "hint": _READ if read else ""}
                yield Violations(self.level, lines[:1], args, affects=len(lines), applicability=None if read else "request")
            else:
                rare[read] += ((line, key) for line in lines)
        for read, result in rare.items():
            if result:
                yield _each(self.level, sorted(result), read=read)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the key's value, of several in a record at the first."""
        holder, key = next(_holders(row["value"], args["key"]))
        return Location(f"{holder}/{step_of(key)}")

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Drop the key; for one that most records have, in all of them."""
        keys = violations.args["keys"] if violations.each else {violations.args["key"]}
        shown = ", ".join(f'"{key}"' for key in sorted(keys)[:8]) + (f" and {len(keys) - 8:,} more" if len(keys) > 8 else "")
        note = f"drops {shown}"
        if violations.each:
            return Fix.edit_rows(lambda line, fault: _without(line, fault["key"]), note=note)
        return Fix.edit_line(
            lambda line: _without(line, violations.args["key"]) if is_json(line.raw) else None, scope="role", note=note
        )


def _each(level: Level, results: Sequence[tuple[int, str]], *, read: bool) -> Violations:
    """Return what a few records have, by line and key. read: whether these are keys that some trainer reads."""
    hint = _READ if read else ""
    return Violations(
        level,
        numbers(line for line, _ in results),
        {"keys": {key for _, key in results}},
        each=lambda index: {"key": results[index][1], "count": "", "hint": hint},
        applicability=None if read else "unsafe",
    )


def _holders(value: Mapping[str, Any], key: str) -> Iterator[tuple[str, str]]:
    """Yield the pointer of each object that has an unknown key (`id`, or `messages[].id`), and what it calls it."""
    items, inside, name = key.partition("[].")
    if not inside:
        yield "", key
        return
    held = value[items] if isinstance(value[items], list) else ()
    yield from ((f"/{items}/{index}", name) for index, item in enumerate(held) if isinstance(item, dict) and name in item)


def _without(line: Line, key: str) -> list[Edit]:
    """Return the edits that take a key of a record away."""
    value = line.value
    if type(value) is not dict or key.partition("[].")[0] not in value:
        return []
    return [edit for holder, name in _holders(value, key) for edit in remove_named_members(line, holder, {name})]
