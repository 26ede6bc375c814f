"""LRN003."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ftlint.dialects import named
from ftlint.dialects.base import INPUT
from ftlint.rule import Location, bad, chats, good

from ._family import TOY, TemplateRule, rendering_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Level
    from ftlint.rule.fixes import Row

_OWN = {"tokenizer": TOY}


class TemplateRefuses(TemplateRule):
    """The chat template raises an error for the record.

    ## Why it matters

    The run ends at this record, often after the model was loaded and most of the data was read.

    ## How to fix

    Change the record as the message says: move the text of a system message into the first question, alternate user and
    assistant, or write the arguments of calls as the template expects them. The rule requires `--tokenizer DIR`.
    """

    code = "LRN003"
    level = "error"
    message = "the chat template refuses the record: {error}{fate}"
    headline = "records are refused by the chat template"
    detail = "{error}"
    symptoms: ClassVar[Mapping[str, str]] = {
        "System role not supported": "chat templates, as Gemma's",
        "Conversation roles must alternate": "chat templates, as Llama 2's and Mistral's",
    }
    examples = (
        good(chats([("user", "Tide?"), ("assistant", "1.2 metres.")]), options=_OWN),
        bad(chats([("system", "Be brief."), ("user", "Tide?"), ("assistant", "1.2 metres.")]), at=[1], options=_OWN),
    )

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether the template raises."""
        return rendering_of(row, context).error is not None

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Give the words of the template."""
        rendering = rendering_of(row, context)
        ends = context.target.renderer == "template"
        args = {"error": rendering.error or "", "fate": f"; {context.target.titled} ends the run" if ends else ""}
        return Location(named(context.dialect).pointer(INPUT, row), args=args)
