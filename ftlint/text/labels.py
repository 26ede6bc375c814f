"""Labels: which are variants of one another, and when completions are labels at all."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

from ftlint.text import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CLOSING = ".,;:!?。，、；：！？…"

_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:[.,][0-9]{1,15})?%?")
_INTEGER = re.compile(r"[0-9]{1,15}")

NULLS = ("nan", "NaN", "NAN", "None", "none", "NONE", "null", "Null", "NULL", "undefined", "N/A", "n/a", "<NA>", "NaT", "#N/A")
"""Words that exports write for a missing value."""

MOST_LABELS = 1000
MOST_TOKENS = 10
MOST_CHARACTERS = 40
"""The median label of a classification set has at most so many of one or the other."""


def variant_key(label: str) -> str:
    """Return what a label shares with its variants: without case, white space, Unicode form and closing punctuation."""
    folded = "".join(unicodedata.normalize("NFKC", label).casefold().split())
    return folded.rstrip(_CLOSING) or folded


def variants(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the commoner form for each label that is a variant of one; counts are in the order of first sight."""
    common: dict[str, str] = {}
    for label in sorted(counts, key=lambda label: -counts[label]):  # stable: at a tie the one seen first
        common.setdefault(variant_key(label), label)
    return {label: form for label in counts if (form := common[variant_key(label)]) != label}


def merged(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts with each variant counted as its commoner form."""
    form = variants(counts)
    totals: dict[str, int] = {}
    for label, count in counts.items():
        totals[form.get(label, label)] = totals.get(form.get(label, label), 0) + count
    return totals


def as_seen(label: str) -> str:
    """Return a label as the model will see it: one space, then the label."""
    return f" {label}"


def _are_values(labels: Sequence[str], records: int) -> bool:
    """Whether completions are values rather than names of classes: JSON arrays and objects, or numbers that measure something.

    Numbers are names where there are ten at most, or where they are integers that leave few out and repeat ten times each.
    """
    if 2 * sum(_is_structured(label) for label in labels) > len(labels):
        return True
    numbers = [label for label in labels if _NUMBER.fullmatch(label)]
    if len(labels) <= 10 or 2 * len(numbers) <= len(labels):
        return False
    whole = [int(number) for number in numbers if _INTEGER.fullmatch(number)]
    return len(whole) < len(numbers) or max(whole) - min(whole) >= 2 * len(whole) or records < 10 * len(labels)


def _is_structured(label: str) -> bool:
    if label[:1] not in {"[", "{"}:
        return False
    try:
        json.loads(label)
    except (ValueError, RecursionError):
        return False
    return True


def repeat(completions: Sequence[str], encoding: str) -> bool:
    """Whether completions repeat as labels do: few distinct ones, and short.

    At most 20 % of the records are distinct (below 100 records: half), at most 1,000, the median record's of ten tokens or
    fewer, or of so many characters as ten tokens of English have: in other scripts a word is many tokens of old vocabularies.
    """
    distinct = {variant_key(completion): completion for completion in dict.fromkeys(completions)}
    most = len(completions) // 2 if len(completions) < 100 else len(completions) // 5
    if not distinct or len(distinct) > min(most, MOST_LABELS) or _are_values(list(distinct), len(completions)):
        return False
    # Half of the records say what the rest is; a few long ones may be junk.
    typical = sorted(completions, key=len)[(len(completions) - 1) // 2]
    return len(typical) <= MOST_CHARACTERS or (
        len(typical) <= 40 * MOST_TOKENS and tokens.count(as_seen(typical), encoding) <= MOST_TOKENS
    )
