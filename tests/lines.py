"""Lines of prompts and completions, and what a rule says of them."""

from __future__ import annotations

import json

from ftlint_rules import rules as builtin_rules

from ftlint.testing import findings

RULES = {rule.code: rule for rule in builtin_rules()}


def pairs(*records):
    return [json.dumps({"prompt": prompt, "completion": completion}) for prompt, completion in records]


def made(count, prompt="item {i} ->", answers=(" yes", " no")):
    return pairs(*((prompt.format(i=i), answers[i % len(answers)]) for i in range(count)))


def messages(code, lines, **more):
    return [finding.message for finding in findings(RULES[code], lines, **more)]
