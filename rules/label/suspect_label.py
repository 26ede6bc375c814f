"""LBL008."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.dialects import named
from ftlint.dialects.base import ANSWER, INPUT
from ftlint.metrics import Labels
from ftlint.rule import Location, bad, good, option, pairs, violations_at

from ._confidence import suspects
from ._family import LabelRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Violations

_HOCKEY = ("puck", "goalie", "rink", "skate", "ice")
_TENNIS = ("racket", "serve", "deuce", "court", "net")
_TEXTS = [
    (f"{a} {between} {b} ->", f" {label}")
    for words, label in ((_HOCKEY, "hockey"), (_TENNIS, "tennis"))
    for between in ("and", "with", "near", "or")
    for a in words
    for b in words
]


class SuspectLabel(LabelRule):
    """A label seems to be wrong: a small model that was trained without the record finds it improbable.

    ## Why it matters

    The guide wants data that is "cleaned of incorrect examples". The model learns wrong labels, and a wrong label in the
    validation file makes a good model seem bad. The small model sees only words: it finds careless labelling errors, not errors
    that take knowledge to see. The rule is off by default; expect some false positives.

    ## How to fix

    Check these records, the worst first (the message shows the probability), and correct the label. The rule requires `pip
    install 'ftlint[mock]'` and `--extend-select LBL008`. It skips labels with fewer than five records.
    """

    code = "LBL008"
    level = "info"
    enabled = False
    message = 'label "{label}" seems wrong ({share:.0%}): the text suggests "{expected}"'
    headline = "labels seem to be wrong"
    detail = '"{label}", rather "{expected}" ({share:.0%})'

    class Options:
        """seed: random seed of the cross-validation folds."""

        seed: int = option(0, least=0)

    examples = (
        good(pairs(*_TEXTS), options={"task": "classification"}),
        bad(
            pairs(*_TEXTS[:100], ("puck and skate and ice ->", " tennis"), *_TEXTS[100:]),
            at=[101],
            options={"task": "classification"},
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report the labels that models of the other records find improbable."""
        forms = gathered.get(Labels).variants
        every = [(line, row[INPUT], forms.get(row[ANSWER], row[ANSWER])) for line, row in gathered.fetch(range(_lines(gathered)))]
        results = suspects([text for _, text, _ in every], [label for _, _, label in every], self.options.seed)
        if results:
            yield violations_at(
                self.level,
                [
                    (every[index][0], {"label": every[index][2], "expected": expected, "share": share})
                    for index, expected, share in results
                ],
            )

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the answer."""
        return Location(named(context.dialect).pointer(ANSWER, row))


def _lines(gathered: Gathered) -> int:
    return sum(facts.lines for facts in gathered.files)
