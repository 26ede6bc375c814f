"""What can go wrong besides findings.

FtlintError            ftlint cannot do its job: exit code 2, one sentence
├── UsageError         an argument that makes no sense
├── ConfigError        a configuration file, variable or option that is wrong
├── InputError         data that cannot be read
├── RuleError          a rule that fails, or a pack of rules that cannot be loaded
├── StaleError         a baseline that accepts what is not there any more
└── FindingsError      data that a caller does not accept
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class FtlintError(Exception):
    """ftlint could not do its job; its text is one sentence for the user."""


class UsageError(FtlintError):
    """An argument that makes no sense."""


class ConfigError(FtlintError):
    """A configuration value that is wrong; the text names the place and the key."""


class InputError(FtlintError):
    """Data that cannot be read; the text names the file."""


class RuleError(FtlintError):
    """A rule that fails; the text names it and its pack."""


class FindingsError(FtlintError):
    """Data has findings that a caller does not accept. report: what was found."""

    def __init__(self, message: str, report: Any) -> None:
        super().__init__(message)
        self.report = report


class StaleError(FtlintError):
    """A baseline accepts findings that are not there any more."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean X?` for the closest known word, or an empty text."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean {by_lower[close[0]]}?" if close else ""
