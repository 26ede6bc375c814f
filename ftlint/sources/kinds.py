"""What a file of text holds that is not JSON: a table, or text in another character set than UTF-8; told by its first bytes."""

from __future__ import annotations

import csv

from ftlint.sources.charset import candidates

HEAD = 1 << 16
"""Bytes by which it is told."""

_ROWS = 20
_SIGNS = ",\t;|"


def columns_of(head: bytes) -> tuple[str, ...]:
    """Return the columns of the table of separated values that a file starts with; nothing where it is none.

    All of the first rows have as many values as the first one, which names the columns, and none begins as JSON does.
    """
    lines = head.decode("utf-8", "replace").removeprefix("\ufeff").splitlines()[: _ROWS + 1]
    rows = [line for line in lines if line.strip()][:_ROWS]
    if len(rows) < 2 or any(line.lstrip()[:1] in {"{", "[", "}", "]"} for line in rows):
        return ()
    for sign in _SIGNS:
        try:
            cells = list(csv.reader(rows, delimiter=sign))
        except csv.Error:
            continue
        first = cells[0]
        named = len(first) > 1 and all(name.strip() and len(name) <= 40 for name in first)
        if named and all(len(row) == len(first) for row in cells):
            return tuple(first)
    return ()


def charsets_of(head: bytes) -> dict[str, str]:
    """Return the character sets that a file may be in of which most lines are not UTF-8, each with a word as it reads in it."""
    lines = [line for line in head.split(b"\n") if line.strip()]
    if not lines or 2 * sum(map(_is_utf8, lines)) >= len(lines):
        return {}
    return candidates(head)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
