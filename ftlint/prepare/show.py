"""Records as their trainer makes them, to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.dialects.base import RECORDS
from ftlint.engine.check import check_dataset
from ftlint.engine.dataset import Dataset
from ftlint.engine.survey import survey
from ftlint.errors import InputError
from ftlint.metrics.learned import Learned
from ftlint.prepare.pictures import Shown
from ftlint.records.line import Line
from ftlint.records.reader import reader_of
from ftlint.sources import BOM
from ftlint.training.rendering import render_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.dialects.context import Context
    from ftlint.engine.base import Engine
    from ftlint.options import DatasetOptions
    from ftlint.sources import Source
    from ftlint.training.rendering import Rendering


def shown(source: Source, options: DatasetOptions, lines: Sequence[int]) -> list[Shown]:
    """Return the records on some lines, which count from 1; without lines the first record.

    Raises:
        InputError: For a line that is not there, or holds no record.
    """
    context = survey([source], options)
    if not lines:
        first = next((number for number, line in enumerate(_lines(source), 1) if line.strip()), None)
        if first is None:
            raise InputError(f"{source.path}: it is empty")
        lines = [first]
    wanted = set(lines)
    raw = {number: own for number, own in enumerate(_lines(source), 1) if number in wanted}
    return [Shown(source.path, line, _rendered(source, line, raw.get(line), context)) for line in lines]


def _rendered(source: Source, line: int, raw: bytes | None, context: Context) -> Rendering:
    if raw is None:
        raise InputError(f"{source.path}: it has no line {line:,}")
    [record] = reader_of(context).records([Line(raw)], context)
    if record is None:
        raise InputError(f"{source.path}, line {line:,}: not a {context.dialect} record (`ftlint check` says why)")
    return render_row(record.row(RECORDS), context)


def _lines(source: Source) -> Iterator[bytes]:
    for span in source.spans():
        start, data = source.read(span)
        yield from (data.removeprefix(BOM) if start == 0 else data).removesuffix(b"\n").split(b"\n")


def worst(source: Source, options: DatasetOptions, engine: Engine) -> list[int]:
    """Return the lines of the records that lose most learned tokens, the worst first."""
    report = check_dataset(Dataset([source], options), [], engine, gather=lambda _: (Learned,))
    learned = report.gathered["train"].get(Learned)
    return [line + 1 for _, line in learned.worst]
