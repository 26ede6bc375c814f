"""What is known about a dataset before its records are judged: configured, or inferred from the survey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from msgspec import Struct, field

from ftlint.dialects.keys import NAMING
from ftlint.options import CLASSIFICATION, LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import TypeVar

    from ftlint.targets import Target

    K = TypeVar("K", default=Any)  # a bare `Context` is one of anything
else:
    from typing import TypeVar

    K = TypeVar("K")

Differences = tuple[tuple[str, str | None, str | None], ...]
"""What differs between training and validation file: its name, and the value in each."""


class Context(Struct, Generic[K], frozen=True):
    """What rules may know of a dataset; it travels to worker processes.

    Attributes:
        dialect: The shape of its records.
        target: The model it is for.
        encoding: The tokenizer's name.
        task: `classification`, `generation` or `open-ended`.
        known: What the dialect knows of it, for its own rules.
        given: What the configuration names (`separator`, `stop`, `task`, `dialect`, `target`, `limit`).
        surveyed: How many records the inference rests on.
        recognised: Whether a known dialect has the majority.
        head: In how many first characters nearly all surveyed inputs differ, so that duplicates can be sought by these alone; 0
            where that takes whole texts.
        split: In a validation file, what differs from the training file (`dialect`, or what the dialect compares), as pairs of
            training and validation value.
        naming: Keys that only name a record.
        longest: Bytes of the longest line that is read.
        tokenizer: Folder of the model's tokenizer and chat template; empty: none is known.
        hints: What rules asked the survey, by code.
    """

    dialect: str
    target: Target
    encoding: str
    task: str
    known: K = None  # type: ignore[assignment] # of a dialect that knows nothing
    given: frozenset[str] = frozenset()
    surveyed: int = 0
    recognised: bool = True
    head: int = 0
    split: Differences = ()
    naming: frozenset[str] = NAMING
    longest: int = LONGEST_LINE
    tokenizer: str = ""
    hints: Mapping[str, Any] = field(default_factory=dict)

    @property
    def classification(self) -> bool:
        """Whether answers are labels."""
        return self.task == CLASSIFICATION

    def differs(self, what: str) -> bool:
        """Whether a validation file differs from its training file in `dialect`, or in what its dialect compares."""
        return any(name == what for name, _, _ in self.split)
