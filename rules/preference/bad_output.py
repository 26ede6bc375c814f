"""PRF002."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.dialects.conversation import conversation_of
from ftlint.dialects.turns import REJECTED
from ftlint.rule import Location, bad, good

from ._family import PairRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_OWN = {"target": "mine", "targets": {"mine": {"dialects": ["preference"], "outputs": 1}}}
_PAIR = (
    '{{"input": {{"messages": [{{"role": "user", "content": "Tide?"}}]}}, "preferred_output": [{{"role": "assistant", '
    '"content": "High."}}], "non_preferred_output": [{{"role": "{}", "content": "Low."}}]}}'
)


class BadOutput(PairRule):
    """An answer of a pair is not exactly one assistant message, as the target requires.

    ## Why it matters

    The service refuses the file.

    ## How to fix

    Write each answer as one assistant message.
    """

    code = "PRF002"
    level = "error"
    message = "the {which} answer {problem}; {target} requires one assistant message"
    headline = "pairs have an answer that is not one assistant message"
    examples = (good([_PAIR.format("assistant")], options=_OWN), bad([_PAIR.format("user")], at=[1], options=_OWN))

    def applies(self, context: Context) -> bool:
        """Be silent where the target does not say how many messages it wants."""
        return super().applies(context) and bool(context.target.outputs)

    def violates(self, context: Context) -> pl.Expr:
        """Return the pairs; how many messages an answer has is counted one by one."""
        return pl.col(REJECTED).is_not_null()

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether an answer is not as many messages of the assistant as are wanted."""
        return _wrong(row, context) is not None

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the answer."""
        result = _wrong(row, context)
        if result is None:
            return Location()
        which, problem, pointer = result
        return Location(pointer, args={"which": which, "problem": problem, "target": context.target.name})


def _wrong(row: Mapping[str, Any], context: Context) -> tuple[str, str, str] | None:
    """Return which answer of a pair is wrong, why, and where it is."""
    turns = conversation_of(context).turns(row["value"])
    fields = list(dict.fromkeys(turn.field for turn in turns))[-2:]
    for which, field in zip(("preferred", "rejected"), fields, strict=False):
        own = [turn for turn in turns if turn.field == field]
        if len(own) > context.target.outputs:
            return which, f"has {len(own)} messages", f"/{field.path}"
        if other := next((turn for turn in own if turn.role != "assistant"), None):
            return which, f'has the role "{other.named}"', other.at
    return None
