"""LBL002."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.metrics import Labels
from ftlint.rule import bad, good, pairs, violations_at
from ftlint.text import tokens
from ftlint.text.labels import as_seen

from ._family import TokenOfLabelRule, are_sentences
from ._renaming import renaming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.metrics import Gathered
    from ftlint.rule import Violations
    from ftlint.rule.fixes import Fix, FixContext


class SharedFirstToken(TokenOfLabelRule):
    """Two or more labels start with the same token.

    ## Why it matters

    The first token decides. A model that is unsure is biased towards labels that share their first token, because their
    probabilities add up there. The first token alone does not identify the label.

    ## How to fix

    Rename labels so that each starts with a different token; `--fix --unsafe-fixes --fixable shared-first-token` does this.
    """

    code = "LBL002"
    message = "{number:,} labels start with the token {token}: {labels}"
    headline = "groups of labels start with the same token"
    detail = "{token}  {labels}"
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
            fix="request",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each group of labels once, where its first label is first seen."""
        labels = gathered.get(Labels)
        if are_sentences(labels):
            return
        groups: dict[bytes, list[str]] = {}
        for label in labels.merged:
            groups.setdefault(tokens.pieces(as_seen(label), gathered.context.encoding)[0], []).append(label)
        results = [
            (min(map(labels.first.__getitem__, group)), _arguments(token, group))
            for token, group in groups.items()
            if len(group) > 1
        ]
        if results:
            yield violations_at(self.level, results)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Rename labels, by the table of the options of multi-token-label or by choice."""
        return renaming(fix_context, {})


def _arguments(token: bytes, labels: list[str]) -> dict[str, Any]:
    more = f" and {len(labels) - 6:,} more" if len(labels) > 6 else ""
    return {"token": tokens.shown(token), "number": len(labels), "labels": ", ".join(labels[:6]) + more}
