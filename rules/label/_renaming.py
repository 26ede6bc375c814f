"""Labels renamed to single tokens, each with a different first token."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from ftlint.dialects import named
from ftlint.rule.fixes import Fix
from ftlint.text import tokens
from ftlint.text.labels import NULLS, as_seen, merged, variant_key, variants
from ftlint.text.marks import CLOSING_WORDS
from ftlint.text.tokens.openai import ENCODINGS, single_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.rule.fixes import FixContext, Row

_LONGEST = 20
"""Number of characters of a label that are searched for a name."""


def renaming(fix_context: FixContext, table: Mapping[str, str]) -> Fix:
    """Return the repair that renames labels in all files: by the table, and by choice where it has none.

    Variants of a label take its new name. One space is before the label, and the stop after it.
    """
    context = fix_context.dataset
    names = dict(table) or _chosen(list(merged(fix_context.labels)), context.encoding)
    for label, form in variants(fix_context.labels).items():
        if form in names:
            names.setdefault(label, names[form])

    def change(row: Row) -> Mapping[str, str] | None:
        label: str = row["answer"]
        name = names.get(label, label)
        return named(context.dialect).with_answer(row, name, context.known) if name != label else None

    new = {label: name for label, name in names.items() if label != name}
    listed = json.dumps(dict(list(new.items())[:20]), ensure_ascii=False)
    listed += f" and {len(new) - 20:,} more" if len(new) > 20 else ""
    return Fix.rewrite(change, scope="dataset", note=f"labels are renamed: {listed}", labels=new)


def _chosen(labels: list[str], encoding: str) -> dict[str, str]:
    """Return a single token for each label; those that are one, and start as no other does, stay.

    A label gets a word of its own, or the start of one, where that is a token that no other has; else a number, a letter
    or a common word. Where all are taken it keeps its name.
    """
    names = {label: label for label in labels if tokens.count(as_seen(label), encoding) == 1}
    # Names that differ in case alone would be variants of one label; others would be taken for a missing value or a stop.
    taken = {variant_key(name) for name in (*names.values(), *NULLS, *CLOSING_WORDS)}
    others = single_words(encoding) if encoding in ENCODINGS else iter(())
    for label in labels:
        if label not in names:
            own = (name for name in _own(label) if tokens.count(as_seen(name), encoding) == 1)
            names[label] = next((name for name in chain(own, others) if variant_key(name) not in taken), label)
            taken.add(variant_key(names[label]))
    return {label: names[label] for label in labels}


def _own(label: str) -> Iterator[str]:
    """Yield names that a label suggests: its words, then its first letters."""
    start = label[:_LONGEST]
    yield from start.split()[:8]
    yield from (start[:length] for length in range(len(start) - 1, 0, -1))
