"""SPL006."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from ftlint.dialects.base import INPUT
from ftlint.rule import DatasetRule, Violations, bad, good, option, pairs

from ._told_apart import told_apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftlint.metrics import Gathered

_LOOKED_AT = 5_000
_FEWEST = 20
"""Minimum number of inputs on either side."""


_WORDS = ("lamp", "sea", "hill", "dog", "house")
_ABOUT = [(f"dear sir, a {a} near the {b} and a {c} ->", " x") for a in _WORDS for b in _WORDS for c in _WORDS if a != b != c]


class UnlikeInputs(DatasetRule):
    """The inputs in use differ from the training prompts.

    ## Why it matters

    The guide wants data that is "representative". A model that was trained on full sentences but receives chat messages of
    three words does not perform as the validation file promised.

    ## How to fix

    Name a file with typical inputs: `ftlint check train.jsonl --like inputs.txt` (one text per line, or JSON with prompts or
    messages; answers are not needed). Without it, but with `--extend-select SPL006`, the rule compares the validation file. A
    small model tries to distinguish the two; an AUROC of 0.5 is chance. Collect training data of the kind that the words in the
    message show. The rule requires `pip install 'ftlint[mock]'`.
    """

    code = "SPL006"
    level = "warning"
    enabled = False
    asked_by = "like"
    message = "{what} differ from the training prompts (AUROC {auroc:.2f}): only there {ours}; only in training {theirs}"
    examples = (
        good(pairs(*_ABOUT[::2]), valid=pairs(*_ABOUT[1::2])),
        bad(pairs(*_ABOUT), valid=pairs(*[(f"yo {word} {n} asap ->", " x") for word in _WORDS for n in range(8)]), at=[None]),
    )

    class Options:
        """auroc: minimum AUROC of a finding."""

        auroc: float = option(0.8, least=0.5, most=1)

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report once by what inputs differ: those of use where a file of them is named, else those of the validation file."""
        if gathered.role == "train" and gathered.like:
            result = told_apart(_prompts(gathered), _bare(gathered), _FEWEST)
            what = "inputs of use"
        elif gathered.role == "valid" and gathered.train and not gathered.train.like:
            result = told_apart(_prompts(gathered.train), _prompts(gathered), _FEWEST)
            what = "prompts of the validation file"
        else:
            return
        if result and result.auroc >= self.options.auroc:
            args = {"what": what, "auroc": result.auroc, "ours": result.ours, "theirs": result.theirs}
            yield Violations(self.level, None, args)


def _bare(gathered: Gathered) -> Sequence[str]:
    """Return the inputs of use without the separator, which prompts are compared without."""
    separator = getattr(gathered.context.known, "separator", None)
    end = separator.text if separator else ""
    return [text.rstrip().removesuffix(end.rstrip()) for text in gathered.like]


def _prompts(gathered: Gathered) -> Sequence[str]:
    """Return the prompts of a role; of many, some drawn at random."""
    lines = range(sum(facts.lines for facts in gathered.files))
    chosen = sorted(Random(0).sample(lines, min(_LOOKED_AT, len(lines))))  # noqa: S311 - the same each time
    return [row[INPUT] for _, row in gathered.fetch(chosen) if row[INPUT].strip()]
