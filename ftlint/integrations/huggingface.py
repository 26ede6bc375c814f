"""Hugging Face datasets: checked as they stream, repaired into datasets of the same kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ftlint
from ftlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.report.findings import Report

_VALID = ("validation", "valid", "test", "eval")


def check(dataset: Any, **settings: Any) -> Report:
    """Check a `Dataset` or `IterableDataset`, or a `DatasetDict` with the splits `train` and, if it has one, `validation`.

    Records stream: they need not fit in memory. Features without a value in a record are missing keys. settings: those of
    `ftlint.check`. Raises UsageError for a dictionary without `train`.
    """
    if isinstance(dataset, dict):
        if "train" not in dataset:
            raise UsageError(f"no split is called train; there are {', '.join(dataset)}")
        valid = next((dataset[name] for name in _VALID if name in dataset), None)
        return ftlint.check(_records(dataset["train"]), valid=None if valid is None else _records(valid), **settings)
    return ftlint.check(_records(dataset), **settings)


def fix(dataset: Any, **settings: Any) -> tuple[Any, Report]:
    """Repair a `Dataset`; return another one of the same features where these still fit, and the report on what is left."""
    from datasets import Dataset  # noqa: PLC0415 - whoever calls this has it

    if isinstance(dataset, dict):
        raise UsageError("one split is repaired at a time")
    fixed, report = ftlint.fix(list(_records(dataset)), **settings)
    if not fixed:
        return dataset.select([]), report
    features = dataset.features if set(dataset.features) == set().union(*fixed) else None
    return Dataset.from_list(fixed, features=features), report


def _records(dataset: Any) -> Iterator[Mapping[str, Any]]:
    """Yield records without nulls: a feature that a record lacks is null in a dataset."""
    for record in dataset.with_format(None):
        yield {key: _bare(value) for key, value in record.items() if value is not None}


def _bare(value: Any) -> Any:
    """Return a value without the nulls in it: of messages each has the keys of all."""
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if inner is not None}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value
