"""Hugging Face datasets: checked as they stream, repaired into datasets of the same kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ftlint

if TYPE_CHECKING:
    from ftlint.report.report import Report


def check(dataset: Any, **settings: Any) -> Report:
    """Check a `Dataset` or `IterableDataset`, or all splits of a `DatasetDict`: those besides `train` are compared with it.

    Records stream: they need not fit in memory. Features without a value in a record are missing keys; a class label is its
    name. Findings name the split as `<train>`.

    Args:
        settings: Those of `ftlint.check`.

    Raises:
        UsageError: For a dictionary without `train`.
    """
    return ftlint.check(dataset, **settings)


def fix(dataset: Any, **settings: Any) -> tuple[Any, Report]:
    """Repair a `Dataset`; return another one of the same features where these still fit, and the report on what is left.

    It is held in memory.

    Raises:
        UsageError: For a dictionary of datasets, or an iterable one.
    """
    return ftlint.fix(dataset, **settings)
