"""A Hugging Face dataset that becomes conversations by `map`, and is checked as it streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ftlint

if TYPE_CHECKING:
    from datasets import Dataset


def conversation(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with `question` and `answer` as a conversation."""
    turns = [("system", "Answer in one sentence."), ("user", row["question"]), ("assistant", row["answer"])]
    return {"messages": [{"role": role, "content": text} for role, text in turns]}


def conversations(rows: Dataset) -> Dataset:
    """Return rows as conversations; raises ftlint.FindingsError where these are not fit to train on."""
    made = rows.map(conversation, remove_columns=rows.column_names)
    ftlint.integrations.huggingface.check(made, target="gpt-4o-mini", fail_on="error").raise_for_findings()
    return made
