"""SHP003."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.fixes import Relines, members, without_members
from ftlint.metrics import Shapes
from ftlint.rule import DatasetRule, Hits, Place, bad, good, numbers, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered


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
    headline = "records have an unknown key"
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
        """Report each record; a key that over half of them have, once."""
        shapes = gathered.get(Shapes)
        for key, lines in shapes.unknown.items():
            if 2 * len(lines) > shapes.records:
                yield Hits(
                    self.level, numbers(lines[:1]), {"key": key, "count": f" in {len(lines):,} of {shapes.records:,} records"}
                )
            else:
                yield Hits(self.level, lines, {"key": key, "count": ""})

    def locate(self, row: Mapping[str, str], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point at the key's value."""
        return Place("/" + args["key"].replace("~", "~0").replace("/", "~1"))

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Drop the key; for one that most records have, in all of them."""
        key = str(hits.args["key"])
        return Relines(lambda line: _without(line, key), everywhere=bool(hits.args["count"]))


def _without(line: bytes, key: str) -> list[bytes] | None:
    """Return an object's line without a key."""
    text = line.decode("utf-8", "surrogateescape")
    try:
        places = {place for place, (name, _, _) in enumerate(members(text)) if name == key}
    except (ValueError, IndexError):
        return None
    return [without_members(text, places).encode("utf-8", "surrogateescape")] if places else None
