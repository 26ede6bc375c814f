"""Labels: variants, and when completions are labels."""

from __future__ import annotations

import pytest

from ftlint.text.labels import merged, repeat, variants


def test_variants():
    counts = {"yes": 5, "Yes": 2, "no": 3, "no.": 3, ":)": 2, ":(": 2}
    assert variants(counts) == {"Yes": "yes", "no.": "no"}
    assert merged(counts) == {"yes": 7, "no": 6, ":)": 2, ":(": 2}


def test_when_completions_are_labels():
    assert repeat(["yes", "no"] * 50, "r50k_base")
    assert not repeat([f"answer {i}" for i in range(100)], "r50k_base")
    assert repeat([f"label {i % 20}" for i in range(100)], "r50k_base")
    assert not repeat([f"label {i % 21}" for i in range(100)], "r50k_base")
    assert repeat(["yes", "no"] * 2, "r50k_base")
    assert not repeat(["a very long answer, which no label is, of many words and more than ten tokens"] * 50, "r50k_base")


@pytest.mark.parametrize(
    ("completions", "labels"),
    [
        ([f'["a{i % 164}", "b"]' for i in range(1000)], False),
        ([f'{{"a": {i % 164}}}' for i in range(1000)], False),
        ([f"{i % 164}.{i % 10}" for i in range(1000)], False),
        ([str(i * 37 % 164 * 9) for i in range(1000)], False),
        ([str(i % 77) for i in range(1000)], True),
        ([str(i % 5 + 1) for i in range(1000)], True),
        ([f"{i % 10 / 2}" for i in range(1000)], True),
        ([f"[{i % 164}" for i in range(1000)], True),
    ],
)
def test_values_are_no_labels(completions, labels):
    assert repeat(completions, "r50k_base") is labels
