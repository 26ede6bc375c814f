"""SPL003."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.rule import DatasetRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix
from ftlint.text.marks import SPACE, ensure_ending, parse_ending, strip_ending
from ftlint.text.words import quote

from ..separator._everywhere import everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.metrics import Gathered
    from ftlint.rule import Applicability
    from ftlint.rule.fixes import FixContext


class SplitMismatch(DatasetRule):
    """Training and validation file differ in separator, stop or dialect.

    ## Why it matters

    The model is evaluated on a different format than it was trained on, and seems worse than it is.

    ## How to fix

    Write both files with the same code, so that their prompts and completions end alike. `--fix --unsafe-fixes` gives the
    validation file the separator and stop of the training file.
    """

    code = "SPL003"
    level = "error"
    roles = ("valid",)
    message = "the {what} of the validation file is {found}; the training file has {expected}"
    examples = (
        good(pairs(("a ->", " yes"), ("b ->", " no")), valid=pairs(("c ->", " no"))),
        bad(
            pairs(("a ->", " yes"), ("b ->", " no")),
            valid=pairs(("c ###", " no"), ("d ###", " no")),
            at=[None],
            fixed=['{"prompt": "c ->", "completion": " no"}', '{"prompt": "d ->", "completion": " no"}'],
            fix="unsafe",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report what differs, once each."""
        for what, expected, result in gathered.context.split:
            shown = [value if what == "dialect" else quote(value) if value else "none" for value in (expected, result)]
            args = {"what": what, "expected": shown[0], "found": shown[1], "ending": expected, "other": result}
            how: Applicability | None = None if what == "dialect" or not expected else "unsafe"
            yield Violations(self.level, None, args, applicability=how, affects=gathered.conforming)

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """End the texts of the validation file as those of the training file end."""
        expected, result = violations.args["ending"], violations.args["other"]
        if violations.args["what"] == "dialect" or not expected:
            return None
        if violations.args["what"] == "separator":
            return everywhere(expected, parse_ending(result) if result else None, scope="role")
        stop = parse_ending(expected)
        old = parse_ending(result) if result else None

        def change(texts: Mapping[str, Any]) -> Mapping[str, str] | None:
            text = texts["completion"]
            bare = text[: text.index(strip_ending(text, old)) + len(strip_ending(text, old))] if old else text
            return {"/completion": ensure_ending(bare, stop)} if text.strip(SPACE) and not text.endswith(stop.text) else None

        return Fix.rewrite(change, scope="role", sets="stop", note=f"every completion ends with {quote(expected)}")
