"""A fault that most records share shows that the data is of another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec.structs import replace

from ftlint.metrics import Shapes
from ftlint.rule import Violations
from ftlint.text.words import numbered

from .._most import FEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ftlint.metrics import Gathered
    from ftlint.records.reader import Wrong
    from ftlint.rule import Applicability


def once_for_most(
    violations: Violations, gathered: Gathered, kind: str, args: Callable[[Wrong, str], Mapping[str, Any]]
) -> Iterator[Violations]:
    """Yield faults; those that over half of the records share, once, and without repair but where all can be mended.

    Args:
        kind: Of the faults.
        args: What the message needs to know of what is wrong, and a hint that says how many share it.
    """
    shapes = gathered.get(Shapes)
    of_kind = {wrong: lines for wrong, lines in shapes.wrong.items() if wrong.kind == kind}
    common = [wrong for wrong, lines in of_kind.items() if len(lines) >= FEW and 2 * len(lines) > shapes.records]
    for wrong, lines in of_kind.items():
        if wrong in common:
            seems = "" if wrong.mendable else f": they seem to be {wrong.seems or 'another kind of data'}"
            hint = f" in {len(lines):,} of {numbered(shapes.records, 'record')}{seems}"
            how: Applicability | None = "unsafe" if wrong.mendable else None
            yield Violations(violations.level, lines[:1], args(wrong, hint), affects=len(lines), applicability=how)
    if not common:
        yield replace(violations, positions=None)
    elif rest := [lines for wrong, lines in of_kind.items() if wrong not in common]:
        yield Violations(violations.level, pl.concat(rest).unique().sort())
