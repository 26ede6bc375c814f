"""LRN007."""

from __future__ import annotations

from ftlint.rule import bad, chats, good

from ._family import TOY, OnceRule

_OWN = {"tokenizer": TOY, "target": "mlx", "learns": "last"}
_MORE = (("user", "And now?"), ("assistant", "Low."))


class PrefixUnstable(OnceRule):
    """The template rewrites earlier turns, and the target finds answers by prefixes.

    ## Why it matters

    The target renders the conversation up to an answer, and learns what comes after it. If the template writes these turns
    differently in the whole conversation, other tokens are learned than the answer.

    ## How to fix

    Make a record of each answer, with what comes before it, or use a trainer that finds answers in another way. The rule requires
    `--tokenizer DIR`.
    """

    code = "LRN007"
    level = "info"
    fault = "unstable"
    message = "the template rewrites earlier turns in {count:,} of {records:,} records, and {target} finds answers by prefixes"
    headline = "records are rewritten by the template"
    examples = (
        good(chats([("user", "Tide?"), ("assistant", "High.")]), options=_OWN),
        bad(chats([("user", "Tide?"), ("assistant", "<think>Now.</think>High."), *_MORE]), at=[1], options=_OWN),
    )
