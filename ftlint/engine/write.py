"""Writes a file anew with what the rules repair; lines that no rule touches are copied byte for byte."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from ftlint.errors import RuleError
from ftlint.records.edits import edited
from ftlint.records.reader import reader_of
from ftlint.records.spans import is_json
from ftlint.records.spread import objects, one_line
from ftlint.rule.fixes import Drop, FileFix
from ftlint.sources import BOM
from ftlint.sources.charset import codec_of, decoded

if TYPE_CHECKING:
    from array import array
    from collections import Counter
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future

    import polars as pl

    from ftlint.dialects.context import Context
    from ftlint.rule import Rule
    from ftlint.rule.fixes import Fix
    from ftlint.sources import Source


@dataclass
class Action:
    """A rule, its repair, and the lines of the file that it is for; None: every line."""

    rule: Rule
    fix: Fix
    lines: pl.Series | None = None

    def within(self, first: int, end: int) -> list[int] | range:
        """Return the lines from `first` to before `end`."""
        if self.lines is None:
            return range(first, end)
        return self.lines[self.lines.search_sorted(first) : self.lines.search_sorted(end)].to_list()


@dataclass
class Written:
    """What was written. applied: how often each rule changed something. dropped: raw lines that went.

    origins: for each line written, the line that it comes from; None where lines do not correspond.
    """

    applied: Counter[str]
    dropped: IO[bytes] | None = None
    origins: array[int] | None = None


def write(source: Source, context: Context, actions: list[Action], out: IO[bytes], written: Written) -> None:
    """Write a source with its repairs."""
    kinds: dict[str, str] = {action.fix.kind: action.rule.code for action in actions if isinstance(action.fix, FileFix)}
    if "utf-8" in kinds:
        out.writelines(text.encode() for text in decoded(source, codec_of(source.head(64)) or "utf-8"))
    elif "one-object-a-line" in kinds:
        for text in objects(source):
            out.write(one_line(text) + b"\n")
    else:
        _write_all(_parts(source, context, actions, kinds, written), out)
        written.applied.update(kinds.values())
        return
    written.origins = None
    written.applied.update(kinds.values())


def _write_all(parts: Iterable[bytes], out: IO[bytes]) -> None:
    """Write parts while the next one is made: a third of the time goes to the system."""
    with ThreadPoolExecutor(1) as writer:
        before: Future[int] | None = None
        for part in parts:
            if before:
                before.result()
            before = writer.submit(out.write, part)
        if before:
            before.result()


def _parts(source: Source, context: Context, actions: list[Action], kinds: dict[str, str], written: Written) -> Iterator[bytes]:
    """Yield the bytes of the new file, a block at a time."""
    first = 0
    last = b"\n"
    for span in source.spans():
        start, data = source.read(span)
        if start == 0 and data.startswith(BOM):
            data = data.removeprefix(BOM)
            yield b"" if "byte-order-mark" in kinds else BOM
        if "line-ends" in kinds and b"\r\n" in data:
            data = _without_returns(data)
        if not data:
            continue
        lines = data.removesuffix(b"\n").split(b"\n")
        after = _repaired(lines, actions, first, context, written)
        if after:
            repaired, ends = after
            # A last line without a line end takes none with it when it goes.
            whole = data.endswith(b"\n") or not ends
            data = b"\n".join(repaired) + (b"\n" if whole and repaired else b"")
        elif written.origins is not None:
            written.origins.extend(range(first, first + len(lines)))
        yield data
        last = data[-1:] or last
        first += len(lines)
    if "final-newline" in kinds and last != b"\n":
        yield b"\n"


def _without_returns(data: bytes) -> bytes:
    """Return lines without the carriage returns at their ends; what is no JSON is not understood, and keeps its own."""
    lines = data.split(b"\n")
    ends = [line.endswith(b"\r") and (not line.strip() or is_json(line)) for line in lines[:-1]]
    return b"\n".join([*(line[:-1] if end else line for line, end in zip(lines, ends, strict=False)), lines[-1]])


def _repaired(
    lines: list[bytes], actions: list[Action], first: int, context: Context, written: Written
) -> tuple[list[bytes], bool] | None:
    """Return the lines of a block after their repairs, and whether anything is left of the last one; None for no repairs.

    first: number of the block's first line.
    """
    changed: dict[int, list[bytes]] = {}
    dropped: dict[int, bytes] = {}
    touched = False
    for action in actions:
        # What an earlier repair took away, or made several of, is not touched again.
        numbers = [line for line in action.within(first, first + len(lines)) if len(changed.get(line, (b"",))) == 1]
        touched = touched or bool(numbers)
        now = [changed[line][0] if line in changed else lines[line - first].removesuffix(b"\r") for line in numbers]
        after = dict(zip(numbers, repair_lines(now, action, context, written), strict=True))
        changed |= {line: parts for line, parts in after.items() if parts is not None}
        if isinstance(action.fix, Drop):
            dropped |= {line: raw for line, raw in zip(numbers, now, strict=True) if after[line] == []}
    if written.dropped:
        written.dropped.writelines(line + b"\n" for _, line in sorted(dropped.items()))
    if not touched:
        return None
    repaired: list[bytes] = []
    for number, line in enumerate(lines, first):
        end = b"\r" if line.endswith(b"\r") else b""
        parts = [part + end for part in changed[number]] if number in changed else [line]
        repaired += parts
        if written.origins is not None:
            written.origins.extend([number] * len(parts))
    return repaired, bool(changed.get(first + len(lines) - 1, True))


def repair_lines(lines: Sequence[bytes], action: Action, context: Context, written: Written) -> Iterator[list[bytes] | None]:
    """Yield the lines in place of each raw line, None where it stays; raises RuleError where the repair fails."""
    if isinstance(action.fix, FileFix):
        yield from (None for _ in lines)
        return
    records = reader_of(context.dialect).records(lines, context) if action.fix.needs_record else [None] * len(lines)
    for line, record in zip(lines, records, strict=True):
        try:
            edits = action.fix.edits(line, record)
        except Exception as error:
            raise RuleError(action.rule.failure(error)) from error
        parts = edited(line, edits) if edits else [line]
        if parts == [line]:
            yield None
            continue
        written.applied[action.rule.code] += 1
        yield parts
