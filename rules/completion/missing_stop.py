"""CMP004."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import polars as pl
from msgspec.structs import replace

from ftlint.dialects.base import RECORDS
from ftlint.rule import Location, bad, good, pairs
from ftlint.rule.fixes import Fix, breaks_limit
from ftlint.text import tokens
from ftlint.text.marks import SPACE, ensure_ending, is_glued, replace_ending, with_ending

from ._family import CompletionRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftlint.dialects.base import Tables
    from ftlint.dialects.context import Context
    from ftlint.rule import Applicability, Violations
    from ftlint.rule.fixes import FixContext

_LOOKED_AT = 200
"""Maximum number of answers whose tokens are counted to detect a length limit."""


class MissingStop(CompletionRule):
    """A completion does not end with the stop that most others end with.

    ## Why it matters

    Without the stop, the model learns to keep writing.

    ## How to fix

    Append the stop; `--fix` does this. `--unsafe-fixes` replaces another mark or a variant of the stop (`end`). Two cases are
    not repaired. Only a person can tell whether `sirEND` is a word, or a word and the stop. An answer that seems to be cut off
    (it ends inside a sentence, at a common length) gets no stop: the model would learn to stop there.
    """

    code = "CMP004"
    level = "warning"
    convention = "stop"
    message = "completion ends with {ending!r}, not with the stop {stop!r}{hint}"
    headline = "completions do not end with the stop"
    examples = (
        good(pairs(("a ->", " not edible END"), ("b ->", " edible END"))),
        bad(
            pairs(("a ->", " not edible END"), ("b ->", " edible")),
            at=[2],
            options={"stop": " END"},
            fixed=['{"prompt": "a ->", "completion": " not edible END"}', '{"prompt": "b ->", "completion": " edible END"}'],
        ),
        bad(
            pairs(("a ->", " not edible END"), ("b ->", " edible ###")),
            at=[2],
            options={"stop": " END"},
            fixed=pairs(("a ->", " not edible END"), ("b ->", " edible END")),
            fix="unsafe",
        ),
    )

    def prescan(self, tables: Tables, context: Context) -> tuple[int, int] | None:
        """Return between which numbers of tokens answers are cut off: they have no stop, end inside a sentence, and about there.

        Three or more surveyed answers must do so, within a tenth of the longest, which are longer than three quarters of the
        answers that have the stop.
        """
        stop = context.known.stop
        if stop is None or context.classification:
            return None
        completions = tables[RECORDS].get_column("completion").to_list()
        ended_ones = [text for text in completions if text.rstrip(SPACE).endswith(stop.text.strip(SPACE))]
        cut = [text for text in completions if _ends_inside(text) and not text.rstrip(SPACE).endswith(stop.text.strip(SPACE))]
        if not cut or not ended_ones:
            return None
        sizes = sorted(tokens.count(text, context.encoding) for text in cut[:_LOOKED_AT])
        usual = tokens.count(sorted(ended_ones, key=len)[3 * len(ended_ones) // 4], context.encoding)
        near = [size for size in sizes if size >= 0.9 * sizes[-1]]
        return (near[0], near[-1]) if len(near) >= 3 and near[0] > usual else None

    def violates(self, context: Context) -> pl.Expr | None:
        """Return where the stop does not end the completion; white space after it is another rule's."""
        if context.known.stop is None or context.differs("stop"):
            return None
        stop = context.known.stop
        completion = pl.col("completion")
        if stop.text.strip(SPACE):
            completion, stop = completion.str.strip_chars_end(), replace(stop, trail="")
        return ~with_ending(completion, stop) & (pl.col("answer") != "")

    def explain(self, row: Mapping[str, Any], context: Context) -> Location:
        """Point at the end of the completion."""
        assert context.known.stop
        text = row["completion"]
        glued = is_glued(text, context.known.stop)
        hint = "; is it glued to a word?" if glued else "; it seems to be cut off" if _is_cut_off(text, context) else ""
        args = {"ending": text[-12:], "stop": context.known.stop.text, "hint": hint}
        how: Applicability | Literal["rule"] | None = "unsafe" if _other_end(text, context) else "rule"
        return Location(
            "/completion", max(0, len(text) - 1), len(text), args, how if _mended(row, context, unsafe=True) else None
        )

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Append the stop, or mend the white space around its mark."""
        context, unsafe = fix_context.dataset, fix_context.unsafe
        return Fix.rewrite(lambda texts: _mended(texts, context, unsafe=unsafe)) if context.known.stop else None


def _mended(texts: Mapping[str, Any], context: Context, *, unsafe: bool) -> Mapping[str, str] | None:
    """Return a completion with the stop; None where only a person can tell, or that would be one token too many."""
    text, stop = texts["completion"].rstrip(SPACE), context.known.stop
    if stop is None or is_glued(text, stop) or _is_cut_off(text, context):
        return None
    other = _other_end(text, context)
    if other and not unsafe:
        return None
    new = {"/completion": ensure_ending(text.removesuffix(other), stop)}
    return None if breaks_limit(texts, new, context) else new


def _ends_inside(text: str) -> bool:
    """Whether a text ends inside a sentence: with a letter, a digit or a comma."""
    last = text.rstrip(SPACE)[-1:]
    return last.isalnum() or last in {",", ";", "-"}


def _is_cut_off(text: str, context: Context) -> bool:
    """Whether an answer ends inside a sentence, at the length at which many do: its end is not where a stop belongs."""
    bounds = context.hints.get(MissingStop.code)
    if not bounds or not _ends_inside(text):
        return False
    return bool(bounds[0] <= tokens.count(text, context.encoding) <= bounds[1])


def _other_end(text: str, context: Context) -> str:
    """Return what a completion ends with in the stop's place: a variant of it, or another mark; an empty text for neither."""
    assert context.known.stop
    mark = context.known.stop.marks[0]
    if not mark.text.strip(SPACE) or mark.ends(text.rstrip(SPACE)):
        return ""
    before = r"(?<!\w)" if mark.text[0].isalnum() else ""
    # In running text, `end` is a word.
    case = re.IGNORECASE if context.classification else re.NOFLAG
    variant = re.search(rf"{before}{re.escape(mark.text)}[.!,;]*\Z", text.rstrip(SPACE), case)
    return variant.group() if variant else replace_ending(text, context.known.stop)
