"""LBL001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.metrics import Labels
from ftlint.rule import Location, Violations, bad, good, pairs, violations_at
from ftlint.text import tokens
from ftlint.text.labels import as_seen
from ftlint.text.words import numbered

from ._family import TokenOfLabelRule, are_sentences
from ._renaming import renaming

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule.fixes import Fix, FixContext

_SENTENCES = "{labels} are sentences that repeat, and no labels to be renamed: as generation they need a stop (--task generation)"


class MultiTokenLabel(TokenOfLabelRule):
    """A label is more than one token.

    ## Why it matters

    Labels of one token are the cheapest, need no stop, and give their probability directly. The service computes classification
    metrics during training only for them. The rule counts tokens in the target's own encoding, with the leading space.

    ## How to fix

    Rename the label to one token. Or keep it, end completions with a stop, and sum the log-probabilities of its tokens. `--fix
    --unsafe-fixes --fixable multi-token-label` renames the labels, and `--label-map FILE` saves the mapping. The option
    `rename` sets the new names, for example `rename = { inedible = "no" }`; other labels are not renamed.
    """

    code = "LBL001"
    message = "label {label!r} is {number} tokens: {tokens} ({records})"
    headline = "labels have more than one token"
    detail = "{label!r}  {tokens}  {records}"

    class Options:
        """rename: a table from label to new label for the repair; without it, ftlint chooses the names."""

        rename: dict[str, str] = {}  # noqa: RUF012 - nobody changes options

    examples = (
        good(pairs(("burger ->", " yes"), ("towel ->", " no")), options={"task": "classification"}),
        bad(
            pairs(("burger ->", " edible"), ("towel ->", " inedible")),
            at=[2],
            options={"task": "classification"},
            fixed=['{"prompt": "burger ->", "completion": " edible"}', '{"prompt": "towel ->", "completion": " in"}'],
            fix="request",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each such label once, where it is first seen."""
        labels, encoding = gathered.get(Labels), gathered.context.encoding
        if are_sentences(labels):
            args = {"labels": numbered(len(labels.merged), "distinct completion")}
            yield Violations(self.level, None, args, applicability=None, message=_SENTENCES)
            return
        several = ((label, count) for label, count in labels.merged.items() if tokens.count(as_seen(label), encoding) > 1)
        results = [(labels.first[label], {"label": label, "records": numbered(count, "record")}) for label, count in several]
        if results:
            yield violations_at(self.level, results)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location:
        """Show the tokens."""
        pieces = tokens.pieces(as_seen(args["label"]), context.encoding)
        shown = " ".join(map(tokens.shown, pieces[:8])) + (" …" if len(pieces) > 8 else "")
        return Location("/completion", args={"number": len(pieces), "tokens": shown})

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Rename labels, by the table of the options of multi-token-label or by choice."""
        return renaming(fix_context, self.options.rename)
