"""CHT010."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ftlint.metrics import Block, Metric, numbers
from ftlint.metrics.parts import first_line, total
from ftlint.rule import DatasetRule, Violations, bad, chats, good
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_PART = 5
"""One in so many conversations may differ in having a system message; more are another kind of data."""


class SystemMessages(Metric):
    """Number of conversations with and without a system message at the start, and the first line of each kind."""

    having: int = total()
    lacking: int = total()
    first_having: int | None = first_line()
    first_lacking: int | None = first_line()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        lacks = block.frame.get_column("system").is_null()
        lines = block.frame.get_column("line")
        self.lacking, self.having = int(lacks.sum()), len(lacks) - int(lacks.sum())
        self.first_lacking = lines.filter(lacks).first() if self.lacking else None  # type: ignore[assignment] # a number of a line
        self.first_having = lines.filter(~lacks).first() if self.having else None  # type: ignore[assignment] # likewise


class SomeSystem(DatasetRule):
    """A few conversations begin with a system message and most do not, or the other way round.

    ## Why it matters

    Requests either have a system message or have none. The model learns little for the case that few records show. Some
    templates insert a default system message if there is none.

    ## How to fix

    Give all conversations the system message that requests will have, or none.
    """

    code = "CHT010"
    level = "info"
    requires: ClassVar[tuple[str, ...]] = ("messages",)
    metrics = (SystemMessages,)
    once = True
    message = "{few} of {whole} {what}, all others {rest}"
    headline = "conversations differ from most in having a system message"
    examples = (
        good(chats(*[[("system", "Be brief."), ("user", f"{i}?"), ("assistant", "Yes.")] for i in range(6)])),
        bad(
            chats(
                *[[("user", f"{i}?"), ("assistant", "Yes.")] for i in range(6)],
                [("system", "Be brief."), ("user", "7?"), ("assistant", "Yes.")],
            ),
            at=[7],
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the first of the few, once."""
        result = gathered.get(SystemMessages)
        few, first = min((result.having, result.first_having), (result.lacking, result.first_lacking), key=lambda kind: kind[0])
        whole = result.having + result.lacking
        if not few or _PART * few > whole or first is None:
            return
        has, has_not = "a system message", "none"
        what, rest = (f"have {has}", f"have {has_not}") if few == result.having else ("have no system message", "have one")
        args = {"few": f"{few:,}", "whole": numbered(whole, "conversation"), "what": what, "rest": rest}
        yield Violations(self.level, numbers([first]), args, affects=few)
