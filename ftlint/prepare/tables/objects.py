"""JSON and JSONL. The standard library's json reads them: it hands out numbers as they are written, and keys that repeat."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from ftlint.errors import InputError
from ftlint.prepare.tables.base import Row, Table, is_text
from ftlint.records.spread import objects
from ftlint.sources import open_source
from ftlint.sources.charset import described

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ftlint.sources import Source

_WHOLE = 256 << 20
"""Bytes of a document that is read at once: one object that holds all records."""


def by_line(path: str, file: Path, charset: str | None) -> Table:
    """Return the table of a file with an object on each line. charset: of the file; UTF-8 where None."""
    source = open_source(str(file))

    def values() -> Iterator[Row]:
        for number, raw in _lines(source):
            yield number, _object(raw, path, "line", number, charset)

    return _table(path, "line", values)


def document(path: str, file: Path) -> Table:
    """Return the table of a document: an array of objects, objects one after the other, columns, or records under a key."""
    source = open_source(str(file))
    whole = _whole(source)
    if whole is None:
        return _table(path, "object", lambda: _spread(path, source))
    result, left_out = _columns(whole), tuple[str, ...]()
    if result is None:
        result, left_out = _under_key(path, whole)
    records = result if result is not None else [whole]
    return _table(path, "object", lambda: enumerate(records, 1), left_out)


def _table(path: str, where: str, rows: Any, left_out: tuple[str, ...] = ()) -> Table:
    """Return a table of objects; its columns are all keys that occur."""
    columns: dict[str, None] = {}
    for number, values in rows():
        if wrong := next((key for key in values if not is_text(key)), None):
            raise InputError(f"{path}, {where} {number}: the key {wrong!r} has a lone surrogate")
        columns |= dict.fromkeys(values)
    return Table(path, tuple(columns), where, rows, left_out=left_out)


def _lines(source: Source) -> Iterator[tuple[int, bytes]]:
    number = 0
    for span in source.spans():
        for line in io.BytesIO(source.read(span)[1]):
            number += 1
            if bare := line.removeprefix(b"\xef\xbb\xbf").strip():
                yield number, bare


def _spread(path: str, source: Source) -> Iterator[Row]:
    try:
        for number, raw in enumerate(objects(source), 1):
            yield number, _object(raw, path, "object", number)
    except InputError:
        raise
    except Exception as error:
        line = getattr(error, "line", None)
        if line is None:
            raise
        raise InputError(f"{path}, line {line}: {error}") from error


def _whole(source: Source) -> dict[str, Any] | None:
    """Return the object that a file is, if it is a single one."""
    if source.head(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{" or source.size > _WHOLE:
        return None
    try:
        value = _loads(b"".join(source.parts()).removeprefix(b"\xef\xbb\xbf").decode())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _columns(whole: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the records of an object that holds columns: by row, as arrays, or with their names apart, as pandas has them."""
    if whole.keys() in ({"columns", "index", "data"}, {"columns", "data"}) and _are(list, whole["data"]):
        return [dict(zip(map(str, whole["columns"]), row, strict=False)) for row in whole["data"]]
    columns = list(whole.values())
    if _are(dict, columns) and all(column.keys() == columns[0].keys() and column for column in columns):
        return [{name: column[row] for name, column in whole.items()} for row in columns[0]]
    if _are(list, columns) and len(columns) > 1 and all(len(column) == len(columns[0]) and column for column in columns):
        if any(isinstance(value, dict) for column in columns for value in column):
            return None
        return [dict(zip(whole, row, strict=True)) for row in zip(*columns, strict=True)]
    return None


def _under_key(path: str, whole: dict[str, Any]) -> tuple[list[dict[str, Any]] | None, tuple[str, ...]]:
    """Return the records that are under a key of an object, and what is left out besides; raises InputError for several."""
    keys = [key for key, value in whole.items() if _are(dict, value)]
    if len(keys) > 1:
        raise InputError(
            f"{path} has records under {', '.join(map(repr, keys))}; write those that are meant to a file of their own"
        )
    if not keys:
        return None, ()
    others = [repr(key) for key in whole if key != keys[0]]
    return whole[keys[0]], (f"taken from {keys[0]!r}; left out: {', '.join(others)}",) if others else ()


def _are(kind: type, value: Any) -> bool:
    """Whether a value is an array of values of a kind, and of one at least."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, kind) for one in value)


def _object(raw: bytes, path: str, where: str, number: int, charset: str | None = None) -> dict[str, Any]:
    try:
        value = _loads(raw.decode(charset or "utf-8"))
    except UnicodeDecodeError as error:
        known = f"not {charset}; --charset names another character set" if charset else f"not UTF-8; {described(raw)}"
        raise InputError(f"{path}, {where} {number}: {known}") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, {where} {number}: not JSON: {error}") from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise InputError(f"{path}, {where} {number}: {reason}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}, {where} {number}: no object")
    return value


def _loads(text: str) -> Any:
    """Return a JSON value with its numbers as they are written; NaN and Infinity are not values."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None, object_pairs_hook=_once)


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raises ValueError for a key that it has twice, of which a parser keeps one in silence."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"the key {key!r} appears twice in an object; one of its values would be lost")
        made[key] = value
    return made
