"""The right answers of a dataset, in the order of its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, RECORDS
from ftlint.engine.survey import take_sample
from ftlint.errors import InputError
from ftlint.records.reader import reader_of

if TYPE_CHECKING:
    from ftlint.options import DatasetOptions
    from ftlint.sources import Source


def answers_of(source: Source, options: DatasetOptions) -> list[str]:
    """Return the answer of each record, without separator, stop and outer white space.

    Raises:
        InputError: For a file in which a line holds no record: predictions are matched by their order.
    """
    context = take_sample([source], options).context
    dialect = named(context.dialect)
    results: list[str] = []
    lines = 0
    for span in source.spans() if dialect.checked else ():
        data = source.read(span)[1]
        tables = dialect.derive(reader_of(context).read(data).tables, context.known)
        results += tables[RECORDS].get_column(ANSWER).to_list()
        lines += sum(bool(line.strip()) for line in data.split(b"\n"))
    if not results:
        raise InputError(f"{source.path} has no records with an answer that are known")
    if len(results) < lines:
        left = lines - len(results)
        raise InputError(f"{source.path} has {left:,} line{'s' * (left > 1)} without a record; `ftlint check` says which")
    return results
