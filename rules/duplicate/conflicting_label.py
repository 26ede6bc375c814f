"""DUP002."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, FURTHER
from ftlint.options import OPEN_ENDED
from ftlint.rule import Location, Violations, bad, good, pairs
from ftlint.text.words import numbered

from .._duplicates import duplicates
from ._family import DuplicateRule, later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Level

_SAMPLE = 50
"""Maximum number of records that are compared to list the keys in which they differ."""


class ConflictingLabel(DuplicateRule):
    """A record has the same prompt as an earlier one, but another completion.

    ## Why it matters

    In classification, one of the two labels is wrong, and the model learns both. In generation, several answers to one prompt
    are normal, so the level is info.

    ## How to fix

    Compare both records, keep the one with the correct label, and drop the other. If records have the same texts but different
    values under further keys (a judgement, a reference answer, a seed), the rule reports them once, with these keys.
    """

    code = "DUP002"
    level = "error"
    message = "the same {asked} as line {first}, but another {answered}"
    headline = "records ask what an earlier one asks, but have another answer"
    column = "answer"
    examples = (
        good(pairs(("vino ->", " edible"), ("burger ->", " edible")), options={"task": "classification"}),
        bad(pairs(("vino ->", " yes"), ("burger ->", " yes"), ("vino ->", " no")), at=[3], options={"task": "classification"}),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where all prompts are empty."""
        return super().applies(context) and context.task != OPEN_ENDED

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the later records."""
        result = duplicates(gathered)
        level: Level = "error" if gathered.context.classification else "info"
        yield later(level, result.conflicting, gathered.context)
        if len(result.further):
            yield _further(result.further, gathered)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the answer."""
        return Location(named(context.dialect).pointer(ANSWER, row))


def _further(result: pl.DataFrame, gathered: Gathered) -> Violations:
    """Return that records have the texts of an earlier one, but something else in further keys: once, with these keys."""
    sample = result.head(_SAMPLE)
    lines = pl.concat([sample.get_column("line"), sample.get_column("first")]).unique().sort().to_list()
    values = {line: _keys(row[FURTHER]) for line, row in gathered.fetch(lines)}
    differing = {
        key
        for line, first in sample.select("line", "first").iter_rows()
        for key in values[line].keys() | values[first].keys()
        if values[line].get(key) != values[first].get(key)
    }
    shown = ", ".join(f'"{key}"' for key in sorted(differing)[:4]) or "further keys"
    args = {"records": f"{numbered(len(result), 'record')} repeat{'s' * (len(result) == 1)}", "keys": shown}
    message = "{records} the texts of an earlier one (here line {first}), with something else in {keys}"
    return Violations(
        "info",
        result.get_column("line")[:1],
        args,
        related=result.get_column("first")[:1],
        affects=len(result),
        message=message,
    )


def _keys(further: str) -> Mapping[str, Any]:
    """Return what a record holds besides its texts, by key."""
    try:
        value = orjson.loads(further)
    except ValueError:
        return {}
    own = value[0] if isinstance(value, list) else value
    inside = {"messages": value[1:]} if isinstance(value, list) and len(value) > 1 else {}
    return {**own, **inside}
