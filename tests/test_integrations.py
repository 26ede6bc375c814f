"""What other libraries see of ftlint."""

from __future__ import annotations

import pandera.errors
import polars as pl
import pytest

import ftlint

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def test_a_pandera_schema():
    rows = [{"prompt": f"mail {i}\n\n###\n\n", "completion": " spam" if i % 2 else " fine"} for i in range(50)]
    schema = ftlint.integrations.pandera.schema("prompt-completion", separator="\n\n###\n\n")
    schema.validate(pl.DataFrame(rows), lazy=True)
    rows[7]["completion"] = "spam"
    rows[9]["prompt"] = "mail 9"
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        schema.validate(pl.DataFrame(rows), lazy=True)
    failed = str(caught.value.failure_cases.get_column("check").to_list())
    assert "missing-separator" in failed
    assert "missing-leading-space" in failed
    assert "trailing-space" not in failed
    selected = ftlint.integrations.pandera.schema(separator="\n\n###\n\n", select=["TXT"])
    selected.validate(pl.DataFrame(rows), lazy=True)
    with pytest.raises(pandera.errors.SchemaErrors):
        selected.validate(pl.DataFrame({"prompt": ["a"], "completion": [1]}), lazy=True)


def test_what_has_no_schema_is_said():
    with pytest.raises(ftlint.UsageError, match="no schema for the dialect 'chat'"):
        ftlint.integrations.pandera.schema("chat")
