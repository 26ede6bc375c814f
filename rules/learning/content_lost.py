"""LRN004."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects import named
from ftlint.rule import Location, bad, chats, good

from ._family import TOY, TemplateRule, rendering_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_OWN = {"tokenizer": TOY}
_THOUGHT = "<think>Low at nine.</think>1.2 metres."


class ContentLost(TemplateRule):
    """The chat template leaves out a text of the record.

    ## Why it matters

    The model never sees the text: a role that the template does not know, the result of a tool, a thought. An answer then follows
    from nothing, and the model learns to invent it.

    ## How to fix

    Use a role that the template knows, or another template. Templates of reasoning models drop the thoughts of all answers but
    the last: make a record of each answer, with what comes before it. The rule requires `--tokenizer DIR`.
    """

    code = "LRN004"
    level = "error"
    message = "the chat template leaves out {lost}{fate}"
    headline = "records have a text that the chat template leaves out"
    detail = "{lost}"
    examples = (
        good(chats([("user", "Tide?"), ("assistant", _THOUGHT)]), options=_OWN),
        bad(chats([("user", "Tide?"), ("tool", "1.2"), ("assistant", "1.2 metres.")]), at=[1], options=_OWN),
        bad(chats([("user", "Tide?"), ("assistant", _THOUGHT), ("user", "Now?"), ("assistant", "High.")]), at=[1], options=_OWN),
    )

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether something is lost."""
        return bool(rendering_of(row, context).lost)

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the first text that is lost."""
        lost = list(rendering_of(row, context).lost)
        more = f", and {len(lost) - 1} more" if len(lost) > 1 else ""
        fate = f"; {context.target.titled} trains without it" if context.target.renderer == "template" else ""
        what = f"the {named(context.dialect).title(lost[0])}, or a part of it{more}"
        return Location(lost[0], args={"lost": what, "fate": fate})
