"""LBL002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint import tokens
from ftlint.labels import as_seen, merged
from ftlint.metrics import Labels
from ftlint.rule import DatasetRule, Hits, bad, good, numbers, pairs

from ._renaming import renaming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered


class SharedFirstToken(DatasetRule):
    """Two or more labels start with the same token.

    ## Why it matters

    The first token decides. A model that is unsure between labels is biased towards those that share their first token,
    because their probabilities add up there; and the first token alone does not tell which label is meant.

    ## How to fix

    Rename labels so that each starts with another token; `--fix --unsafe-fixes --fixable shared-first-token` does.
    """

    code = "LBL002"
    level = "warning"
    dialects = ("prompt-completion",)
    tasks = ("classification",)
    roles = ("train",)
    convention = "leading_space"
    metrics = (Labels,)
    column = "completion"
    fixable = "request"
    message = "{number} labels start with the token {token!r}: {labels}"
    once = True
    headline = "groups of labels start with the same token"
    detail = "{token!r}  {labels}"
    examples = (
        good(pairs(("burger ->", " yes"), ("towel ->", " no")), options={"task": "classification"}),
        bad(
            pairs(("a ->", " not sure"), ("b ->", " not relevant"), ("c ->", " relevant")),
            at=[1],
            options={"task": "classification"},
            fixed=[
                '{"prompt": "a ->", "completion": " not"}',
                '{"prompt": "b ->", "completion": " no"}',
                '{"prompt": "c ->", "completion": " relevant"}',
            ],
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report each group of labels once, where its first label is first seen."""
        labels = gathered.get(Labels)
        groups: dict[str, list[str]] = {}
        for label in merged(labels.counts):
            groups.setdefault(tokens.pieces(as_seen(label), gathered.context.encoding)[0], []).append(label)
        for token, group in groups.items():
            if len(group) > 1:
                shown = ", ".join(group[:6]) + (f" and {len(group) - 6} more" if len(group) > 6 else "")
                first = min(labels.first[label] for label in group)
                yield Hits(self.level, numbers([first]), {"token": token, "number": len(group), "labels": shown})

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Rename labels, by the table of the options of multi-token-label or by choice."""
        return renaming(situation, {})
