"""A unified diff of a file and its repaired form, whose lines correspond by where they come from."""

from __future__ import annotations

from collections import deque
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from ftlint.sources import Source

CONTEXT = 3


class Hunk(Struct):
    """Lines of a diff that are together: their sign (` `, `-`, `+`) and bytes; first lines are 1-based."""

    old: int
    new: int
    lines: list[tuple[str, bytes]] = field(default_factory=list)

    def header(self) -> str:
        """Return the hunk's head line."""
        old, new = (sum(prefix in prefixes for prefix, _ in self.lines) for prefixes in (" -", " +"))
        return f"@@ -{self.old if old else self.old - 1},{old} +{self.new if new else self.new - 1},{new} @@"


def hunks(original: Source, repaired: Source, origins: array[int] | None) -> Iterator[Hunk]:
    """Yield what differs, with three lines around it."""
    before: deque[tuple[str, bytes]] = deque(maxlen=CONTEXT)
    hunk: Hunk | None = None
    quiet = 0
    old_line = new_line = 1
    for old, new in _groups(original, repaired, origins):
        if old == new:
            quiet += 1
            if hunk is not None:
                hunk.lines.extend((" ", line) for line in old)
                if quiet == 2 * CONTEXT:
                    hunk.lines, rest = hunk.lines[:-CONTEXT], hunk.lines[-CONTEXT:]
                    yield hunk
                    hunk = None
                    before.extend(rest)
            else:
                before.extend((" ", line) for line in old)
        else:
            quiet = 0
            if hunk is None:
                hunk = Hunk(old_line - len(before), new_line - len(before), list(before))
                before.clear()
            hunk.lines += [("-", line) for line in old] + [("+", line) for line in new]
        old_line += len(old)
        new_line += len(new)
    if hunk is not None:
        extra = max(0, quiet - CONTEXT)
        hunk.lines = hunk.lines[: len(hunk.lines) - extra]
        yield hunk


def _groups(original: Source, repaired: Source, origins: array[int] | None) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Yield old lines and the new lines in their place; all at once where they do not correspond."""
    if origins is None:
        yield list(_lines(original)), list(_lines(repaired))
        return
    new = _lines(repaired)
    at = 0
    for number, line in enumerate(_lines(original)):
        mine = []
        while at < len(origins) and origins[at] == number:
            mine.append(next(new))
            at += 1
        yield [line], mine


def _lines(source: Source) -> Iterator[bytes]:
    """Yield lines with their ends."""
    for span in source.spans():
        *whole, last = source.read(span)[1].split(b"\n")
        yield from (line + b"\n" for line in whole)
        if last:
            yield last


def replaced(original: Source, repaired: Source, origins: array[int] | None) -> Iterator[tuple[int, list[bytes], list[bytes]]]:
    """Yield what differs: the number of the first old line, 0-based, old lines, and the new lines in their place."""
    at = 0
    for old, new in _groups(original, repaired, origins):
        if old != new:
            yield at, old, new
        at += len(old)


def patch(path: str, original: Source, repaired: Source, origins: array[int] | None) -> Iterator[bytes]:
    """Yield the diff that `patch` applies."""
    result = hunks(original, repaired, origins)
    first = next(result, None)
    if first is None:
        return
    yield f"--- {path}\n+++ {path}\n".encode("utf-8", "surrogateescape")
    for hunk in chain([first], result):
        yield hunk.header().encode() + b"\n"
        for prefix, line in hunk.lines:
            yield prefix.encode() + line + (b"" if line.endswith(b"\n") else b"\n\\ No newline at end of file\n")
