"""LOD006."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.metrics import KeyPaths, numbers
from ftlint.rule import DatasetRule, Location, Violations, bad, good
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

    Table readers, JavaScript and pandas store such a number as a float, and its last digits change.

    ## How to fix

    Write it as a string; this is the usual form for ids.
    """

    code = "LOD006"
    level = "warning"
    metrics = (KeyPaths,)
    once = True
    message = "{path} is beyond 2^53 in {records}: the loader of {target} may make a float of it"
    headline = "integers have more than 53 bits"
    examples = (
        good([_RECORD.format(2**53)], options=_OWN),
        bad([_RECORD.format(1), _RECORD.format(2**53 + 1)], at=[2], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the loader is another one."""
        return super().applies(context) and context.target.loader == "datasets"

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each place once."""
        for path, kinds in gathered.get(KeyPaths).by_path().items():
            if result := kinds.get(_BIG):
                args = {"path": path, "records": numbered(result.count, "record"), "target": gathered.context.target.name}
                yield Violations(self.level, numbers([result.line]), args)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the number, where it is in one place."""
        return Location(None if "*" in args["path"] else args["path"])
