"""What other libraries see of ftlint."""

from __future__ import annotations

import subprocess
import sys

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
    with pytest.raises(ftlint.UsageError, match="no schema for the dialect 'segments'"):
        ftlint.integrations.pandera.schema("segments")


def test_an_iterable_of_records_is_not_held_in_memory():
    """What many records take is what a file of them takes, not what a list of them would."""
    script = """
import resource, sys, ftlint
def records(number):
    for i in range(number):
        yield {"prompt": f"item {i} " + "of some length " * 40 + "->", "completion": " yes" if i % 2 else " no"}
ftlint.check(records(1_000))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = ftlint.check(records(200_000), select=["SEP", "SHP", "SIZ"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, report.survey.known.separator.text)
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    grown, separator = result.stdout.split(maxsplit=1)
    assert int(grown) < 120_000  # KiB; the records alone are 130 MB as text, and several times that as objects
    assert separator == "->\n"


def test_an_iterable_that_fails_leaves_nothing():
    def records():
        yield {"prompt": "a ->", "completion": " b"}
        raise RuntimeError("the source is gone")

    with pytest.raises(RuntimeError, match="the source is gone"):
        ftlint.check(records())
    with pytest.raises(ftlint.InputError, match="record 2 cannot be written as JSON"):
        ftlint.check([{"prompt": "a ->", "completion": " b"}, {"prompt": object()}])
    assert ftlint.check(iter([])).counts == {"FIL005": 1}
