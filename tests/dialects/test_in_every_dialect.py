"""The examples of rules, written in every shape of records that the rules claim: the same is found, and repaired."""

from __future__ import annotations

import json

import pytest
from ftlint_rules import rules as builtin_rules

from ftlint.dialects import known
from ftlint.dialects.conversation import ConversationDialect
from ftlint.rule import DatasetRule
from ftlint.testing import findings, fixed
from ftlint.text.words import as_json

OTHERS = {
    "SHP004": "it is about records of several shapes",
    "SPL003": "its example has another stop in the validation file",
    "SIZ001": "its example has as many records as davinci needs",
}
"""Rules whose examples are of one shape alone, and why."""


def conversations():
    """Return the dialects whose records are one list of messages under a key, with roles."""
    for dialect in known():
        if isinstance(dialect, ConversationDialect) and len(dialect.forms) == 1 and "messages" in dialect.capabilities:
            lists = [field for field in dialect.forms[0].fields if field.needed]
            if len(lists) == 1 and "/" not in lists[0].path and not lists[0].role and not dialect.forms[0].also:
                yield dialect, lists[0].path


def turns_of(line):
    """Return the roles and contents of a plain conversation, or of a prompt and its completion; None for anything else."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    # What another spelling of JSON loses is about the line, not about the record.
    if not isinstance(record, dict) or as_json(record) != line:
        return None
    if record.keys() == {"prompt", "completion"} and all(isinstance(text, str) for text in record.values()):
        # Separators are what conversations have instead of roles.
        return [("user", record["prompt"].removesuffix(" ->")), ("assistant", record["completion"].removeprefix(" "))]
    if record.keys() != {"messages"} or not isinstance(record["messages"], list):
        return None
    messages = record["messages"]
    if any(not isinstance(one, dict) or one.keys() != {"role", "content"} for one in messages):
        return None
    turns = [(one["role"], one["content"]) for one in messages]
    return turns if all(isinstance(text, str) for turn in turns for text in turn) else None


def rendered(line, dialect, path):
    turns = turns_of(line)
    messages = [
        {dialect.role: dialect.spelled(role), dialect.content: text if dialect.typed else [{"text": text}]}
        for role, text in turns
    ]
    return json.dumps({path: messages}, ensure_ascii=False)


def cases():
    for rule in builtin_rules():
        for number, example in enumerate(rule.examples):
            lines = [*example.lines, *example.valid, *(example.fixed or ())]
            options = example.options.keys() - {"task", "rules"}
            plain = all(turns_of(line) is not None for line in lines) and not options and example.end == "\n"
            # Of a prompt and a completion the rules about endings, and the space before one, say nothing in conversations.
            if not plain or rule.dialects is not None or rule.convention or rule.code in OTHERS:
                continue
            for dialect, path in conversations():
                roles = {role for line in lines for role, _ in turns_of(line)}
                if set(rule.requires) <= dialect.capabilities and roles <= {
                    *(dialect.roles or {}).values(),
                    *(roles if not dialect.roles else ()),
                }:
                    yield pytest.param(rule, example, dialect, path, id=f"{rule.code}-{number}-{dialect.name}")


@pytest.mark.parametrize(("rule", "example", "dialect", "path"), [*cases()])
def test_an_example_is_found_and_repaired_in_every_shape(rule, example, dialect, path):
    lines, valid, wanted = (
        [rendered(line, dialect, path) for line in some] for some in (example.lines, example.valid, example.fixed or ())
    )
    options = {**example.options, "dialect": dialect.name}
    found = findings(rule, lines, valid=valid, options=options)
    assert [one.line for one in found] == list(example.at)
    if example.fixed is not None:
        assert [json.loads(line) for line in fixed(rule, lines, valid=valid, options=options)] == [*map(json.loads, wanted)]
    for one in found:
        if one.pointer and not issubclass(rule, DatasetRule):
            assert one.pointer.split("/")[1] == path
