"""Separators that a whole dataset is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftlint.fixes import Rewrite
from ftlint.marks import Ending, given, mark_at_end, without
from ftlint.rule import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.fixes import Situation

CANDIDATES = (
    "\n\n###\n\n",
    "\n\n===\n\n",
    "\n\n>>>\n\n",
    "\n\n---\n\n",
    "\n\n###=>\n\n",
    "\n\n<<sep>>\n\n",
    "\n\n@@@@\n\n",
    "\n\n%%%%\n\n",
)


def new_separator(situation: Situation) -> Rewrite | None:
    """Return the repair that ends every prompt with a separator that occurs nowhere; None where all of them occur."""
    separator = situation.absent(CANDIDATES)
    return everywhere(separator, situation.context.separator) if separator else None


def everywhere(separator: str, *others: Ending | None) -> Rewrite:
    """Return the repair that ends every prompt with a separator, in place of the one of these that it has."""
    known = [ending for ending in (given(separator), *others) if ending]

    def change(texts: Mapping[str, str]) -> Mapping[str, str] | None:
        prompt = texts["prompt"]
        bare = prompt.rstrip()
        if not bare or (prompt.endswith(separator) and known[0].marks[0].ends(bare)):
            return None
        for ending in known:
            if ending.marks[0].ends(bare):
                # White space before the body stays: only the end changes.
                body = without(prompt, ending)
                return {"prompt": prompt[: prompt.index(body) + len(body)] + separator}
        found = mark_at_end(bare)
        unmarked = bare.removesuffix(found.text) if found and found.kind == "symbols" and found.separates else bare
        # Any other mark goes too, but not the end of a word (`C++`).
        return {"prompt": (unmarked if unmarked[-1:].isspace() else bare).rstrip() + separator}

    return Rewrite(change, everywhere=True, note=f"every prompt ends with {quote(separator)}")
