"""SPL003."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.rule import DatasetRule, Hits, bad, good, pairs
from ftlint.rule.fixes import Rewrite
from ftlint.text.marks import SPACE, ended, given, without
from ftlint.text.words import quote

from ..separator._everywhere import everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.metrics import Gathered
    from ftlint.rule import Applicability
    from ftlint.rule.fixes import Fix, Situation


class SplitMismatch(DatasetRule):
    """Training and validation file differ in separator, stop or dialect.

    ## Why it matters

    The model is measured on another format than it was trained on, and looks worse than it is.

    ## How to fix

    Write both files with the same code, so that they end prompts and completions alike. `--fix --unsafe-fixes` ends those of
    the validation file as those of the training file end.
    """

    code = "SPL003"
    level = "error"
    roles = ("valid",)
    fixable = "unsafe"
    message = "the {what} of the validation file is {found}; the training file has {expected}"
    examples = (
        good(pairs(("a ->", " yes"), ("b ->", " no")), valid=pairs(("c ->", " no"))),
        bad(
            pairs(("a ->", " yes"), ("b ->", " no")),
            valid=pairs(("c ###", " no"), ("d ###", " no")),
            at=[None],
            fixed=['{"prompt": "c ->", "completion": " no"}', '{"prompt": "d ->", "completion": " no"}'],
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report what differs, once each."""
        for what, expected, found in gathered.context.split:
            shown = [value if what == "dialect" else quote(value) if value else "none" for value in (expected, found)]
            args = {"what": what, "expected": shown[0], "found": shown[1], "ending": expected, "other": found}
            how: Applicability | None = None if what == "dialect" or not expected else "unsafe"
            yield Hits(self.level, None, args, applicability=how, affects=gathered.conforming)

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """End the texts of the validation file as those of the training file end."""
        expected, found = hits.args["ending"], hits.args["other"]
        if hits.args["what"] == "dialect" or not expected:
            return None
        if hits.args["what"] == "separator":
            return everywhere(expected, given(found) if found else None, scope="role")
        stop = given(expected)
        old = given(found) if found else None

        def change(texts: Mapping[str, Any]) -> Mapping[str, str] | None:
            text = texts["completion"]
            bare = text[: text.index(without(text, old)) + len(without(text, old))] if old else text
            return {"/completion": ended(bare, stop)} if text.strip(SPACE) and not text.endswith(stop.text) else None

        return Rewrite(change, scope="role", sets="stop", note=f"every completion ends with {quote(expected)}")
