"""Whatever a caller has as sources: paths, file objects, bytes, records, frames, datasets of Hugging Face's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain, islice
from os import PathLike, fspath
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ftlint.errors import InputError
from ftlint.sources.frames import frame_of, rows_of
from ftlint.sources.memory import Split, as_line, as_object
from ftlint.sources.opening import open_source, temporary_source
from ftlint.sources.source import FRAME_NAME, RECORDS_NAME, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def sources_of(data: Any) -> list[Source]:
    """Return the sources of data; raises InputError for what is none, or cannot be read."""
    if isinstance(data, str) and data.lstrip()[:1] in {"{", "["} and not Path(data).exists():
        raise InputError("data is a string of JSON; pass records as dicts, lines of JSON as bytes or a file object")
    if isinstance(data, Source):
        return [data]
    if isinstance(data, (str, PathLike)):
        return [open_source(fspath(data))]
    if isinstance(data, (bytes, bytearray, memoryview)):
        return [Source("<bytes>", len(data), bytes(data))]
    if hasattr(data, "read"):
        content = data.read()
        content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        return [Source(str(getattr(data, "name", "<stream>")), len(content), content)]
    frame = None if isinstance(data, Split) else frame_of(data)
    return _of_records(data) if frame is None else [of_lines(FRAME_NAME, lines_of(rows_of(frame), of_frame=True))]


def lines_of(records: Sequence[Any], *, of_frame: bool) -> list[bytes]:
    """Return records as lines; of a frame also those with values that JSON does not have, which come back as they are."""
    return [as_line(record, number, as_object if of_frame else None) for number, record in enumerate(records, 1)]


def of_lines(name: str, lines: Sequence[bytes]) -> Source:
    """Return the source of lines in memory."""
    content = b"".join(lines)
    return Source(name, len(content), content)


def on_disk(sources: Iterable[Source]) -> list[Source]:
    """Return sources that other processes can read, without being sent their bytes."""
    return [source if source.data is None else temporary_source(source.path, partial(_write, source.data)) for source in sources]


def _write(data: bytes, out: IO[bytes]) -> None:
    out.write(data)


def _of_records(data: Any) -> list[Source]:
    """Return the sources of records, or of paths or splits, that come one by one."""
    if isinstance(data, Split):
        return [temporary_source(data.name, partial(_write_lines, data.records))]
    if isinstance(data, Mapping) or not hasattr(data, "__iter__"):
        kind = "a single record" if isinstance(data, Mapping) else "None" if data is None else f"a {type(data).__name__}"
        raise InputError(f"data is {kind}; it should be a path, a file object, an iterable of dicts, or a frame")
    items = iter(data)
    first = list(islice(items, 1))
    if first and isinstance(first[0], (Split, str, PathLike)):
        return [source for item in chain(first, items) for source in sources_of(item)]
    # There may be more records than memory holds: they go to a file as they come.
    return [temporary_source(RECORDS_NAME, partial(_write_lines, chain(first, items)))]


def _write_lines(records: Iterable[Any], out: IO[bytes]) -> None:
    for number, record in enumerate(records, 1):
        out.write(as_line(record, number))
