"""SHP004."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.metrics import Shapes
from ftlint.rule import DatasetRule, Location, Violations, bad, good, pairs
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered


class MixedDialect(DatasetRule):
    """A record has another dialect than the file, or the file has a dialect that the target does not accept.

    ## Why it matters

    A training job accepts one record shape. A file with two is refused, or the smaller part is dropped.

    ## How to fix

    Convert the records to the file's dialect, or move them to a file of their own.
    """

    code = "SHP004"
    level = "error"
    metrics = (Shapes,)
    reads_broken = True
    message = "{problem}"
    headline = "records are of another dialect than the file"
    examples = (
        good(pairs(("vino ->", " edible"))),
        bad([*pairs(("vino ->", " edible"), ("tea ->", " edible")), '{"messages": [{"role": "user", "content": "hi"}]}'], at=[3]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each such record, and a file of a dialect that the target does not accept once."""
        context = gathered.context
        shapes = gathered.get(Shapes)
        for name, lines in shapes.foreign.items():
            if len(lines) > 2 and 2 * len(lines) > shapes.records:
                problem = f"{len(lines):,} of {numbered(shapes.records, 'record')} are {name} records: --dialect {name}"
                yield Violations(self.level, lines[:1], {"problem": problem}, affects=len(lines))
                continue
            yield Violations(self.level, lines, {"problem": f"a {name} record in a file of {context.dialect} records"})
        taken = context.target.dialects
        if taken and context.dialect not in taken:
            problem = f"the file holds {context.dialect} records; {context.target.name} accepts {' or '.join(taken)}"
            yield Violations(self.level, None, {"problem": problem})

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point nowhere in particular."""
        return None
