"""Hugging Face datasets: checked as they stream, repaired into datasets of the same kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

import ftlint
from ftlint.errors import UsageError
from ftlint.sources.frames import bare
from ftlint.sources.memory import Split, as_line, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.report.findings import Report


def check(dataset: Any, **settings: Any) -> Report:
    """Check a `Dataset` or `IterableDataset`, or all splits of a `DatasetDict`: those besides `train` are compared with it.

    Records stream: they need not fit in memory. Features without a value in a record are missing keys; a class label is its
    name. Findings name the split as `<train>`. settings: those of `ftlint.check`. Raises UsageError for a dictionary without
    `train`.
    """
    if not isinstance(dataset, dict):
        return ftlint.check(_records(dataset), **settings)
    if "train" not in dataset:
        raise UsageError(f"no split is called train; there are {', '.join(dataset)}")
    parts = {name: Split(f"<{name}>", _records(part)) for name, part in dataset.items()}
    others = [part for name, part in parts.items() if name != "train"]
    return ftlint.check(parts["train"], valid=others or None, **settings)


def fix(dataset: Any, **settings: Any) -> tuple[Any, Report]:
    """Repair a `Dataset`; return another one of the same features where these still fit, and the report on what is left.

    It is held in memory. Raises UsageError for a dictionary of datasets, or an iterable one.
    """
    from datasets import Dataset, DatasetInfo, Features  # noqa: PLC0415 - whoever calls this has it
    from datasets.table import InMemoryTable  # noqa: PLC0415 - likewise

    if not isinstance(dataset, Dataset):
        raise UsageError(f"a Dataset is repaired, one split at a time; this is a {type(dataset).__name__}")
    table, report = ftlint.fix(dataset.with_format("arrow")[:], **settings)
    table = table.replace_schema_metadata(None)
    inferred, types = Features.from_arrow_schema(table.schema), dataset.features.arrow_schema
    # A class label is a number with a name for it, which Arrow knows nothing of.
    kept = {
        name: dataset.features[name]
        for name in inferred
        if name in types.names and table.field(name).type == types.field(name).type
    }
    return Dataset(InMemoryTable(table), DatasetInfo(features=Features({**inferred, **kept}))), report


def _records(dataset: Any) -> Iterator[Mapping[str, Any]]:
    """Yield records without nulls: a feature that a record lacks is null in a dataset."""
    features = getattr(dataset, "features", None) or {}
    names = {key: feature.names for key, feature in features.items() if type(feature).__name__ == "ClassLabel"}
    for number, record in enumerate(dataset.with_format(None), 1):
        named = {key: labels[record[key]] for key, labels in names.items() if type(record.get(key)) is int and record[key] >= 0}
        # A feature may be what JSON does not have: a timestamp, bytes, a picture.
        yield orjson.loads(as_line(bare({**record, **named}), number, as_object))
