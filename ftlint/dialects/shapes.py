"""Dialects that are recognised, so that their keys are known, and nothing else of them yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects.base import WRONG_TYPE, Dialect, Fault
from ftlint.dialects.kinds import LIST, fits, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.kinds import Signature


class Recognised(Dialect[None]):
    """A dialect of which one list is known by its key. optional: keys that a record may have besides."""

    nothing = None

    def __init__(self, name: str, key: str, optional: str) -> None:
        self.name, self.key = name, key
        self.shapes = (frozenset({key}),)
        self.optional = frozenset(optional.split())

    def knows(self, signature: Signature) -> tuple[int, bool]:
        """Return how many keys of an object are this dialect's; what has other types is another dialect's."""
        count, _ = super().knows(signature)
        return (count, True) if count and fits(dict(signature)[self.key], (LIST,)) else (0, False)

    def faults(self, value: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield what is not a list; nothing for a record."""
        if not kind_of(self.key, value[self.key]).startswith(LIST):
            yield Fault(WRONG_TYPE, f"/{self.key}", "an array")


DIALECTS = (
    Recognised("interactions", "interactions", "tools available_tools system_prompt only_last"),  # mistral-finetune
    Recognised("segments", "segments", ""),  # axolotl 0.19, input_output
    Recognised("tokens", "input_ids", "labels attention_mask position_ids token_type_ids"),  # TRL 1.16, axolotl, Together
)
