"""LOD004."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.metrics import KeyPaths, numbers
from ftlint.rule import DatasetRule, Location, Violations, bad, good
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_OWN = {"target": "mine", "targets": {"mine": {"in-all": ["weight"]}}}
_RECORD = '{{"prompt": "vino", "completion": "edible"{}}}'


class PartialKey(DatasetRule):
    """A key is in some records only, but the target requires it in all or in none.

    ## Why it matters

    A loader that makes a table of the file fills the missing values with null, and the trainer stops.

    ## How to fix

    Add the key to all records, or remove it from all.
    """

    code = "LOD004"
    level = "error"
    metrics = (KeyPaths,)
    once = True
    message = '"{key}" is in {some} of {whole}; {target} requires it in all or in none'
    headline = "keys are in some records only, and the target requires them in all"
    symptoms: ClassVar[Mapping[str, str]] = {
        "argument after ** must be a mapping, not NoneType": "TRL 1.16",
    }
    examples = (
        good([_RECORD.format(', "weight": 1')] * 2, options=_OWN),
        bad([_RECORD.format(""), _RECORD.format(', "weight": 1')], at=[2], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the target wants no key in all records."""
        return super().applies(context) and bool(context.target.in_all)

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each key once."""
        indexes = gathered.get(KeyPaths).by_path()
        for key in gathered.context.target.in_all:
            kinds = indexes.get(f"/{key}", {})
            some = sum(result.count for kind, result in kinds.items() if kind != "null")
            if 0 < some < gathered.conforming:
                first = min(result.line for result in kinds.values())
                args = {"key": key, "some": f"{some:,}", "whole": numbered(gathered.conforming, "record")}
                yield Violations(self.level, numbers([first]), {**args, "target": gathered.context.target.name})

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the key."""
        return Location(f"/{args['key']}")
