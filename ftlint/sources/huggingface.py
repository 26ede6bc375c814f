"""Hugging Face datasets as records that stream, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from ftlint.errors import UsageError
from ftlint.sources.frames import bare
from ftlint.sources.memory import Split, as_line, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def is_of_datasets(data: Any) -> bool:
    """Whether data is of Hugging Face's library `datasets`."""
    return type(data).__module__.partition(".")[0] == "datasets"


def splits_of(dataset: Any) -> tuple[Any, Sequence[Split] | None]:
    """Return what is trained on, and the other splits of a `DatasetDict`; findings name them as `<train>`.

    Raises:
        UsageError: For a dictionary without `train`.
    """
    if not isinstance(dataset, dict):
        return records_of(dataset), None
    if "train" not in dataset:
        raise UsageError(f'the DatasetDict has no split "train"; it has {", ".join(dataset)}')
    parts = {name: Split(f"<{name}>", records_of(part)) for name, part in dataset.items()}
    return parts.pop("train"), list(parts.values()) or None


def records_of(dataset: Any) -> Iterator[Mapping[str, Any]]:
    """Yield records without nulls: a feature that a record lacks is null in a dataset."""
    features = getattr(dataset, "features", None) or {}
    names = {key: feature.names for key, feature in features.items() if type(feature).__name__ == "ClassLabel"}
    for number, record in enumerate(dataset.with_format(None), 1):
        named = {key: labels[record[key]] for key, labels in names.items() if type(record.get(key)) is int and record[key] >= 0}
        # A feature may be what JSON does not have: a timestamp, bytes, a picture.
        yield orjson.loads(as_line(bare({**record, **named}), number, as_object))


def table_of(dataset: Any) -> Any:
    """Return the Arrow table of a `Dataset`; raises UsageError for a dictionary of datasets, or an iterable one."""
    from datasets import Dataset  # noqa: PLC0415 - whoever calls this has it

    if not isinstance(dataset, Dataset):
        raise UsageError(f"only a Dataset can be repaired, not a {type(dataset).__name__}")
    return dataset.with_format("arrow")[:]


def rebuilt(dataset: Any, table: Any) -> Any:
    """Return a `Dataset` of a repaired table, of the same features where these still fit."""
    from datasets import Dataset, DatasetInfo, Features  # noqa: PLC0415 - likewise
    from datasets.table import InMemoryTable  # noqa: PLC0415 - likewise

    table = table.replace_schema_metadata(None)
    inferred, types = Features.from_arrow_schema(table.schema), dataset.features.arrow_schema
    # A class label is a number with a name for it, which Arrow knows nothing of.
    kept = {
        name: dataset.features[name]
        for name in inferred
        if name in types.names and table.field(name).type == types.field(name).type
    }
    return Dataset(InMemoryTable(table), DatasetInfo(features=Features({**inferred, **kept})))
