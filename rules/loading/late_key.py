"""LOD001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.metrics import KeyPaths, numbers
from ftlint.rule import DatasetRule, Location, Violations, bad, good, option
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_OWN = {"target": "mine", "targets": {"mine": {"loader": "datasets"}}, "rules": {"late-key": {"bytes": 50}}}
_RECORD = '{"prompt": "vino", "completion": "edible"}'
_MORE = '{"prompt": "vino", "completion": "edible", "page": 1}'


class LateKey(DatasetRule):
    """A key first appears after the loader has fixed the columns of the file.

    ## Why it matters

    The library `datasets` reads 10 MB, makes a table of it, and refuses a file in which a new key appears later (`CastError:
    column names don't match`). The whole load fails.

    ## How to fix

    Move a record with the key to the start, or add the key to all records.
    """

    code = "LOD001"
    level = "error"
    metrics = (KeyPaths,)
    once = True
    message = "{path} first appears here, after {size:,} bytes; the loader of {target} fixes its columns after {bytes:,}"
    headline = "keys first appear after the loader has fixed the columns"
    detail = "{path}, in {count}"

    class Options:
        """bytes: number of bytes after which the loader has fixed its columns."""

        bytes: int = option(10 << 20, least=1)

    symptoms: ClassVar[Mapping[str, str]] = {
        "CastError: Couldn't cast … because column names don't match": "datasets 5.2.0",
    }
    examples = (
        good([_MORE, _RECORD, _RECORD], options=_OWN),
        bad([_RECORD, _RECORD, _MORE], at=[3], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the loader is another one."""
        return super().applies(context) and context.target.loader == "datasets"

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each key once."""
        indexes = gathered.get(KeyPaths).by_path()
        for path, kinds in indexes.items():
            first = min(kinds.values(), key=lambda result: result.line)
            holder = path.rpartition("/")[0]
            above = indexes.get(holder) if holder else None
            late_above = above is not None and min(result.offset for result in above.values()) >= self.options.bytes
            if first.offset >= self.options.bytes and not late_above and not path.endswith("/*"):
                count = numbered(sum(result.count for result in kinds.values()), "record")
                args = {"path": path, "size": first.offset, "target": gathered.context.target.name, "count": count}
                yield Violations(self.level, numbers([first.line]), {**args, "bytes": self.options.bytes})

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the key, where it is in one place."""
        return Location(None if "*" in args["path"] else args["path"])
