"""Labels renamed to single tokens, each with another first token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ftlint import tokens
from ftlint.fixes import Rewrite
from ftlint.labels import as_seen, merged, variants
from ftlint.marks import without

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.fixes import Situation


def renaming(situation: Situation, table: Mapping[str, str]) -> Rewrite:
    """Return the repair that renames labels in all files: by the table, and by choice where it has none.

    Variants of a label take its new name. One space stands before the label, and the stop after it.
    """
    context = situation.context
    names = dict(table) or _chosen(list(merged(situation.labels)), context.encoding)
    for label, form in variants(situation.labels).items():
        if form in names:
            names.setdefault(label, names[form])
    stop = context.stop.text if context.stop else ""

    def change(texts: Mapping[str, str]) -> Mapping[str, str] | None:
        label = without(texts["completion"], context.stop)
        return {"completion": f" {names[label]}{stop}"} if names.get(label, label) != label else None

    new = {label: name for label, name in names.items() if label != name}
    return Rewrite(change, everywhere=True, note=f"labels are renamed: {json.dumps(new, ensure_ascii=False)}", table=new)


def _chosen(labels: list[str], encoding: str) -> dict[str, str]:
    """Return a single token for each label; those that are one, and start as no other does, stay."""
    names: dict[str, str] = {}
    for label in sorted(labels, key=lambda label: tokens.count(as_seen(label), encoding) > 1):
        taken = set(names.values())
        names[label] = next(
            name for name in _candidates(label) if name not in taken and tokens.count(as_seen(name), encoding) == 1
        )
    return {label: names[label] for label in labels}


def _candidates(label: str) -> Iterator[str]:
    """Yield names for a label: itself, its words, its initials, then numbers."""
    yield label
    yield from (word for word in label.split() if word)
    yield from (label[:length] for length in range(len(label) - 1, 0, -1))
    yield from map(str, range(100_000))
