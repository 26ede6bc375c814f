r"""TXT007."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from ftlint.metrics import Metric
from ftlint.metrics.parts import lines_by_key
from ftlint.records.traces import BACKSLASH
from ftlint.rule import DatasetRule, Location, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix, each_text
from ftlint.text.words import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Block, Gathered
    from ftlint.rule.fixes import FixContext

_KINDS = {r"\n": r"(?:\\r)?\\n", r"\t": r"\\t", r"\"": r"\\\"", r"\u": r"\\u[0-9a-fA-F]{4}"}
"""Remains of an escape, by its name in reports."""

_COMMANDS = (
    "nabla|ne|neq|neg|new[a-z]+|noindent|nolimits|normalsize|not|notin|nu|num|rangle|ref|renewcommand|rho|right[a-z]*|rm|rvert"
    "|tab[a-z]*|tag|tan[a-z]*|tau|text[a-z]*|tfrac|theta|tilde|times|tiny|title|to|top|triangle[a-z]*|tt"
)
_MEANT = re.compile(
    r"```|`[^`\n]*\\"  # code
    r"|[A-Za-z]:\\|\\\\"  # paths, line ends of LaTeX
    rf"|\\(?:[a-mo-qsv-zA-Z0-9.()\[\]{{}}|+*?$^]|(?:{_COMMANDS})\b)|\\u(?:[^0-9a-fA-F]|[0-9a-fA-F]{{1,3}}[^0-9a-fA-F])"
    r"|\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|REGEXP|LIKE)\b"
    r"|</?[A-Za-z][\w.]*(?:\s[^<>]*)?/?>|=>|\b(?:const|let|var|class|public|private|static|void|char|String|lambda)\s+\w"
    r"|\w\([^()]*\)\s*[{;]|\{\s*(?:\w+|'[^']*')\s*:"
    r"|\"\s*:|(?:print|printf|echo|split|join|replace|write|log|puts|println)\s*\(|#include|\b(?:def|function|import|return)\s"
)
"""Signs that backslashes are intended: code, SQL, markup, paths, commands of LaTeX, regular expressions, JSON in the text."""


class Escapes(Metric):
    """Lines of records with undecoded escapes, by kind."""

    found: dict[str, pl.Series] = lines_by_key()

    def add(self, block: Block, context: Context) -> None:
        """Gather from a block."""
        if BACKSLASH not in block.decoded.traces:
            return
        rows = block.texts.filter(pl.col("text").str.contains("\\", literal=True))
        for kind, pattern in _KINDS.items():
            at = rows.filter(_escaped(pl.col("text"), pattern)).get_column("line").unique().sort().cast(pl.UInt64)
            if len(at):
                self.found[kind] = at


def _escaped(text: pl.Expr, pattern: str) -> pl.Expr:
    return text.str.contains(pattern) & ~text.str.contains(_MEANT.pattern)


class EscapedText(DatasetRule):
    r"""Texts contain escape sequences that were never decoded.

    ## Why it matters

    If a backslash and an `n` replace a line end, the model learns to write these two characters. The text was escaped twice, or
    copied out of JSON or code.

    ## How to fix

    Decode the escapes when you write the data. `--fix --unsafe-fixes --fixable escaped-text` does this for `\n`, `\t`, `\"` and
    `\u2009`. Texts with code, paths, regular expressions or LaTeX are not changed.
    """

    code = "TXT007"
    level = "warning"
    metrics = (Escapes,)
    once = True
    message = "{kind} was not decoded in {records} (lines {shown}); was the text escaped twice?"
    headline = "kinds of escape sequences were not decoded"
    detail = "{kind} in {records}"
    examples = (
        good(pairs(("two\nlines ->", " edible"), (r"C:\new\table ->", " edible"))),
        bad(
            pairs((r"first\nsecond ->", " edible"), ("vino ->", " edible")),
            at=[1],
            fixed=['{"prompt": "first\\nsecond ->", "completion": " edible"}', '{"prompt": "vino ->", "completion": " edible"}'],
            fix="request",
        ),
    )

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each kind once, with the lines where it is first."""
        for kind, lines in gathered.get(Escapes).found.items():
            shown = ", ".join(f"{line + 1:,}" for line in lines[:3]) + (", …" if len(lines) > 3 else "")
            args = {"kind": kind, "records": numbered(len(lines), "record"), "shown": shown}
            yield Violations(self.level, lines[:1], args, affects=len(lines))

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the first of its kind."""
        for pointer, text in row["texts"].items():
            result = re.search(_KINDS[args["kind"]], text)
            if result and not _MEANT.search(text):
                return Location(pointer, result.start(), result.end())
        return None

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Undo the escapes of this kind."""
        kind = violations.args["kind"]
        note = f"{kind} is decoded in {violations.args['records']}"
        return Fix.rewrite(each_text(partial(_undone, kind=kind)), scope="role", note=note, once=True)


def _undone(text: str, kind: str) -> str:
    """Return a text with the escapes of a kind undone, unless backslashes are meant in it; half a character stays."""
    if _MEANT.search(text):
        return text
    signs = {r"\n": "\n", r"\t": "\t", r"\"": '"'}
    if kind in signs:
        return re.sub(_KINDS[kind], lambda _: signs[kind], text)
    pairs = re.sub(r"(?:\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w)", _character, text)
    return re.sub(r"\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}", _character, pairs)


def _character(escape: re.Match[str]) -> str:
    units = [int(part, 16) for part in escape.group().split(r"\u")[1:]]
    return b"".join(unit.to_bytes(2, "big") for unit in units).decode("utf-16-be", "replace")
