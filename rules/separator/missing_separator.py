"""SEP001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from ftlint.rule import Location, RecordRule, bad, good, pairs
from ftlint.rule.fixes import Fix, breaks_limit
from ftlint.text.marks import SPACE, ensure_ending, is_glued, replace_ending

from ._family import SeparatorRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule import Applicability, Violations
    from ftlint.rule.fixes import FixContext


class MissingSeparator(SeparatorRule, RecordRule):
    """A prompt does not end with the separator.

    ## Why it matters

    The separator tells the model that the input is complete. Without it, the model may continue the input before it answers.

    ## How to fix

    Append the separator; `--fix` does this. If only the white space of the separator differs, only that changes. `--fix
    --unsafe-fixes` replaces another mark at the end (`###` instead of `->`). In a file with several tasks, only a person can
    tell which separator is right.
    """

    code = "SEP001"
    level = "error"
    column = "prompt"
    message = "prompt ends with {ending!r}, not with the separator {separator!r}{hint}"
    headline = "prompts do not end with the separator"
    examples = (
        good(pairs(("burger ->", " edible"), ("vino ->", " edible")), options={"separator": " ->"}),
        bad(
            pairs(("burger ->", " edible"), ("vino", " edible")),
            at=[2],
            options={"separator": " ->"},
            fixed=['{"prompt": "burger ->", "completion": " edible"}', '{"prompt": "vino ->", "completion": " edible"}'],
        ),
        bad(
            pairs(*[(f"item {i}\n\n###\n\n", " yes") for i in range(4)], ("item 5 ###", " no")),
            at=[5],
            fixed=[
                '{"prompt": "item 0\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 1\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 2\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 3\\n\\n###\\n\\n", "completion": " yes"}',
                '{"prompt": "item 5\\n\\n###\\n\\n", "completion": " no"}',
            ],
        ),
        bad(
            pairs(("burger ->", " edible"), ("vino =>", " edible")),
            at=[2],
            options={"separator": " ->"},
            fixed=pairs(("burger ->", " edible"), ("vino ->", " edible")),
            fix="unsafe",
        ),
    )

    def violates(self, context: Context) -> pl.Expr | None:
        """Return where no separator ends the prompt; a prompt without body is another rule's."""
        if context.known.separator is None or context.differs("separator"):
            return None
        return ~pl.col("separated") & (pl.col("input") != "")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the end of the prompt, or at the damaged separator."""
        assert context.known.separator
        prompt = row["prompt"]
        bare = prompt.rstrip(SPACE)
        mark = next((mark.text for mark in context.known.separator.marks if mark.text and mark.ends(bare)), "")
        glued = is_glued(prompt, context.known.separator)
        start = len(bare.removesuffix(mark).rstrip(SPACE)) if mark else len(bare)
        args = {
            "ending": prompt[start:] if mark else prompt[-12:],
            "separator": context.known.separator.text,
            "hint": "; is it glued to a word?" if glued else "",
        }
        how: Applicability | Literal["rule"] | None = "unsafe" if replace_ending(prompt, context.known.separator) else "rule"
        return Location("/prompt", start, len(prompt), args, how if _mended(row, context, unsafe=True) else None)

    def applicability(self, context: Context) -> Applicability | None:
        """Do not guess which separator is meant in a file of several tasks."""
        return None if context.known.separator and len(context.known.separator.marks) > 1 else self.fixable

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Append the separator, or mend the white space around its mark; another mark is replaced only by an unsafe fix."""
        context, unsafe = fix_context.dataset, fix_context.unsafe
        return Fix.rewrite(lambda texts: _mended(texts, context, unsafe=unsafe)) if context.known.separator else None


def _mended(texts: Mapping[str, Any], context: Context, *, unsafe: bool) -> Mapping[str, str] | None:
    """Return a prompt with the separator; None where only a person can tell which, or that would be one token too many."""
    prompt, separator = texts["prompt"], context.known.separator
    if separator is None or len(separator.marks) > 1 or is_glued(prompt, separator):
        return None
    other = replace_ending(prompt, separator)
    if other and not unsafe:
        return None
    new = {"/prompt": ensure_ending(prompt.rstrip(SPACE).removesuffix(other), separator)}
    return None if breaks_limit(texts, new, context) else new
