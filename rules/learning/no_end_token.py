"""LRN005."""

from __future__ import annotations

from ftlint.rule import bad, chats, good

from ._family import TOY, OnceRule

_WITH_TOOLS = (
    '{"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": "High."}], '
    '"tools": [{"type": "function", "function": {"name": "tide"}}]}'
)


class NoEndToken(OnceRule):
    """The model does not learn where an answer ends.

    ## Why it matters

    No end token is learned, because the template writes none after an answer, or the mask leaves it out. The model then writes on
    until the limit of the request.

    ## How to fix

    Use a template that ends each answer with the end token, and name that token in `tokenizer_config.json` (`eos_token`). The
    rule requires `--tokenizer DIR`.
    """

    code = "LRN005"
    level = "warning"
    fault = "no-end"
    message = "no end token is learned, in {count:,} of {records:,} records: the model does not learn to stop"
    headline = "records teach no end token"
    examples = (
        good(chats([("user", "Tide?"), ("assistant", "High.")]), options={"tokenizer": TOY}),
        bad([_WITH_TOOLS], at=[1], options={"tokenizer": TOY}),
    )
