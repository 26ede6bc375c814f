"""LOD002."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ftlint.dialects.base import RECORDS
from ftlint.dialects.turn_tables import MESSAGES
from ftlint.metrics import Block, Metric
from ftlint.metrics.parts import counts
from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_DATE = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$"
"""What the library `datasets` (5.2.0) parses as a date, if all values of a column match."""

_OWN = {"target": "mine", "targets": {"mine": {"loader": "datasets"}}}


class Dates(Metric):
    """Number of records with a text under each key, and number of those in which it is a date."""

    texts: Counter[str] = counts()
    dates: Counter[str] = counts()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        for key, column in _columns(block):
            if not len(column):
                continue
            self.texts[key] = len(column)
            # A single other text is enough: most columns have one in front.
            self.dates[key] = int(column.str.contains(_DATE).sum()) if column.head(1).str.contains(_DATE)[0] else 0


def _columns(block: Block) -> Iterator[tuple[str, pl.Series]]:
    """Yield the texts that are under each key of records."""
    for key in block.dialect.tables.get(RECORDS, ()):
        yield key, block.frame.get_column(key).drop_nulls()
    if block.dialect.has(MESSAGES):
        bare = block.tables[MESSAGES].filter("bare").select("at", "content").drop_nulls()
        for (at,), part in bare.partition_by("at", as_dict=True).items():
            if str(at).count("/") == 1:
                yield str(at)[1:], part.get_column("content")


class DateColumn(DatasetRule):
    """All texts under a key can be parsed as dates.

    ## Why it matters

    The library `datasets` converts such a column to timestamps: the original text is lost, and trainers that expect a string
    stop (`'datetime.datetime' object has no attribute …`).

    ## How to fix

    Set the column's type when you load the file, or write the dates in another form.
    """

    code = "LOD002"
    level = "error"
    metrics = (Dates,)
    once = True
    message = 'all {texts} of "{key}" read as dates: the loader of {target} turns them into timestamps'
    symptoms: ClassVar[Mapping[str, str]] = {
        "'datetime.datetime' object has no attribute 'endswith'": "TRL 1.16",
    }
    examples = (
        good(pairs(("When?", "2024-01-02"), ("And then?", "never")), options=_OWN),
        bad(pairs(("When?", "2024-01-02"), ("And then?", "2024-01-03")), at=[None], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the loader is another one."""
        return super().applies(context) and context.target.loader == "datasets"

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each key once."""
        results = gathered.get(Dates)
        for key, count in results.texts.items():
            if count > 1 and results.dates.get(key) == count:
                args = {"key": key, "texts": numbered(count, "text"), "target": gathered.context.target.name}
                yield Violations(self.level, None, args, affects=count)
