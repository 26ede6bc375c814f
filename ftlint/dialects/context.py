"""What is known about a dataset before its records are judged: configured, or inferred from the survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.targets import Target
    from ftlint.text.marks import Ending

Differences = tuple[tuple[str, str | None, str | None], ...]
"""What differs between training and validation file: its name, and the value in each."""

CLASSIFICATION, GENERATION, OPEN_ENDED = TASKS = ("classification", "generation", "open-ended")


@dataclass(frozen=True)
class Wishes:
    """What the configuration says of a dataset; None is inferred.

    records: how many are surveyed. share: the majority that a separator or stop needs. own: the user's own targets.
    """

    target: str | None = None
    encoding: str | None = None
    dialect: str | None = None
    task: str | None = None
    separator: str | None = None
    stop: str | None = None
    records: int = 10_000
    share: float = 0.8
    own: Mapping[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Context:
    """What rules may know of a dataset; it travels to worker processes.

    dialect: the shape of its records. target: the model it is for. encoding: the tokenizer's name.
    task: `classification`, `generation` or `open-ended`. separator, stop: None where there is none.
    rivals: two to five separators that compete where none has the majority. given: what the configuration names
    (`separator`, `stop`, `task`, `dialect`). surveyed: how many records the inference rests on.
    placeholders: template placeholders seen in the survey. shared: what all surveyed bodies and all surveyed completions
    start with; no more than that can be shared by all. heads_differ: whether nearly all surveyed bodies differ in
    their first characters, so that duplicates can be sought by these alone. leaks: whether labels stand in most
    surveyed bodies. unspaced: whether ten or more were surveyed, and none of their completions starts with white space.
    recognised: whether a known dialect has the majority. split: in a validation file, what differs from the training
    file (`separator`, `stop`, `dialect`), as pairs of training and validation value.
    """

    dialect: str
    target: Target
    encoding: str
    task: str
    separator: Ending | None = None
    stop: Ending | None = None
    rivals: tuple[Ending, ...] = ()
    given: frozenset[str] = frozenset()
    surveyed: int = 0
    placeholders: tuple[str, ...] = ()
    shared: tuple[str, str] = ("", "")
    heads_differ: bool = False
    leaks: bool = False
    unspaced: bool = False
    recognised: bool = True
    split: Differences = ()

    @property
    def classification(self) -> bool:
        """Whether completions are labels."""
        return self.task == CLASSIFICATION

    def differs(self, what: str) -> bool:
        """Whether a validation file differs from its training file in `separator`, `stop` or `dialect`."""
        return any(name == what for name, _, _ in self.split)
