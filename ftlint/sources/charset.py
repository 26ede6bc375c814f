"""Files in UTF-16 or UTF-32 instead of UTF-8."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.sources import Source

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Charset:
    """The wide encoding of a file. codec: Python's name of it. broken: what of the file is no text in it, if anything."""

    codec: str
    broken: str | None = None

    @property
    def name(self) -> str:
        """The encoding's name, whatever the order of its bytes."""
        return self.codec[:6].upper()


def codec_of(head: bytes) -> str | None:
    """Return the codec of the wide encoding that a file's first bytes are in, or None."""
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    # Without a byte order mark, the zero bytes of ASCII text give it away.
    sample = head[: len(head) // 4 * 4][:64]
    if len(sample) < 8 or not any(sample):
        return None
    zeros = [not any(sample[place::4]) for place in range(4)]
    if zeros[1:] == [True] * 3:
        return "utf-32-le"
    if zeros[:3] == [True] * 3:
        return "utf-32-be"
    if zeros[1] and zeros[3]:
        return "utf-16-le"
    return "utf-16-be" if zeros[0] and zeros[2] else None


def charset_of(source: Source) -> Charset | None:
    """Return the wide encoding of a source, or None; a source that has one is read to its end."""
    codec = codec_of(source.head(64))
    if codec is None:
        return None
    try:
        for _ in decoded(source, codec):
            pass
    except UnicodeError as error:
        return Charset(codec, str(getattr(error, "reason", error)))
    return Charset(codec)


def decoded(source: Source, codec: str) -> Iterator[str]:
    """Yield the text of a source; raises UnicodeError where its bytes are none."""
    decoder = codecs.getincrementaldecoder(codec)()
    for part in source.parts():
        yield decoder.decode(part)
    yield decoder.decode(b"", final=True)
