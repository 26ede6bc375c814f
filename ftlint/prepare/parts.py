"""Where the parts of a file are: `all.jsonl` has `all.train.jsonl` and `all.valid.jsonl` beside it."""

from __future__ import annotations

from pathlib import Path

from ftlint.sources import PACKED, TABLES

PARTS = ("train", "valid", "test")


def part_of(file: str, name: str) -> Path:
    """Return the path of a part of a file; a packed file has parts that are not, and a table parts of lines."""
    path = Path(file)
    suffix = "".join(path.suffixes[-2:]) if path.suffix in PACKED else path.suffix
    ending = suffix
    for packed in PACKED:
        ending = ending.removesuffix(packed)
    if ending.lower() in TABLES:
        ending = ".jsonl"
    return path.with_name(f"{path.name.removesuffix(suffix)}.{name}{ending or '.jsonl'}")


def validation_file(file: str) -> str | None:
    """Return the validation file that `ftlint split` wrote beside a training file; None where there is none."""
    path = Path(file)
    if ".train" not in path.name:
        return None
    valid = path.with_name(path.name.replace(".train", ".valid", 1))
    return str(valid) if valid.is_file() else None
