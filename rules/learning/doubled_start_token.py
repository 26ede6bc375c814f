"""LRN006."""

from __future__ import annotations

from ftlint.rule import bad, good

from ._family import TOY, OnceRule


class DoubledStartToken(OnceRule):
    """The text begins with the start token, and the tokenizer adds another one.

    ## Why it matters

    The model learns a beginning that no request has.

    ## How to fix

    Remove the start token from the texts; the tokenizer adds it. The rule requires `--tokenizer DIR`.
    """

    code = "LRN006"
    level = "warning"
    fault = "two-starts"
    message = "{count:,} of {records:,} texts begin with the start token, and the tokenizer adds another one"
    headline = "texts get two start tokens"
    examples = (
        good(['{"text": "The tide is high."}'], options={"tokenizer": TOY}),
        bad(['{"text": "<|start|>The tide is high."}'], at=[1], options={"tokenizer": TOY}),
    )
