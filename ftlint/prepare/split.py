"""Splits a dataset into parts: labels in all of them, no prompt in two, the same for a seed however it is run."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from msgspec.structs import replace

from ftlint.dialects import named
from ftlint.engine.check import checked
from ftlint.engine.dataset import Dataset
from ftlint.engine.survey import survey
from ftlint.errors import InputError, UsageError, did_you_mean
from ftlint.metrics import Labels
from ftlint.prepare.deal import dealt
from ftlint.prepare.groups import SPLIT, Groups, Wanted, grouped
from ftlint.sources import BOM, open_source
from ftlint.sources.files import is_file, is_taken, writing_all
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ftlint.dialects.context import Context
    from ftlint.engine.base import Engine
    from ftlint.engine.result import CheckedFile, DatasetReport
    from ftlint.metrics import Metric
    from ftlint.options import DatasetOptions
    from ftlint.rule import Rule
    from ftlint.sources import Source, Span

_NOWHERE = 255
"""Stands for the part of a line that goes to none."""

_LEFT_OUT = 0.01
"""Largest share of lines without a record that are left out unasked; where there are more, something else is wrong."""

_OLD = 100_000
"""Lines of an old part by which it is known."""


@dataclass(frozen=True)
class Split:
    """How a file was dealt out.

    Attributes:
        counts: Records by part and label (one label, "", where there are none).
        rare: Labels that are not in every part.
        left_out: Lines that are not records.
        files: Where each part was written.
        shares: That were asked for.
        ungrouped: Records without the key to group by.
    """

    counts: Mapping[str, Mapping[str, int]]
    rare: Sequence[str]
    left_out: int
    files: Mapping[str, str]
    shares: Mapping[str, float]
    ungrouped: int = 0


def split(
    source: Source,
    options: DatasetOptions,
    rules: Sequence[Rule],
    engine: Engine,
    *,
    shares: Mapping[str, float],
    files: Mapping[str, str],
    seed: int = 0,
    group: str | None = None,
    near: Sequence[Rule] = (),
    force: bool = False,
    left_behind: Sequence[str] = (),
) -> Split:
    """Split a file.

    Args:
        source: The file.
        options: What the user says of the data.
        rules: Those whose errors stop it, unless forced.
        engine: Reads it.
        shares: Of each part, which make 1; the first is trained on.
        files: Where each part goes.
        seed: Another seed is another split.
        group: A key; records with the same value stay together, as those with the same prompt do.
        near: Rules that find records which stay together: each is reported with an earlier one.
        force: Whether to replace files that exist, and to split data with errors.
        left_behind: Files of further parts that are not made; none of an earlier split may be left.

    Raises:
        UsageError: For files that exist, unless forced.
        InputError: For data that is not fit to be split.

    """
    written = {os.path.realpath(file) for file in files.values()}
    if len(written) < len(files) or os.path.realpath(source.origin or source.path) in written:
        raise UsageError(f"the parts of {source.path} would be one file, or the file itself; a link is in the way")
    existing = [file for file in files.values() if is_taken(file)]
    if existing and not force:
        raise UsageError(f"{' and '.join(existing)} exist already; --force replaces them")
    for other in left_behind:
        _refuse_old_part(source, other)
    dealt_out = deal(source, options, rules, engine, shares=shares, seed=seed, group=group, near=near, force=force)
    table, file = dealt_out.table, dealt_out.file
    names = list(shares)
    counts = _counts(table.get_column("label"), table.get_column("part").to_list(), names)
    _write(file, source, table, [files[name] for name in names], engine)
    labels = dict.fromkeys(table.get_column("label").to_list()) if file.context.classification else {}
    rare = [label for label in labels if any(not counts[name].get(label) for name in names)]
    left_out = file.facts.lines - file.facts.blank - len(table)
    return Split(counts, rare, left_out, files, shares, dealt_out.ungrouped)


class Dealt(NamedTuple):
    """Which record goes to which part.

    Attributes:
        file: What is known of the file.
        table: `line`, `label` and `part` (the number of the part) of each record, in order.
        ungrouped: How many records have no key to group by.

    """

    file: CheckedFile
    table: pl.DataFrame
    ungrouped: int


def deal(
    source: Source,
    options: DatasetOptions,
    rules: Sequence[Rule],
    engine: Engine,
    *,
    shares: Mapping[str, float],
    seed: int = 0,
    group: str | None = None,
    near: Sequence[Rule] = (),
    force: bool = False,
) -> Dealt:
    """Return which record of a file goes to which part; arguments and errors are those of `split`."""
    wanted = Wanted(seed, group)
    context = survey([source], options, [] if force else rules)
    context = replace(context, hints={**context.hints, SPLIT: wanted})
    more = _needed(context)
    asked = [*(() if force else rules), *near]
    with checked(Dataset([source], options), asked, engine, known=context, gather=lambda _: more) as report:
        _refuse(source.path, report)
        [file] = report.files
        _refuse_without_records(source.path, file, group, report)
        if not force:
            _refuse_to_leave_out(source.path, file)
        table = grouped(report.gathered["train"], wanted, _pairs(report, near))
    parts = dealt(table, list(shares.values()))
    if empty := [name for number, name in enumerate(shares) if number not in set(parts)]:
        raise InputError(
            f"{source.path} has too few prompts, or groups of them, for {len(shares)} parts: {empty[0]} would be empty"
        )
    ungrouped = report.gathered["train"].get(Groups).ungrouped
    return Dealt(file, table.select("line", "label", part=pl.Series(parts, dtype=pl.UInt8)), ungrouped)


def _refuse_without_records(path: str, file: CheckedFile, group: str | None, report: DatasetReport) -> None:
    """Raise an error where there are no records, or none that has the key to group by."""
    if not named(file.context.dialect).checked or not file.facts.conforming:
        raise InputError(f"{path} has no records that can be split")
    groups = report.gathered["train"].get(Groups)
    if group is not None and groups.ungrouped == file.facts.conforming:
        known = ", ".join(sorted(groups.keys))
        raise UsageError(f"no record has the key {group!r}{did_you_mean(group, groups.keys)} (there are {known})")


def _refuse_to_leave_out(path: str, file: CheckedFile) -> None:
    """Raise InputError where more than a few lines hold no record."""
    lines = file.facts.lines - file.facts.blank
    lost = lines - file.facts.conforming
    if lost > _LEFT_OUT * lines:
        raise InputError(
            f"{lost:,} of {numbered(lines, 'line')} of {path} hold no record; run `ftlint check {path}`, "
            "or split the others with --force"
        )


def _refuse_old_part(source: Source, path: str) -> None:
    """Raise UsageError for a part of an earlier split that would be left beside a new one, whose records may be in that."""
    if not is_file(path):
        return
    with closing(open_source(path)) as part:
        lines = (line for span in part.spans() for line in part.read(span)[1].split(b"\n"))
        old = {hash(line.strip()) for line in islice(lines, _OLD)}
    for span in source.spans():
        if any(hash(line.strip()) in old for line in source.read(span)[1].split(b"\n") if line.strip()):
            raise UsageError(
                f"{path} is of an earlier split, and has records that may come into the new training file; "
                "make it anew (--test-share), or move it away"
            )


def _refuse(path: str, report: DatasetReport) -> None:
    """Raise InputError where there are errors."""
    errors = {rule.code: len(violations) for rule, violations in report.violations if violations.level == "error"}
    if errors:
        result = numbered(sum(errors.values()), "error")
        raise InputError(
            f"{path} has {result} that leave{'s' * (sum(errors.values()) == 1)} in doubt what records say ({', '.join(errors)}); "
            f"run `ftlint check {path}`, or split it all the same with --force"
        )


def _needed(context: Context) -> tuple[type[Metric], ...]:
    """Return the metrics that a split needs."""
    if not named(context.dialect).checked:
        return ()
    return (Groups, Labels) if context.classification else (Groups,)


def _pairs(report: DatasetReport, rules: Sequence[Rule]) -> Iterator[tuple[int, int]]:
    """Yield the line of each record that one of these rules reports, and that of the earlier one."""
    for rule, violations in report.violations:
        if rule in rules and violations.lines is not None and violations.related is not None:
            yield from zip(violations.lines, violations.related, strict=True)


def _counts(labels: pl.Series, parts: Sequence[int], names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the number of records by part and label."""
    results = Counter(zip(parts, labels.to_list(), strict=True))
    return {
        name: {label: count for (part, label), count in results.items() if part == number} for number, name in enumerate(names)
    }


class _Piece(NamedTuple):
    """A part of a file. parts: for each of its lines the number of the part that it goes to, or `_NOWHERE`."""

    source: Source
    span: Span
    parts: bytes


def _deal(count: int, piece: _Piece) -> list[bytes]:
    """Return the lines of a piece for each of so many parts, byte for byte; a last line without line end gets one."""
    start, data = piece.source.read(piece.span)
    dealt: list[list[bytes]] = [[] for _ in range(count)]
    lines = BytesIO(data.removeprefix(BOM) if start == 0 else data)  # at line feeds alone
    for line, part in zip(lines, piece.parts, strict=False):
        if part != _NOWHERE:
            dealt[part].append(line if line.endswith(b"\n") else line + b"\n")
    return [b"".join(some) for some in dealt]


def _write(file: CheckedFile, source: Source, table: pl.DataFrame, files: Sequence[str], engine: Engine) -> None:
    """Copy each record's line to the file of its part. All files change together, when all are written, or none does.

    Args:
        table: `line` and `part` of the records.
    """
    parts = bytearray([_NOWHERE]) * file.facts.lines
    for line, part in table.select("line", "part").iter_rows():
        parts[line] = part
    pieces = (_Piece(source, span, bytes(parts[lines.start : lines.stop])) for span, lines in file.lines.parts(file.facts.lines))
    with writing_all(files) as streams:
        for dealt in engine.map(_deal, len(files), pieces):
            for stream, data in zip(streams, dealt, strict=True):
                stream.write(data)
