"""Splits a dataset into parts: labels in all of them, no prompt in two, the same for a seed however it is run."""

from __future__ import annotations

import hashlib
import os
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
from ftlint.errors import InputError, UsageError, did_you_mean
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


@dataclass
class Groups(Metric):
    """For each record its line, a hash of its prompt's normal form, and one of its label; of a group's key, if one is named."""

    key: ClassVar[str | None] = None
    lines: int = 0
    parts: list[tuple[int, pl.DataFrame]] = field(default_factory=list)
    ungrouped: int = 0
    keys: set[str] = field(default_factory=set)

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        self.lines = block.decoded.lines
        frame = block.frame
        if not len(frame):
            return
        # A hash of polars may be another one in its next version, and then the same seed would be another split.
        rows = zip(frame.get_column("input"), frame.get_column("answer"), strict=True)
        # Without a prompt, records are told apart by what is answered.
        prompt = pl.Series("prompt", [_digest((normal(text) or f"\0{answer}").encode()) for text, answer in rows], pl.UInt64)
        label = frame.get_column("answer") if context.classification else pl.Series("answer", [""]).new_from_index(0, len(frame))
        columns = [frame.get_column("line").cast(pl.UInt64), prompt, label.alias("label")]
        if self.key is not None:
            columns.append(pl.Series("own", [self._own(block.line(line)) for line in frame["line"]], pl.UInt64))
        self.parts = [(0, pl.DataFrame(columns))]

    def _own(self, line: bytes) -> int:
        """Return a hash of the value of the key; of a record without it, of the whole record: it is a group of its own."""
        value = orjson.loads(line)
        if value.get(self.key) is None:
            self.ungrouped += 1
            self.keys |= set(list(value)[:20])
            return _digest(b"record" + line)
        return _digest(orjson.dumps([value[self.key]], option=orjson.OPT_SORT_KEYS))

    def merge(self, other: Groups) -> None:
        """Take in what comes after."""
        self.parts += [(shift + self.lines, table) for shift, table in other.parts]
        self.lines += other.lines
        self.ungrouped += other.ungrouped
        self.keys |= other.keys

    def table(self) -> pl.DataFrame:
        """Return all records, in order."""
        return pl.concat([table.with_columns(pl.col("line") + shift) for shift, table in self.parts])


def _digest(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Split:
    """How a file was dealt out.

    counts: records by part and label (one label, "", where there are none). rare: labels that are not in every part.
    left_out: lines that are no records. files: where each part was written. shares: that were asked for. ungrouped: records
    without the key to group by.
    """

    counts: Mapping[str, Mapping[str, int]]
    rare: Sequence[str]
    left_out: int
    files: Mapping[str, Path]
    shares: Mapping[str, float]
    ungrouped: int = 0


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
    written = {os.path.realpath(file) for file in files.values()}
    if len(written) < len(files) or (source.origin and os.path.realpath(source.origin) in written):
        raise UsageError(f"the parts of {source.path} would be one file, or the file itself; a link is in the way")
    existing = [str(file) for file in files.values() if file.exists()]
    if existing and not force:
        raise UsageError(f"{' and '.join(existing)} exist already; --force replaces them")
    kind = type("Groups", (Groups,), {"key": group}) if group is not None else Groups
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
    groups: Groups = gathered.get(kind)
    if group is not None and groups.ungrouped == len(table):
        known = ", ".join(sorted(groups.keys))
        raise UsageError(f"no record has the key {group!r}{did_you_mean(group, groups.keys)}; there are {known}")
    if empty := [name for number, name in enumerate(names) if number not in set(parts)]:
        raise InputError(
            f"{source.path} has too few prompts, or groups of them, for {len(names)} parts: {empty[0]} would be empty"
        )
    counts = _counts(table.get_column("label"), parts, names)
    _write(source, table.get_column("line"), parts, [files[name] for name in names])
    labels = dict.fromkeys(table.get_column("label").to_list()) if gathered.context.classification else {}
    rare = [label for label in labels if any(not counts[name].get(label) for name in names)]
    left_out = file.facts.lines - file.facts.blank - len(table)
    return Split(counts, rare, left_out, files, shares, groups.ungrouped)


def _refuse(path: str, report: DatasetReport) -> None:
    """Raise InputError where there are errors."""
    errors = {rule.code: len(hits) for rule, hits in report.hits if hits.level == "error"}
    if errors:
        found = numbered(sum(errors.values()), "error")
        raise InputError(
            f"{path} has {found} that leave{'s' * (sum(errors.values()) == 1)} in doubt what records say ({', '.join(errors)}); "
            f"run `ftlint check {path}`, or split it all the same with --force"
        )


def _wanted(context: Context, kind: type[Groups]) -> tuple[type[Metric], ...]:
    """Return what a split needs to know."""
    if not named(context.dialect).checked:
        return ()
    return (kind, Labels) if context.classification else (kind,)


def _dealt(table: pl.DataFrame, shares: Sequence[float], seed: int) -> list[int]:
    """Return the part of each record: label by label, the rarest first, whole groups to the part that lacks most."""
    groups = _together(table)
    labels = table.get_column("label").to_list()
    sizes = Counter(groups)
    labels_of: dict[int, dict[str, None]] = {}
    for group, label in zip(groups, labels, strict=True):
        labels_of.setdefault(group, {})[label] = None
    by_label: dict[str, list[int]] = {}
    for group, own in labels_of.items():
        for label in own:
            by_label.setdefault(label, []).append(group)
    prompt_of = dict(zip(reversed(groups), reversed(table.get_column("prompt").to_list()), strict=True))
    part_of: dict[int, int] = {}
    left = {label: len(members) for label, members in by_label.items()}
    missing = {label: set(range(len(shares))) for label in by_label}
    owed = [0.0] * len(shares)  # what a label leaves over the next one makes up for
    for members in sorted(by_label.values(), key=len):
        order = sorted((group for group in members if group not in part_of), key=lambda group: _draw(prompt_of[group], seed))
        total = sum(sizes[group] for group in order)
        lacks = [share * total + over for share, over in zip(shares, owed, strict=True)]
        for group in order:
            open_parts = _open(len(shares), [(left[label], missing[label]) for label in labels_of[group]])
            part = max(open_parts, key=lambda part: (lacks[part], -part))
            part_of[group] = part
            lacks[part] -= sizes[group]
            for label in labels_of[group]:
                left[label] -= 1
                missing[label].discard(part)
        owed = lacks
    return [part_of[group] for group in groups]


def _open(parts: int, states: Iterable[tuple[int, set[int]]]) -> set[int]:
    """Return the parts that a group may go to, so that its labels come into every part.

    states: for each of the labels the number of groups that are left, and the parts that it is missing in.
    """
    found = set(range(parts))
    scarce = [(left < len(missing), missing) for left, missing in states if left <= len(missing)]
    for _, missing in sorted(scarce, key=lambda state: state[0]):  # first those that can still come into all
        found = found & missing or found
    return found


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
