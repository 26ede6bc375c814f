"""LBL001."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftlint import tokens
from ftlint.labels import as_seen, merged
from ftlint.metrics import Labels
from ftlint.rule import DatasetRule, Hits, bad, good, numbers, pairs, quote

from ._renaming import renaming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered


class MultiTokenLabel(DatasetRule):
    """A label is more than one token.

    ## Why it matters

    Labels of one token are the cheapest, need no stop, and give their probability directly. The service computes
    classification metrics during training only for them. Tokens are those of the target's own encoding, with the leading space.

    ## How to fix

    Rename the label to one token, or keep it, end completions with a stop, and sum the log-probabilities of its tokens.
    `--fix --unsafe-fixes --fixable multi-token-label` renames, and `--label-map FILE` keeps the table. The option `rename`
    gives the new names, for example `rename = { inedible = "no" }`; labels that it does not name stay.
    """

    code = "LBL001"
    level = "warning"
    dialects = ("prompt-completion",)
    tasks = ("classification",)
    roles = ("train",)
    convention = "leading_space"
    metrics = (Labels,)
    column = "completion"
    fixable = "request"
    message = "label {label!r} is {number} tokens: {tokens} ({count:,} records)"
    once = True
    headline = "labels have more than one token"
    detail = "{label!r}  {tokens}  {count:,} records"

    @dataclass(frozen=True)
    class Options:
        """rename: a table from label to new label, for the repair; without one, names are chosen."""

        rename: dict[str, str] = field(default_factory=dict)

    examples = (
        good(pairs(("burger ->", " yes"), ("towel ->", " no")), options={"task": "classification"}),
        bad(
            pairs(("burger ->", " edible"), ("towel ->", " inedible")),
            at=[2],
            options={"task": "classification"},
            fixed=['{"prompt": "burger ->", "completion": " edible"}', '{"prompt": "towel ->", "completion": " in"}'],
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report each such label once, where it is first seen."""
        labels = gathered.get(Labels)
        for label, count in merged(labels.counts).items():
            pieces = tokens.pieces(as_seen(label), gathered.context.encoding)
            if len(pieces) > 1:
                shown = " ".join(map(quote, pieces[:8])) + (" …" if len(pieces) > 8 else "")
                args = {"label": label, "number": len(pieces), "tokens": shown, "count": count}
                yield Hits(self.level, numbers([labels.first[label]]), args)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Rename labels, by the table of the options of multi-token-label or by choice."""
        return renaming(situation, self.options.rename)
