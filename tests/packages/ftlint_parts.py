"""Somebody else's package: a format of reports, an engine and a tokenizer."""

from __future__ import annotations

from ftlint.engine.base import Engine
from ftlint.report.formats import Format


def _lines(report, style):
    yield f"{sum(report.counts.values())} findings"


COUNT = Format("count", _lines)


class Backwards(Engine):
    """Works on the last item first, and gives back all in order."""

    def map(self, work, shared, items):
        results = [work(shared, item) for item in reversed(list(items))]
        return iter(reversed(results))


def backwards(jobs, size):
    """Return the engine."""
    return Backwards()


class Letters:
    """A tokenizer to which every character is a token."""

    name = "letters"
    special = ("<end>",)

    def count(self, text, enough=None):
        return len(text)

    def counts(self, texts):
        return [len(text) for text in texts]

    def encode(self, text):
        return [ord(character) for character in text]

    def decode(self, ids):
        return "".join(map(chr, ids))

    def offsets(self, text):
        return list(range(len(text)))

    def pieces(self, text):
        return [character.encode() for character in text]


def three(*_):
    """Return what is neither an engine nor a tokenizer."""
    return 3


def _fails(report, style):
    raise KeyError("no such key")
    yield ""


BROKEN = Format("broken", _fails)
