"""Splits a dataset into parts: labels in all of them, no prompt in two, the same for a seed however it is run."""

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, TYPE_CHECKING, ClassVar

import orjson
import polars as pl

from ftlint.dialects import named
from ftlint.engine.check import check_dataset
from ftlint.engine.dataset import Dataset
from ftlint.errors import InputError, UsageError
from ftlint.metrics import Block, Labels, Metric
from ftlint.sources import BOM
from ftlint.sources.files import writing
from ftlint.text.normal import normal
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from ftlint.dialects.context import Context
    from ftlint.engine.result import DatasetReport
    from ftlint.engine.serial import Engine
    from ftlint.rule import Rule
    from ftlint.sources import Source
    from ftlint.wishes import Wishes

HELD = 10_000_000
"""Records that are dealt out with all of them in view; of more, each is decided by its own hash."""

DECISIVE = ("JSN001", "JSN002", "JSN003", "SHP001", "SHP002", "SHP004", "SEP003")
"""Rules whose errors leave in doubt what a record's prompt or label is."""


@dataclass
class Groups(Metric):
    """For each record its line, a hash of its prompt's normal form, and one of its label; of a group's key, if one is named."""

    key: ClassVar[str | None] = None
    lines: int = 0
    parts: list[tuple[int, pl.DataFrame]] = field(default_factory=list)

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.lines = block.decoded.lines
        frame = block.frame
        if not len(frame):
            return
        # A hash of polars may be another one in its next version, and then the same seed would be another split.
        prompt = pl.Series("prompt", [_digest(normal(text).encode()) for text in frame.get_column("input")], pl.UInt64)
        label = frame.get_column("answer") if context.classification else pl.Series("answer", [""]).new_from_index(0, len(frame))
        own = pl.Series("own", [_hash(block.line(line), self.key) for line in frame["line"]], pl.UInt64) if self.key else None
        columns = [frame.get_column("line").cast(pl.UInt64), prompt, label.alias("label"), *([own] if own is not None else [])]
        self.parts = [(0, pl.DataFrame(columns))]

    def merge(self, other: Groups) -> None:
        """Take in what comes after."""
        self.parts += [(shift + self.lines, table) for shift, table in other.parts]
        self.lines += other.lines

    def table(self) -> pl.DataFrame:
        """Return all records, in order."""
        return pl.concat([table.with_columns(pl.col("line") + shift) for shift, table in self.parts])


def _hash(line: bytes, key: str | None) -> int:
    """Return a hash of the value of a key; of a record without it, of the whole record, so that it is a group of its own."""
    value = orjson.loads(line)
    content = orjson.dumps([value[key]], option=orjson.OPT_SORT_KEYS) if key in value else b"record" + line
    return _digest(content)


def _digest(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Split:
    """How a file was dealt out.

    counts: records by part and label (one label, "", where there are none). rare: labels that are not in every part.
    left_out: lines that are no records. files: where each part was written.
    """

    counts: Mapping[str, Mapping[str, int]]
    rare: Sequence[str]
    left_out: int
    files: Mapping[str, Path]


def split(
    source: Source,
    wishes: Wishes,
    rules: Sequence[Rule],
    engine: Engine,
    *,
    shares: Mapping[str, float],
    files: Mapping[str, Path],
    seed: int = 0,
    group: str | None = None,
    force: bool = False,
) -> Split:
    """Split a file.

    rules: those whose errors stop it, unless forced. shares: of each part, which make 1. files: where each part goes. group: a
    key of the record; records with the same value stay together, as those with the same prompt do.

    Raises UsageError for files that exist, unless forced, and InputError for data that is not fit to be split.
    """
    existing = [str(file) for file in files.values() if file.exists()]
    if existing and not force:
        raise UsageError(f"{' and '.join(existing)} exist already; --force replaces them")
    kind = type("Groups", (Groups,), {"key": group}) if group else Groups
    dataset = Dataset([source], wishes)
    report = check_dataset(dataset, [] if force else rules, engine, gather=lambda context: _wanted(context, kind))
    _refuse(source.path, report)
    [file] = report.files
    gathered = report.gathered["train"]
    if not named(gathered.context.dialect).checked or not file.facts.conforming:
        raise InputError(f"{source.path} has no records that can be split")
    table: pl.DataFrame = gathered.get(kind).table()
    if gathered.context.classification:
        table = table.with_columns(pl.col("label").replace(gathered.get(Labels).variants))
    names = list(shares)
    in_view = len(table) <= HELD or group is not None
    parts = _dealt(table, list(shares.values()), seed) if in_view else _drawn(table, list(shares.values()), seed)
    counts = _counts(table.get_column("label"), parts, names)
    _write(source, table.get_column("line"), parts, [files[name] for name in names])
    labels = dict.fromkeys(table.get_column("label").to_list()) if gathered.context.classification else {}
    rare = [label for label in labels if any(not counts[name].get(label) for name in names)]
    left_out = file.facts.lines - file.facts.blank - len(table)
    return Split(counts, rare, left_out, files)


def _refuse(path: str, report: DatasetReport) -> None:
    """Raise InputError where there are errors."""
    errors = {rule.code: len(hits) for rule, hits in report.hits if hits.level == "error"}
    if errors:
        found = numbered(sum(errors.values()), "error")
        raise InputError(
            f"{path} has {found} that leave in doubt what records say ({', '.join(errors)}); "
            f"run `ftlint check {path}`, or split it all the same with --force"
        )


def _wanted(context: Context, kind: type[Groups]) -> tuple[type[Metric], ...]:
    """Return what a split needs to know."""
    if not named(context.dialect).checked:
        return ()
    return (kind, Labels) if context.classification else (kind,)


def _dealt(table: pl.DataFrame, shares: Sequence[float], seed: int) -> list[int]:
    """Return the part of each record: label by label, whole groups to the part that lacks most."""
    groups = _together(table)
    labels = table.get_column("label").to_list()
    sizes, label_of = Counter(groups), dict[int, str]()
    for group, label in zip(groups, labels, strict=True):
        label_of.setdefault(group, label)  # a prompt with several labels is dealt out with its first
    by_label: dict[str, list[int]] = {}
    for group, label in label_of.items():
        by_label.setdefault(label, []).append(group)
    prompt_of = dict(zip(reversed(groups), reversed(table.get_column("prompt").to_list()), strict=True))
    part_of: dict[int, int] = {}
    for members in by_label.values():
        order = sorted(members, key=lambda group: _draw(prompt_of[group], seed))
        total = sum(sizes[group] for group in order)
        lacks = [share * total for share in shares]
        empty = set(range(len(shares)))
        for place, group in enumerate(order):
            left = len(order) - place
            # As many groups are left as parts have none: each gets one.
            choice = empty if empty and left <= len(empty) else range(len(shares))
            part = max(choice, key=lambda part: (lacks[part], -part))
            lacks[part] -= sizes[group]
            empty.discard(part)
            part_of[group] = part
    return [part_of[group] for group in groups]


def _together(table: pl.DataFrame) -> list[int]:
    """Return a number of the group of each record: of equal prompts, and of equal values of the key."""
    prompts = table.get_column("prompt").to_list()
    if "own" not in table.columns:
        return prompts
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent.setdefault(above, above)
            node = parent[node]
        return node

    own = table.get_column("own").to_list()
    for prompt, value in zip(prompts, own, strict=True):
        parent[root(("own", value))] = root(("prompt", prompt))
    return [root(("prompt", prompt))[1] for prompt in prompts]


def _drawn(table: pl.DataFrame, shares: Sequence[float], seed: int) -> list[int]:
    """Return the part of each record by its own hash: near the shares, and with no look at the others."""
    bounds, total = [], 0.0
    for share in shares:
        total += share
        bounds.append(total * 2**64)
    return [
        next((part for part, bound in enumerate(bounds) if drawn < bound), len(bounds) - 1)
        for drawn in (_draw(prompt, seed) for prompt in table.get_column("prompt"))
    ]


def _draw(prompt: int, seed: int) -> int:
    """Return a number below 2**64 that depends on a prompt and a seed alone."""
    return _digest(f"{seed} {prompt}".encode())


def _counts(labels: pl.Series, parts: Sequence[int], names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the number of records by part and label."""
    found = Counter(zip(parts, labels.to_list(), strict=True))
    return {name: {label: count for (part, label), count in found.items() if part == number} for number, name in enumerate(names)}


def _write(source: Source, lines: pl.Series, parts: Sequence[int], files: Iterable[Path]) -> None:
    """Copy each record's line, byte for byte, to the file of its part; a last line without line end gets one."""
    following = iter(zip(lines, parts, strict=True))
    wanted, part = next(following)
    number = 0
    with ExitStack() as stack:
        streams: list[IO[bytes]] = [stack.enter_context(writing(str(file))) for file in files]
        for span in source.spans():
            start, data = source.read(span)
            for line in BytesIO(data.removeprefix(BOM) if start == 0 else data):  # at line feeds alone
                if number == wanted:
                    streams[part].write(line if line.endswith(b"\n") else line + b"\n")
                    wanted, part = next(following, (-1, 0))
                number += 1
