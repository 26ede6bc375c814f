"""Adds a separator to a whole dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ftlint.rule.fixes import Fix
from ftlint.text.marks import SPACE, Ending, parse_ending, strip_ending
from ftlint.text.separators import CANDIDATES
from ftlint.text.words import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.context import Context
    from ftlint.rule.fixes import FixContext, Scope


def new_separator(fix_context: FixContext) -> Fix | None:
    """Return the repair that ends every prompt with a separator that occurs nowhere; None where all of them occur."""
    separator = fix_context.absent(CANDIDATES)
    return everywhere(separator, fix_context.dataset.known.separator) if separator else None


def everywhere(separator: str, *others: Ending | None, scope: Scope = "dataset") -> Fix:
    """Return the repair that ends every prompt with a separator, in place of the one of these that it has."""
    note = f"every prompt ends with {quote(separator)}"
    new = parse_ending(separator)
    known = [new, *filter(None, others)]

    def change(texts: Mapping[str, Any]) -> Mapping[str, str] | None:
        prompt = texts["prompt"]
        bare = prompt.rstrip(SPACE)
        if not bare or (prompt.endswith(separator) and new.marks[0].ends(bare)):
            return None
        old = next((ending for ending in known if ending.marks[0].ends(bare)), None)
        # White space before the body stays: only the end changes.
        body = strip_ending(prompt, old) if old else prompt.strip(SPACE)
        return {"/prompt": prompt[: prompt.index(body) + len(body)] + separator}

    def settles(context: Context) -> Context:
        return replace(context, known=replace(context.known, separator=replace(new, share=1.0), rivals=()))

    return Fix.rewrite(change, scope=scope, note=note, sets="separator", settles=settles)
