"""Writes a file anew with what the rules repair; lines that no rule touches are copied byte for byte."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import orjson

from ftlint.dialects import named
from ftlint.errors import RuleError
from ftlint.records.lines import rows
from ftlint.records.spans import is_json, value_span
from ftlint.records.spread import objects, one_line
from ftlint.rule.fixes import Drop, FileFix, Relines, Retext, Rewrite, rewritten
from ftlint.sources import BOM
from ftlint.sources.charset import codec_of, decoded
from ftlint.texts import texts_of

if TYPE_CHECKING:
    from array import array
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator, Mapping
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
        touched = _touched(actions, first, first + len(lines))
        if touched:
            repaired, ends = _repaired(lines, touched, first, context, written)
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


def _touched(actions: list[Action], first: int, end: int) -> dict[int, list[Action]]:
    """Return the actions for each line that has any, in their order."""
    touched: dict[int, list[Action]] = {}
    for action in actions:
        if not isinstance(action.fix, FileFix):
            for line in action.within(first, end):
                touched.setdefault(line, []).append(action)
    return touched


def _repaired(
    lines: list[bytes], touched: dict[int, list[Action]], first: int, context: Context, written: Written
) -> tuple[list[bytes], bool]:
    """Return the lines of a block with the touched ones repaired, and whether anything is left of the last one.

    first: number of the block's first line.
    """
    repaired: list[bytes] = []
    parts = lines
    done = 0
    for number, actions in sorted(touched.items()):
        place = number - first
        line = lines[place]
        bare = line.removesuffix(b"\r")
        end = line[len(bare) :]
        parts = [part + end for part in repair_line(bare, actions, context, written)]
        repaired += lines[done:place]
        repaired += parts
        if written.origins is not None:
            written.origins.extend(range(first + done, number))
            written.origins.extend([number] * len(parts))
        done = place + 1
    if written.origins is not None:
        written.origins.extend(range(first + done, first + len(lines)))
    return repaired + lines[done:], done < len(lines) or bool(parts)


def repair_line(line: bytes, actions: list[Action], context: Context, written: Written) -> list[bytes]:
    """Return the lines in place of a raw line, by one action after the other; raises RuleError for one that fails."""
    for action in actions:
        try:
            parts = _done(line, action.fix, context)
        except Exception as error:
            raise RuleError(action.rule.failure(error)) from error
        if parts is None or parts == [line]:
            continue
        written.applied[action.rule.code] += 1
        if isinstance(action.fix, Drop) and written.dropped:
            written.dropped.write(line + b"\n")
        if len(parts) != 1:
            return parts
        [line] = parts
    return [line]


def _done(line: bytes, fix: Fix, context: Context) -> list[bytes] | None:
    """Return the lines that a repair leaves of a raw line; None where it leaves it alone."""
    if isinstance(fix, Drop):
        return None if fix.when and not _wanted(line, fix.when, context) else []
    if isinstance(fix, Relines):
        parts = fix.change(line)
        return None if parts is None else list(parts)
    new = None
    if isinstance(fix, Rewrite):
        new = _rewrite(line, fix, context)
    elif isinstance(fix, Retext):
        new = _retext(line, fix, context)
    return None if new is None else [new]


def _rewrite(line: bytes, fix: Rewrite, context: Context) -> bytes | None:
    """Return a raw line with the texts that a rewrite gives it; None where it holds no record."""
    old = _texts(line, context)
    new = fix.change(old) if old else None
    return None if old is None or new is None else rewritten(line.decode(), old, new).encode("utf-8", "surrogatepass")


def _retext(line: bytes, fix: Retext, context: Context) -> bytes | None:
    """Return a raw line with each of its record's texts changed; None where it holds no record."""
    [row] = rows([line], context)
    if row is None:
        return None
    old = texts_of(row, context)
    new = {pointer: fix.change(text) for pointer, text in old.items()}
    return rewritten(line.decode(), old, new, value_span).encode("utf-8", "surrogatepass")


def _wanted(line: bytes, when: Callable[[Mapping[str, str]], bool], context: Context) -> bool:
    texts = _texts(line, context)
    return texts is not None and when(texts)


def _texts(line: bytes, context: Context) -> dict[str, str] | None:
    """Return the texts of a line's record; None where it holds none of the dialect."""
    try:
        record = orjson.loads(line)
        texts = {key: record[key] for key in named(context.dialect).texts}
    except (ValueError, TypeError, KeyError):
        return None
    return texts if texts and all(isinstance(text, str) for text in texts.values()) else None
