"""LOD006."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.metrics import Places, numbers
from ftlint.rule import DatasetRule, Hits, Place, bad, good
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_BIG = "integer beyond 2^53"
_OWN = {"target": "mine", "targets": {"mine": {"loader": "datasets"}}}
_RECORD = '{{"prompt": "vino", "completion": "edible", "key": {}}}'


class BigInteger(DatasetRule):
    """An integer has more than 53 bits.

    ## Why it matters

    Readers of tables, JavaScript and pandas keep such a number as a float, and its last digits change.

    ## How to fix

    Write it as a string, as ids should be.
    """

    code = "LOD006"
    level = "warning"
    metrics = (Places,)
    once = True
    message = "{place} is beyond 2^53 in {records}: the loader of {target} may make a float of it"
    headline = "integers have more than 53 bits"
    examples = (
        good([_RECORD.format(2**53)], options=_OWN),
        bad([_RECORD.format(1), _RECORD.format(2**53 + 1)], at=[2], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the loader is another one."""
        return super().applies(context) and context.target.loader == "datasets"

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report each place once."""
        for place, kinds in gathered.get(Places).by_place().items():
            if found := kinds.get(_BIG):
                args = {"place": place, "records": numbered(found.count, "record"), "target": gathered.context.target.name}
                yield Hits(self.level, numbers([found.line]), args)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point at the number, where it is in one place."""
        return Place(None if "*" in args["place"] else args["place"])
