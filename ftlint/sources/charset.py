"""Files in another character set than UTF-8: UTF-16 and UTF-32 tell themselves, others can only be proposed."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.sources.source import Source

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Charset(Struct, frozen=True):
    """The wide encoding of a file. codec: Python's name of it. broken: what of the file is not text in it, if anything."""

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
    zeros = [not any(sample[index::4]) for index in range(4)]
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


_WESTERN = ("cp1252", "mac_roman", "cp1250", "cp1251", "gb18030", "shift_jis", "euc_kr", "big5")
"""What is proposed first where it is likely, and named where several read the same; the rest in the order of likelihood."""

_PROPOSED = 4
"""Character sets that are proposed at most."""

_WORD = re.compile(rb"[^\s,;:\"'(){}\[\]<>]*[\x80-\xff][^\s,;:\"'(){}\[\]<>]*")


_CONTROLS = re.compile("[\x80-\x9f]")
"""What nobody writes: where bytes read so, they are of another character set."""


def candidates(data: bytes) -> dict[str, str]:
    """Return the character sets that bytes may be in, western ones first, each with a word as it reads in it.

    What reads the same is named once. All of them can be wrong: only who knows the language can tell.
    """
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only where something is not UTF-8

    data = data[: data.rfind(b"\n") + 1] or data
    likely = dict.fromkeys(name for match in from_bytes(data) for name in match.could_be_from_charset if name != "ascii")
    rank = {name: index for index, name in enumerate(_WESTERN)}
    names = sorted(likely, key=lambda name: rank.get(name, len(rank)))
    texts: dict[str, str] = {}
    for name in names:
        text = _read(data, name)
        if text is not None and text not in texts.values() and not _CONTROLS.search(text):
            texts[name] = text
    kept = list(texts)[:_PROPOSED]
    words = _telling(data, kept)
    return {name: " ".join(_read(word, name) or "" for word in words) for name in kept}


def _telling(data: bytes, names: list[str]) -> list[bytes]:
    """Return a word that reads most differently in these character sets, and one more where that does not tell all of them."""
    words = list(dict.fromkeys(_WORD.findall(data)[:500]))

    def differing(*some: bytes) -> tuple[int, int]:
        read = {tuple(_read(word, name) for word in some) for name in names}
        return len(read), -abs(len(some[-1]) - 10)  # neither too short nor too long to read

    if not words:
        return []
    first = max(words, key=differing)
    second = max(words, key=lambda word: differing(first, word))
    return [first] if differing(first)[0] == differing(first, second)[0] else [first, second]


def _read(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError):
        return None


def described(data: bytes) -> str:
    """Return a sentence about the character sets that bytes may be in."""
    results = candidates(data)
    if not results:
        return "name its character set with --charset"
    listed = ", ".join(f"--charset {name} ({word!r})" for name, word in results.items())
    return f"one that may be right: {listed}" if len(results) == 1 else f"take the one that reads right: {listed}"
