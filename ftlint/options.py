"""What the configuration says of a dataset. Light: it is needed before anything heavy is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSIFICATION, GENERATION, OPEN_ENDED = TASKS = ("classification", "generation", "open-ended")

LEARNED = ("all", "completion", "assistant", "last")
"""What of a record is learned: everything, the completion, every answer, or the last one."""

LONGEST_LINE = 16 << 20
"""Bytes of the longest line that is read by default. To look at a record takes up to twenty times its bytes of memory."""


class DatasetOptions(Struct, frozen=True):
    """What the configuration says of a dataset; None is inferred.

    Attributes:
        records: How many are surveyed.
        share: The majority that a separator or stop needs.
        own: The user's own targets.
        naming: Keys that only name a record; None: those that are known.
        like: A file of inputs as they will come in use.
        against: Files of evaluation sets, which must not be in the training data.
        longest: Bytes of the longest line that is read.
        tokenizer: Folder of the model's tokenizer and chat template.
        limit: The most tokens of a record that are trained on, where it is not the target's own.
        learns: What is learned, where it is not what the target learns.
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
    naming: frozenset[str] | None = None
    like: str | None = None
    against: tuple[str, ...] = ()
    longest: int = LONGEST_LINE
    tokenizer: str | None = None
    limit: int | None = None
    learns: str | None = None
