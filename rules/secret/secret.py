"""SEC001."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import polars as pl

from ftlint.rule import Location, TextRule, Violations, bad, good, pairs
from ftlint.rule.fixes import Fix

from ._detect import REDACTED, detectors, may_be_private, private_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftlint.dialects.context import Context
    from ftlint.options import DatasetOptions
    from ftlint.rule import Level
    from ftlint.rule.fixes import FixContext, Row
    from ftlint.sources import Source

_KEY = "AKIAIOSFODNN7EXAMPLE"
"""The example key of the AWS documentation."""


class Secret(TextRule):
    """A text contains what looks like a key, a password, an e-mail address or a card number.

    ## Why it matters

    A model repeats what it has learned to anyone who asks in the right way. A key in training data is a leaked key.

    ## How to fix

    Revoke keys and passwords first; then remove them from the data. `--fix --unsafe-fixes` replaces each with `[redacted]`. The
    rule is off by default (`--extend-select SEC001`) and requires `pip install 'ftlint[secrets]'`. The report does not print
    secrets: a report with such a finding shows no text of the data, as with `--no-snippets`. Lines with a secret elsewhere (in
    tool calls, in further keys, in text that is not JSON) are not shown. The rule searches only the texts of records. It finds
    passwords in quotation marks after a word like `password`, and in URLs. It does not find keys of unknown forms, names,
    postal addresses and telephone numbers.
    """

    code = "SEC001"
    level = "error"
    enabled = False
    private: ClassVar[bool] = True
    message = "the {key} contains {what}"
    headline = "records contain keys, passwords, e-mail addresses or card numbers"
    examples = (
        good(pairs(("mail to bob@example.com ->", " 4111 1111 1111 1112"))),
        bad(
            pairs(("vino ->", " edible"), (f"use {_KEY}, please ->", " done")),
            at=[2],
            fixed=pairs(("vino ->", " edible"), (f"use {REDACTED}, please ->", " done")),
            fix="unsafe",
        ),
    )

    def look_at_others(self, options: DatasetOptions, valid: Sequence[Source]) -> None:
        """Make sure that the detectors are installed."""
        detectors()

    def hides(self, text: str) -> bool:
        """Whether there is something private in a text."""
        return bool(private_in(text))

    def violates(self, context: Context) -> pl.Expr:
        """Return where there may be any."""
        return may_be_private(pl.col("text"))

    def check(self, row: Row, level: Level, context: Context) -> bool:
        """Whether the detectors find something."""
        return bool(private_in(row["text"]))

    def find(self, text: str, context: Context) -> Location | None:
        """Point at the first one."""
        found = private_in(text)
        if not found:
            return None
        kinds = ", ".join(dict.fromkeys(f"{'an' if one.kind[0] in 'AEIOaeio' else 'a'} {one.kind}" for one in found))
        return Location(None, found[0].start, found[0].end, {"what": kinds})

    def fix(self, violations: Violations, fix_context: FixContext) -> Fix | None:
        """Replace each with a mark."""
        return Fix.retext(_redacted)


def _redacted(text: str) -> str:
    """Return a text with all private data replaced."""
    for one in reversed(private_in(text)):
        text = text[: one.start] + REDACTED + text[one.end :]
    return text
