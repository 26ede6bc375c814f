"""What a repair gives."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.engine.result import DatasetReport
    from ftlint.sources import Source

NoteKind = Literal["chosen", "refused", "undone", "note"]

Files = list[tuple["Source", "Source", "array[int] | None"]]
"""For each original its repaired source, and for each line of that the original's line (None: not comparable)."""


class Note(NamedTuple):
    """What a user is told of a repair, besides numbers."""

    kind: NoteKind
    text: str


class Repaired(Struct):
    """A dataset after its repair.

    Attributes:
        report: What is still found.
        found: How many findings each rule had at first.
        applied: How often each rule repaired.
        notes: What was chosen, what was refused, and what else there is to know of the repair.
        labels, keys: New names by old ones.
    """

    report: DatasetReport
    found: Counter[str]
    applied: Counter[str] = field(default_factory=Counter)
    notes: dict[Note, None] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    files: Files = field(default_factory=list)

    def note(self, kind: NoteKind, text: str) -> None:
        """Keep a note, once."""
        self.notes[Note(kind, text)] = None

    def close(self) -> None:
        """Delete the repaired files; the originals stay, for whoever has them."""
        for original, source, _ in self.files:
            if source is not original:
                source.close()


def composed(first: array[int] | None, second: Sequence[int] | None) -> array[int] | None:
    """Return the lines that lines of the newest file come from in the original."""
    if first is None or second is None:
        return None
    return array("Q", (first[line] for line in second))


def close_all(files: Files, keep: Files) -> None:
    """Delete the temporary files of these that are not among those to keep, nor an original."""
    kept = {id(source) for entry in keep for source in entry[:2]}
    for _, source, _ in files:
        if id(source) not in kept:
            source.close()
