"""Where the parts of a file are: `all.jsonl` has `all.train.jsonl` and `all.valid.jsonl` beside it."""

from __future__ import annotations

from pathlib import Path

from ftlint.sources import PACKED, TABLES
from ftlint.sources.files import is_file

PARTS = ("train", "valid", "test")


def part_of(file: str, name: str) -> str:
    """Return the path or address of a part of a file; a packed file has parts that are not, and a table parts of lines."""
    path = Path(file)
    suffix = "".join(path.suffixes[-2:]) if path.suffix in PACKED else path.suffix
    ending = suffix
    for packed in PACKED:
        ending = ending.removesuffix(packed)
    if ending.lower() in TABLES:
        ending = ".jsonl"
    return f"{file.removesuffix(suffix)}.{name}{ending or '.jsonl'}"


def validation_file(file: str) -> str | None:
    """Return the validation file that `ftlint split` wrote beside a training file; None where there is none."""
    own = Path(file).name
    valid = file.removesuffix(own) + own.replace(".train", ".valid", 1)
    return valid if ".train" in own and is_file(valid) else None
