"""SHP003."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from ftlint.metrics import Shapes, numbers
from ftlint.records.edits import Edit, members, without_members
from ftlint.records.spans import value_span
from ftlint.rule import DatasetRule, Hits, Place, bad, good, pairs
from ftlint.rule.fixes import Respell
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import Fix, Situation


class UnknownKey(DatasetRule):
    """A record has a key that the target does not take.

    ## Why it matters

    Strict services refuse the file; others ignore the key, and what it holds is not trained on.

    ## How to fix

    Remove the key, or put what it holds into the prompt. `--fix --unsafe-fixes` drops it.
    """

    code = "SHP003"
    level = "warning"
    metrics = (Shapes,)
    fixable = "unsafe"
    message = "unknown key {key!r}{count}"
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
        ),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target takes any key."""
        return super().applies(context) and not context.target.extra_keys

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report each record; a key that over half of them have, once; and keys of few records together."""
        shapes = gathered.get(Shapes)
        rare: list[tuple[int, str]] = []
        for key, lines in shapes.unknown.items():
            if 2 * len(lines) > shapes.records:
                count = f" in {len(lines):,} of {numbered(shapes.records, 'record')}"
                yield Hits(self.level, lines[:1], {"key": key, "count": count}, affects=len(lines))
            else:
                rare += ((line, key) for line in lines)
        if rare:
            rare.sort(key=itemgetter(0))
            each = lambda place: {"key": rare[place][1], "count": ""}  # noqa: E731
            yield Hits(self.level, numbers(line for line, _ in rare), {"keys": {key for _, key in rare}}, each=each)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point at the key's value, of several in a record at the first."""
        holder, key = next(_holders(row["value"], args["key"]))
        return Place(f"{holder}/" + key.replace("~", "~0").replace("/", "~1"))

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Drop the key; for one that most records have, in all of them."""
        keys = hits.args["keys"] if hits.each else {hits.args["key"]}
        shown = ", ".join(f'"{key}"' for key in sorted(keys)[:8]) + (f" and {len(keys) - 8:,} more" if len(keys) > 8 else "")
        note = f"what goes: {shown}"
        return Respell(lambda line: _without(line, keys), scope="found" if hits.each else "role", note=note)


def _holders(value: Mapping[str, Any], key: str) -> Iterator[tuple[str, str]]:
    """Yield the pointer of each object that has an unknown key (`id`, or `messages[].id`), and what it calls it."""
    items, inside, name = key.partition("[].")
    if not inside:
        yield "", key
        return
    yield from ((f"/{items}/{place}", name) for place, item in enumerate(value[items]) if isinstance(item, dict) and name in item)


def _without(line: str, keys: AbstractSet[str]) -> list[Edit] | None:
    """Return the edits that take some keys of a record away."""
    value = orjson.loads(line)
    by_holder: dict[str, set[str]] = {}
    for key in keys:
        for holder, name in _holders(value, key) if key.partition("[].")[0] in value else ():
            by_holder.setdefault(holder, set()).add(name)
    found = [edit for holder, names in by_holder.items() for edit in _without_members(line, holder, names)]
    return sorted(found, key=lambda edit: edit.start) or None


def _without_members(line: str, holder: str, names: AbstractSet[str]) -> list[Edit]:
    """Return the edits that take some members of the object at a pointer away."""
    start, end = value_span(line, holder) or (0, len(line))
    places = {place for place, (name, _, _) in enumerate(members(line[start:end])) if name in names}
    before = len(line[:start].encode("utf-8", "surrogateescape"))
    return [Edit(before + edit.start, before + edit.end, edit.text) for edit in without_members(line[start:end], places)]
