"""DUP001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.metrics.duplicates import duplicates
from ftlint.rule import Hits, bad, good, pairs
from ftlint.text.words import numbered

from ._family import DuplicateRule, later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered
    from ftlint.rule import Place


class DuplicateRecord(DuplicateRule):
    """A record has the same prompt and completion as an earlier one.

    ## Why it matters

    A copy counts twice in training, and when copies land in both training and validation files the measured accuracy is too good.

    ## How to fix

    Drop the later record; `--fix --unsafe-fixes` does. Records whose further keys hold something else (a seed, a reference
    answer, a judgement) are not the same, and stay: they are mentioned once. Keys that only name a record (`id`, `source`; the
    setting `naming-keys`) say nothing.
    """

    code = "DUP001"
    level = "warning"
    fixable = "unsafe"
    message = "the same prompt and completion as line {first}"
    headline = "records repeat an earlier one"
    examples = (
        good(pairs(("vino ->", " edible"), ("burger ->", " edible"))),
        bad(
            pairs(("vino ->", " edible"), ("burger ->", " edible"), ("vino ->", " edible")),
            at=[3],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "burger ->", "completion": " edible"}'],
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report the later records."""
        found = duplicates(gathered)
        yield later(self.level, found.equal)
        if len(found.further):
            first = found.further[:1]
            yield Hits(
                "info",
                first.get_column("line"),
                {"records": numbered(len(found.further), "record")},
                related=first.get_column("first"),
                applicability=None,
                affects=len(found.further),
                message="{records} repeat the texts of an earlier one (as line {first}), but not what its further keys hold",
            )

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point nowhere in particular."""
        return None
